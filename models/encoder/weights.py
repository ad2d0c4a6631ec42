"""The encoder's trained weights as a file; ``models/weights_file.py`` tells what such a file is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from repetiteur.kernels.descriptor_tables import DESCRIPTORS
from repetiteur.kernels.spectral_grid import KEYS, WINDOWS, harmonic_taps
from repetiteur.models import weights_file
from repetiteur.models.encoder.heads import HEADS
from repetiteur.models.encoder.shape import KERNEL, REACH, Shape
from repetiteur.models.weights_file import ABOUT, WeightsError

__all__ = ["ABOUT", "FORMAT", "SHIPPED", "Weights", "WeightsError", "load_weights", "save_weights", "sizes"]

FORMAT = "repetiteur encoder 2"
SHIPPED = Path(__file__).parent / "weights" / "encoder.safetensors"
Weights = weights_file.Weights[Shape]


def sizes(shape: Shape) -> dict[str, tuple[int, ...]]:
    """Every array that a network of this shape has."""
    width, common = shape.width, shape.common_width
    found: dict[str, tuple[int, ...]] = {"key": (1, 1, KEYS, width)}

    def layer(name: str, *weight: int) -> None:
        found[name + ".weight"] = weight
        found[name + ".bias"] = weight[:1]

    layer("look", width, len(WINDOWS) * harmonic_taps().shape[1])
    for block in range(len(shape.dilations)):
        layer(f"blocks.{block}.time", width, width, KERNEL, 1)
        layer(f"blocks.{block}.pitch", width, width, 1, REACH)
    for after in shape.common_after:
        path = f"common.{after}"
        layer(f"{path}.gather", shape.common_in, width, 1, 1)
        layer(f"{path}.enter", common, shape.common_in * KEYS + DESCRIPTORS)
        for number in range(len(shape.common_dilations)):
            layer(f"{path}.time.{number}", common, common, KERNEL)
        layer(f"{path}.leave", shape.common_out * KEYS, common)
        layer(f"{path}.spread", width, shape.common_out, 1, 1)
    layer("hidden", shape.head_width, width, 1, 1)
    layer("heads", HEADS, shape.head_width, 1, 1)
    return found


def save_weights(
    path: Path,
    state: Mapping[str, object],
    shape: Shape,
    training: Mapping[str, object],
    stored: type[np.floating] = np.float16,
) -> str:
    """Write a network's ``state_dict()`` (torch tensors on the CPU, or arrays) and return the fingerprint."""
    return weights_file.write(_KIND, path, state, shape, training, stored)


def load_weights(path: Path | None = None) -> Weights:
    """The weights that ship with the program, or others of the same format. Raises WeightsError."""
    return weights_file.read(_KIND, path or SHIPPED)


def _shape(plain: dict[str, Any]) -> Shape:
    default = Shape().as_plain()
    if set(plain) != set(default):
        raise ValueError("fields " + ", ".join(sorted(set(plain) ^ set(default))))
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()
    }
    if any(type(values[name]) is not type(value) for name, value in default.items()):
        raise ValueError("a size is of another kind")
    shape = Shape(**values)
    layers = shape.dilations + shape.common_dilations
    sizes = layers + tuple(value for value in values.values() if isinstance(value, int))
    if not all(type(size) is int and 1 <= size <= 4096 for size in sizes):
        raise ValueError("sizes must be whole numbers from 1 to 4096")
    if not shape.dilations or not shape.common_dilations or not shape.common_after:
        raise ValueError("it has no layers")
    if not set(shape.common_after) <= set(range(len(shape.dilations))):
        raise ValueError("a common path follows no block")
    return shape


_KIND = weights_file.Kind(
    FORMAT, "encoder weights", "choose a weights file written by: repetiteur train encoder",
    64 << 20, np.floating, _shape, sizes,
)  # fmt: skip
