"""The trained weights as a file: safetensors, with the Ladder's shape and its training beside the numbers.

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

from repetiteur.models.encoder.weights import WeightsError
from repetiteur.models.ladder.nearness import KNOTS_S, PAIRS, PITCHES
from repetiteur.models.ladder.shape import Descriptor, Looking, Shape
from repetiteur.models.ladder.tokens import A4_BANDS, D4_STEPS, PERFORMANCE_COLUMNS, SCORE_COLUMNS

FORMAT = "repetiteur ladder 1"
ABOUT = "repetiteur"  # the text beside the arrays: JSON with format, shape and training
SHIPPED = Path(__file__).parent / "weights" / "ladder.safetensors"
MOST_BYTES = 16 << 20
MOST = 1024  # of any size
REMEDY = "choose a weights file written by: repetiteur train ladder"


@dataclass(frozen=True, slots=True)
class Weights:
    """Read-only float32 arrays under the names that training gives them."""

    shape: Shape
    arrays: Mapping[str, np.ndarray]
    training: Mapping[str, object]  # facts for people
    fingerprint: str  # the first 12 digits of the file's SHA-256


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
    for stream in ("heard", "written"):
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
        linear(stream + "_head", width, 2)
    return found


def save_weights(
    path: Path, state: Mapping[str, object], shape: Shape, training: Mapping[str, object]
) -> str:
    """Write a net's ``state_dict()`` (torch tensors on the CPU, or arrays) and return the fingerprint."""
    from safetensors.numpy import save

    arrays = {name: np.ascontiguousarray(np.asarray(values), np.float32) for name, values in state.items()}
    problem = _disagreement(arrays, shape)
    if problem:
        raise WeightsError(str(path), problem, "save the state of a network of that shape")
    about = {"format": FORMAT, "shape": shape.as_plain(), "training": dict(training)}
    content = save(arrays, {ABOUT: json.dumps(about, sort_keys=True)})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return _fingerprint(content)


def load_weights(path: Path | None = None) -> Weights:
    """The weights that ship with the program, or others of the same format. Raises WeightsError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    path = path or SHIPPED
    where = str(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise WeightsError(where, f"larger than {MOST_BYTES >> 20} MB, so no weights of a Ladder", REMEDY)
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(where, f"cannot be read: {error.strerror or error}", REMEDY) from error
    try:
        arrays = load(content)
        about = _about(content)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(where, "damaged, or not a safetensors file", REMEDY) from error
    if about.get("format") != FORMAT:
        raise WeightsError(where, f"its format is {about.get('format')!r}, not {FORMAT!r}", REMEDY)
    try:
        shape, training = _shape(about["shape"]), dict(about["training"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise WeightsError(where, f"its description of the network is wrong: {error}", REMEDY) from error
    problem = _disagreement(arrays, shape)
    if problem:
        raise WeightsError(where, problem, REMEDY)
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
    if set(plain) != set(Shape().as_plain()):
        raise ValueError("fields " + ", ".join(sorted(set(plain) ^ set(Shape().as_plain()))))
    counts = {name: plain[name] for name in ("width", "heads", "rungs", "hidden")}
    if not all(type(count) is int and 1 <= count <= MOST for count in counts.values()):
        raise ValueError(f"sizes must be whole numbers from 1 to {MOST}")
    if plain["width"] % plain["heads"]:
        raise ValueError("the heads do not divide the width")
    looking, a4, d4 = Looking(plain["looking"]), Descriptor(plain["a4"]), Descriptor(plain["d4"])
    return Shape(**counts, looking=looking, a4=a4, d4=d4)


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
        if array.dtype != np.float32 or not np.isfinite(array).all():
            return f"{name} holds something that is no number"
    return ""
