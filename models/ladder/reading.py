"""The Ladder as the rest of the program uses it: a view in, probabilities out. Needs no torch.

    reader = load_reader()
    answer = reader.read(view)

The same arithmetic as ``net.py`` in fewer steps: what a normalisation is multiplied with belongs to the
linear layer behind it, and what looks at itself is normalised once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from repetiteur.models.ladder.answer import VOTES_OF_ONE, Answer
from repetiteur.models.ladder.nearness import KNOTS_S, PAIRS, PITCHES
from repetiteur.models.ladder.shape import Descriptor, Looking
from repetiteur.models.ladder.tokens import View, tokens_of
from repetiteur.models.ladder.weights import SHIPPED, Weights, WeightsError, load_weights

FLAT = np.float32(1e-5)  # as torch has it in its normalisation
LOWEST = -1e4
_KNOTS_S = np.array(KNOTS_S, np.float32)
_WIDTHS_S = np.diff(_KNOTS_S)

Arrays = Mapping[str, np.ndarray]


class _Linear(NamedTuple):
    weight: np.ndarray  # (in, out)
    bias: np.ndarray

    def __call__(self, values: np.ndarray) -> np.ndarray:
        out = values @ self.weight
        out += self.bias
        return out


class _Look(NamedTuple):
    """Of one stream at another, both normalised."""

    ask: _Linear
    offer: _Linear
    take: _Linear
    nothing: np.ndarray  # (heads, 1)

    def __call__(self, looking: np.ndarray, seen: np.ndarray, near: np.ndarray) -> np.ndarray:
        many, width = looking.shape
        heads = len(self.nothing)
        size = width // heads
        offered = self.offer(seen).reshape(len(seen), 2, heads, size)
        ask = self.ask(looking).reshape(many, heads, size).transpose(1, 0, 2)
        weight = ask @ offered[:, 0].transpose(1, 2, 0)
        weight += near
        highest = np.maximum(weight.max(2, initial=LOWEST), self.nothing)
        weight -= highest[:, :, None]
        np.exp(weight, out=weight)
        total = weight.sum(2)
        total += np.exp(self.nothing - highest)
        taken = weight @ offered[:, 1].transpose(1, 0, 2)
        taken /= total[:, :, None]
        return self.take(taken.transpose(1, 0, 2).reshape(many, width))


class _Side(NamedTuple):
    """One stream's part of a rung."""

    across: _Look | None
    along: _Look | None
    into: _Linear
    out: _Linear

    def __call__(
        self, own: np.ndarray, other: np.ndarray, across: np.ndarray, along: np.ndarray
    ) -> np.ndarray:
        if self.across is not None:
            own = own + self.across(_normal(own), _normal(other), across)
        if self.along is not None:
            itself = _normal(own)
            own = own + self.along(itself, itself, along)
        return own + self.out(_positive(self.into(_normal(own))))


class _Entrance(NamedTuple):
    into: _Linear
    out: _Linear
    describe: _Linear | None
    answer: _Look | None
    concatenated: bool

    def __call__(self, columns: np.ndarray, described: np.ndarray, near: np.ndarray) -> np.ndarray:
        if self.concatenated:
            columns = np.concatenate([columns, described], 1)
        tokens = self.out(_positive(self.into(columns)))
        if self.describe is None or self.answer is None:
            return tokens
        asking = tokens + self.describe(described)
        return asking + self.answer(_normal(asking), _normal(tokens), near)


class _Nearness(NamedTuple):
    """Tables (heads, places)."""

    pitch: np.ndarray
    time: np.ndarray
    slope: np.ndarray
    linked: np.ndarray

    def __call__(self, looking: np.ndarray, seen: np.ndarray, linked: np.ndarray | None) -> np.ndarray:
        """(heads, those who look, those looked at). Both (tokens, 2): pitch, and seconds before now."""
        reach = PITCHES // 2
        away = (looking[:, None, 0] - seen[None, :, 0]).astype(np.intp)
        bias = self.pitch.take(np.clip(away, -reach, reach, out=away) + reach, axis=1)
        late_s = np.clip(looking[:, None, 1] - seen[None, :, 1], _KNOTS_S[0], _KNOTS_S[-1])
        knot = np.minimum(_KNOTS_S.searchsorted(late_s, side="right") - 1, len(_KNOTS_S) - 2)
        bias += self.time.take(knot, axis=1)
        bias += self.slope.take(knot, axis=1) * (late_s - _KNOTS_S[knot])
        if linked is not None:
            bias += self.linked[:, None, None] * linked
        return bias


