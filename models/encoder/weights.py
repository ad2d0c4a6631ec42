"""The trained weights as a file: safetensors, with the network's shape and its training beside the numbers.

Reading needs no torch. A file is read whole and checked before anything uses it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repetiteur.kernels.descriptor_tables import DESCRIPTORS
from repetiteur.kernels.spectral_grid import KEYS, WINDOWS, harmonic_taps
from repetiteur.models.encoder.heads import HEADS
from repetiteur.models.encoder.shape import KERNEL, REACH, Shape

FORMAT = "repetiteur encoder 1"
ABOUT = "repetiteur"  # the text beside the arrays: JSON with format, shape and training
SHIPPED = Path(__file__).parent / "weights" / "encoder.safetensors"
MOST_BYTES = 64 << 20  # no weights of ours are larger; what is, is something else


class WeightsError(ValueError):
    """A weights file that cannot be used, told in one line: where, what is wrong, what to do."""

    def __init__(self, where: str, problem: str, remedy: str) -> None:
        self.where, self.problem, self.remedy = where, problem, remedy
        super().__init__(where, problem, remedy)

    def __str__(self) -> str:
        return f"{self.where}: {self.problem} ({self.remedy})"


@dataclass(frozen=True, slots=True)
class Weights:
    """Read-only float32 arrays under the names that training gives them."""

    shape: Shape
    arrays: Mapping[str, np.ndarray]
    training: Mapping[str, object]  # facts for people: data, hours, steps, scores
    fingerprint: str  # the first 12 digits of the file's SHA-256


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
    from safetensors.numpy import save

    arrays = {name: np.asarray(values) for name, values in state.items()}
    problem = _disagreement(arrays, shape)
    if problem:
        raise WeightsError(str(path), problem, "save the state of a network of that shape")
    about = {"format": FORMAT, "shape": shape.as_plain(), "training": dict(training)}
    header = {ABOUT: json.dumps(about, sort_keys=True)}  # one text: several would come in any order
    content = save({name: np.ascontiguousarray(array, stored) for name, array in arrays.items()}, header)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return _fingerprint(content)


def load_weights(path: Path | None = None) -> Weights:
    """The weights that ship with the program, or others of the same format. Raises WeightsError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    path = path or SHIPPED
    where, remedy = str(path), "choose a weights file written by: repetiteur train encoder"
    try:
        if path.stat().st_size > MOST_BYTES:
            raise WeightsError(where, f"larger than {MOST_BYTES >> 20} MB, so no encoder weights", remedy)
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(where, f"cannot be read: {error.strerror or error}", remedy) from error
    try:
        stored = load(content)
        about = _about(content)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(where, "damaged, or not a safetensors file", remedy) from error
    if about.get("format") != FORMAT:
        raise WeightsError(where, f"its format is {about.get('format')!r}, not {FORMAT!r}", remedy)
    try:
        shape = _shape(about["shape"])
        training = dict(about["training"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise WeightsError(where, f"its description of the network is wrong: {error}", remedy) from error
    problem = _disagreement(stored, shape)
    if problem:
        raise WeightsError(where, problem, remedy)
    arrays = {name: np.ascontiguousarray(array, np.float32) for name, array in stored.items()}
    for array in arrays.values():
        array.setflags(write=False)
    return Weights(shape, arrays, training, _fingerprint(content))


def _fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _about(content: bytes) -> dict[str, Any]:
    """The text beside the arrays, which the library's reader of bytes leaves out."""
    length = int.from_bytes(content[:8], "little")
    texts = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    return dict(json.loads(texts.get(ABOUT, "{}")))


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


def _disagreement(arrays: Mapping[str, np.ndarray], shape: Shape) -> str:
    """What is wrong with the arrays, or nothing."""
    due = sizes(shape)
    different = sorted(set(due) ^ set(arrays))
    if different:
        return f"its arrays are not those its shape asks for: {', '.join(different[:3])}"
    for name, size in due.items():
        array = arrays[name]
        if array.shape != size:
            return f"{name} is {array.shape}, not {size}"
        if not np.issubdtype(array.dtype, np.floating) or not np.isfinite(array).all():
            return f"{name} holds something that is no number"
    return ""
