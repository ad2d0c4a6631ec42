"""The trained Ladder's arrays, laid out as ``kernels/rungs.py`` reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from repetiteur.kernels.products import padded
from repetiteur.kernels.rungs import NO_LOOK, RungWeights
from repetiteur.models.ladder.answer import HEARD_HEADS, WRITTEN_HEADS
from repetiteur.models.ladder.nearness import KNOTS_S, PAIRS
from repetiteur.models.ladder.shape import Descriptor, Looking
from repetiteur.models.ladder.weights import Weights

STREAMS = ("performance", "heard"), ("score", "written")  # what the entrance and the rungs of each are called
Arrays = Mapping[str, np.ndarray]
Pair = tuple[np.ndarray, np.ndarray]  # weight and bias


def rung_weights(weights: Weights) -> RungWeights:
    """All of them."""
    shape, arrays = weights.shape, weights.arrays
    width, hidden = shape.width, shape.hidden
    sides = [f"{stream}.{rung}" for rung in range(shape.rungs) for _, stream in STREAMS]
    entrances = [entrance for entrance, _ in STREAMS]
    both, at_all = shape.looking is Looking.BOTH, shape.looking is not Looking.NOTHING
    looks: list[str] = []
    across = _numbers([side + ".across" for side in sides if both], looks, len(sides))
    along = _numbers([side + ".along" for side in sides if at_all], looks, len(sides))
    answer = np.full(2, NO_LOOK, np.int32)
    for stream, descriptor in enumerate((shape.a4, shape.d4)):
        if descriptor is Descriptor.REVERSE:
            answer[stream] = len(looks)
            looks.append(entrances[stream] + ".answer")

    def stacked(names: Sequence[str], part: str, before: str | None, out: int) -> Pair:
        layers = [layer(arrays, name + part, before and name + before) for name in names]
        return _stacked(layers, max((len(weight) for weight, _ in layers), default=width), out)

    small = np.float32((width // shape.heads) ** -0.5)
    ask, ask_bias = stacked(looks, ".ask", ".before", width)
    offer, offer_bias = stacked(looks, ".offer", ".seen", 2 * width)
    take, take_bias = stacked(looks, ".take", None, width)
    into, into_bias = stacked([side + ".think" for side in sides], ".into", ".before", hidden)
    out, out_bias = stacked([side + ".think" for side in sides], ".out", None, width)
    enter, enter_bias = stacked(entrances, ".into", None, hidden)
    entered, entered_bias = stacked(entrances, ".out", None, width)
    ends = [stream for _, stream in STREAMS]
    end, end_bias = stacked(ends, "_head", "_end", max(HEARD_HEADS, WRITTEN_HEADS))
    knots, time = np.array(KNOTS_S, np.float32), _tables(arrays, "time")
    nothing = np.array([arrays[name + ".nothing"] for name in looks], np.float32)

    def by_rung(array: np.ndarray) -> np.ndarray:
        return array.reshape(shape.rungs, 2, *array.shape[1:])

    return RungWeights(
        across=by_rung(across), along=by_rung(along), answer=answer,
        ask=ask * small, ask_bias=ask_bias * small, offer=offer, offer_bias=offer_bias,
        take=take, take_bias=take_bias, nothing=nothing.reshape(-1, shape.heads),
        into=by_rung(into), into_bias=by_rung(into_bias), out=by_rung(out), out_bias=by_rung(out_bias),
        enter=enter, enter_bias=enter_bias, entered=entered, entered_bias=entered_bias,
        end=end, end_bias=end_bias,
        knots=knots, pitch=_tables(arrays, "pitch"), time=np.ascontiguousarray(time[:, :, :-1]),
        slope=np.diff(time, axis=2) / np.diff(knots), linked=_tables(arrays, "linked"),
    )  # fmt: skip


def layer(arrays: Arrays, name: str, before: str | None = None) -> Pair:
    """(in, out) and (out,). ``before``: the normalisation in front; what that is multiplied with, and what it
    adds, is taken in."""
    weight, bias = arrays[name + ".weight"], arrays[name + ".bias"]
    if before is not None:
        bias = bias + weight @ arrays[before + ".bias"]
        weight = weight * arrays[before + ".weight"]
    return weight.T, bias


def _numbers(names: Sequence[str], looks: list[str], many: int) -> np.ndarray:
    """Adds these to all ``looks``, and says which they are; of none, NO_LOOK so many times."""
    first = len(looks)
    looks += names
    return np.arange(first, len(looks), dtype=np.int32) if names else np.full(many, NO_LOOK, np.int32)


def _stacked(layers: Sequence[Pair], most: int, out: int) -> Pair:
    """(layers, most, out) and (layers, out), out filled up to whole LANES."""
    weight, bias = np.zeros((len(layers), most, out), np.float32), np.zeros((len(layers), out), np.float32)
    for number, (its_weight, its_bias) in enumerate(layers):
        weight[number, : len(its_weight)], bias[number] = its_weight, its_bias
    return padded(weight), padded(bias)


def _tables(arrays: Arrays, name: str) -> np.ndarray:
    """(pairs, heads, ...)"""
    return np.stack([arrays[f"nearness.{pair}.{name}"].T for pair in PAIRS]).astype(np.float32)