class Reader:
    """Keeps nothing between views: one may serve several sessions."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        shape, arrays = weights.shape, weights.arrays
        both, at_all = shape.looking is Looking.BOTH, shape.looking is not Looking.NOTHING

        def side(name: str) -> _Side:
            return _Side(
                _look(arrays, name + ".across", shape.heads) if both else None,
                _look(arrays, name + ".along", shape.heads) if at_all else None,
                _linear(arrays, name + ".think.into", name + ".think.before"),
                _linear(arrays, name + ".think.out"),
            )

        self._performance = _entrance(arrays, "performance", shape.a4, shape.heads)
        self._score = _entrance(arrays, "score", shape.d4, shape.heads)
        self._rungs = [(side(f"heard.{rung}"), side(f"written.{rung}")) for rung in range(shape.rungs)]
        self._near = [_nearness(arrays, f"nearness.{pair}.") for pair in PAIRS]
        self._written_head = _linear(arrays, "written_head", "written_end")
        self._heard_head = _linear(arrays, "heard_head", "heard_end")

    def read(self, view: View) -> Answer:
        """What it makes of a view."""
        written, heard = self.logits(view)
        place = np.append(written[:, 2], VOTES_OF_ONE * heard[:, 2].sum())
        place = np.exp(place - place.max())
        place /= place.sum()
        each = _sigmoid(written[:, 0]), _sigmoid(heard[:, 0]), _sigmoid(heard[:, 1])
        return Answer(*each, place[:-1], float(place[-1]))

    def logits(self, view: View) -> tuple[np.ndarray, np.ndarray]:
        """Of the written keys (played, how late, here) and of the traces (struck, extra, elsewhere)."""
        tokens = tokens_of(view)
        at, on = tokens.performance_at, tokens.score_at
        linked = tokens.link[:, None] == np.arange(len(on))
        pairs: Sequence = (at, at, None), (at, on, linked), (on, at, linked.T), (on, on, None)
        near = [nearness(*pair) for nearness, pair in zip(self._near, pairs, strict=True)]
        heard = self._performance(tokens.performance, tokens.a4, near[0])
        written = self._score(tokens.score, tokens.d4, near[3])
        for one, other in self._rungs:
            heard = one(heard, written, near[1], near[0])
            written = other(written, heard, near[2], near[3])
        return self._written_head(_normal(written)), self._heard_head(_normal(heard))


def _linear(arrays: Arrays, name: str, before: str | None = None, scale: float = 1.0) -> _Linear:
    """``before``: the normalisation in front, whose factors and offsets are taken in."""
    weight, bias = arrays[name + ".weight"], arrays[name + ".bias"]
    if before is not None:
        bias = bias + weight @ arrays[before + ".bias"]
        weight = weight * arrays[before + ".weight"]
    return _Linear(np.ascontiguousarray(weight.T * np.float32(scale)), bias * np.float32(scale))


def _look(arrays: Arrays, name: str, heads: int) -> _Look:
    size = len(arrays[name + ".ask.bias"]) // heads
    return _Look(
        _linear(arrays, name + ".ask", name + ".before", size**-0.5),
        _linear(arrays, name + ".offer", name + ".seen"),
        _linear(arrays, name + ".take"),
        arrays[name + ".nothing"][:, None],
    )


def _entrance(arrays: Arrays, name: str, descriptor: Descriptor, heads: int) -> _Entrance:
    reverse = descriptor is Descriptor.REVERSE
    return _Entrance(
        _linear(arrays, name + ".into"),
        _linear(arrays, name + ".out"),
        _linear(arrays, name + ".describe") if reverse else None,
        _look(arrays, name + ".answer", heads) if reverse else None,
        descriptor is Descriptor.CONCAT,
    )


def _nearness(arrays: Arrays, name: str) -> _Nearness:
    time = np.ascontiguousarray(arrays[name + "time"].T)
    slope = np.diff(time, axis=1) / _WIDTHS_S
    return _Nearness(np.ascontiguousarray(arrays[name + "pitch"].T), time, slope, arrays[name + "linked"])


def _normal(values: np.ndarray) -> np.ndarray:
    """Of mean 0 and spread 1, row by row."""
    share = np.float32(1 / values.shape[1])
    values = values - values.sum(1, keepdims=True) * share
    values /= np.sqrt(np.einsum("ij,ij->i", values, values) * share + FLAT)[:, None]
    return values


def _positive(values: np.ndarray) -> np.ndarray:
    return np.maximum(values, 0, out=values)


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits))


def load_reader(path: Path | None = None) -> Reader:
    """To follow with: the weights that ship, or others. Raises WeightsError."""
    weights = load_weights(path)
    if weights.shape.a4 is not Descriptor.NONE:
        problem = "made for the octave bands' dynamics, which nobody tells while following"
        raise WeightsError(str(path or SHIPPED), problem, "train with --a4 none")
    return Reader(weights)


@cache
def shipped_reader() -> Reader:
    """With the weights that ship, read once. Raises WeightsError."""
    return load_reader()
