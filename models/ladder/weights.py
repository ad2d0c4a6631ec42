"""The Ladder's trained weights as a file; ``models/weights_file.py`` tells what such a file is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from repetiteur.kernels.ladder_read import PERFORMANCE_COLUMNS, SCORE_COLUMNS
from repetiteur.models import weights_file
from repetiteur.models.ladder.answer import HEARD_HEADS, WRITTEN_HEADS
from repetiteur.models.ladder.nearness import KNOTS_S, PAIRS, PITCHES
from repetiteur.models.ladder.shape import Descriptor, Looking, Shape
from repetiteur.models.ladder.tokens import A4_BANDS, D4_STEPS
from repetiteur.models.weights_file import ABOUT, WeightsError

__all__ = ["ABOUT", "FORMAT", "SHIPPED", "Weights", "WeightsError", "load_weights", "save_weights", "sizes"]

FORMAT = "repetiteur ladder 2"
SHIPPED = Path(__file__).parent / "weights" / "ladder.safetensors"
MOST = 1024  # of any size
Weights = weights_file.Weights[Shape]


def sizes(shape: Shape) -> dict[str, tuple[int, ...]]:
    """Every array that a Ladder of this shape has."""
    width, heads = shape.width, shape.heads
    found: dict[str, tuple[int, ...]] = {}

    def linear(name: str, into: int, out: int) -> None:
        found[name + ".weight"], found[name + ".bias"] = (out, into), (out,)

    def normal(name: str) -> None:
        found[name + ".weight"], found[name + ".bias"] = (width,), (width,)

    def look(name: str) -> None:
        normal(name + ".before")
        normal(name + ".seen")
        linear(name + ".ask", width, width)
        linear(name + ".offer", width, 2 * width)
        linear(name + ".take", width, width)
        found[name + ".nothing"] = (heads,)

    for pair in PAIRS:
        found[f"nearness.{pair}.linked"] = (heads,)
        found[f"nearness.{pair}.pitch"] = (PITCHES, heads)
        found[f"nearness.{pair}.time"] = (len(KNOTS_S), heads)
    streams = (
        ("performance", PERFORMANCE_COLUMNS, A4_BANDS, shape.a4),
        ("score", SCORE_COLUMNS, D4_STEPS, shape.d4),
    )
    for name, columns, described, descriptor in streams:
        linear(name + ".into", columns + described * (descriptor is Descriptor.CONCAT), shape.hidden)
        linear(name + ".out", shape.hidden, width)
        if descriptor is Descriptor.REVERSE:
            linear(name + ".describe", described, width)
            look(name + ".answer")
    for stream, heads_out in (("heard", HEARD_HEADS), ("written", WRITTEN_HEADS)):
        for rung in range(shape.rungs):
            side = f"{stream}.{rung}"
            if shape.looking is Looking.BOTH:
                look(side + ".across")
            if shape.looking is not Looking.NOTHING:
                look(side + ".along")
            normal(side + ".think.before")
            linear(side + ".think.into", width, shape.hidden)
            linear(side + ".think.out", shape.hidden, width)
        normal(stream + "_end")
        linear(stream + "_head", width, heads_out)
    return found


def save_weights(
    path: Path, state: Mapping[str, object], shape: Shape, training: Mapping[str, object]
) -> str:
    """Write a net's ``state_dict()`` (torch tensors on the CPU, or arrays) and return the fingerprint."""
    return weights_file.write(_KIND, path, state, shape, training, np.float32)


def load_weights(path: Path | None = None) -> Weights:
    """The weights that ship with the program, or others of the same format. Raises WeightsError."""
    return weights_file.read(_KIND, path or SHIPPED)


def _shape(plain: dict[str, Any]) -> Shape:
    if set(plain) != set(Shape().as_plain()):
        raise ValueError("fields " + ", ".join(sorted(set(plain) ^ set(Shape().as_plain()))))
    counts = {name: plain[name] for name in ("width", "heads", "rungs", "hidden")}
    if not all(type(count) is int and 1 <= count <= MOST for count in counts.values()):
        raise ValueError(f"sizes must be whole numbers from 1 to {MOST}")
    if plain["width"] % plain["heads"]:
        raise ValueError("the heads do not divide the width")
    looking, a4, d4 = Looking(plain["looking"]), Descriptor(plain["a4"]), Descriptor(plain["d4"])
    return Shape(**counts, looking=looking, a4=a4, d4=d4)


_KIND = weights_file.Kind(
    FORMAT, "weights of a Ladder", "choose a weights file written by: repetiteur train ladder",
    16 << 20, np.float32, _shape, sizes,
)  # fmt: skip
