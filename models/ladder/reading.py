"""The Ladder as the rest of the program uses it: a view in, probabilities out. Needs no torch.

reader = load_reader()
played, struck, extra = reader.read(view)
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from repetiteur.models.ladder.nearness import KNOTS_S, PITCHES
from repetiteur.models.ladder.shape import Descriptor, Looking
from repetiteur.models.ladder.tokens import NO_KEY, View, tokens_of
from repetiteur.models.ladder.weights import Weights, load_weights

_KNOTS_S = np.array(KNOTS_S, np.float32)
_WIDTHS_S = np.diff(_KNOTS_S)
STEEP = 1e-5  # as torch has it in its normalisation


class Reader:
    """Keeps nothing between views: one may serve several sessions."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._shape = weights.shape

    def read(self, view: View) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Probabilities: each written key was played; each trace was struck; and struck unwritten."""
        written, heard = self.logits(view)
        return _sigmoid(written[:, 0]), _sigmoid(heard[:, 0]), _sigmoid(heard[:, 1])

    def logits(self, view: View) -> tuple[np.ndarray, np.ndarray]:
        """Of the written keys (played, and how late) and of the traces (struck, and extra)."""
        tokens, shape, arrays = tokens_of(view), self._shape, self.weights.arrays
        at, on = tokens.performance_at, tokens.score_at
        linked = tokens.link[:, None] == np.where(len(on), np.arange(len(on)), NO_KEY)
        heard_heard, written_written = _Apart(at, at, None), _Apart(on, on, None)
        heard_written, written_heard = _Apart(at, on, linked), _Apart(on, at, linked.T)
        heard = _enter(
            arrays, "performance", tokens.performance, tokens.a4, shape.a4, shape.heads, heard_heard
        )
        written = _enter(arrays, "score", tokens.score, tokens.d4, shape.d4, shape.heads, written_written)
        for rung in range(shape.rungs):
            one, other = f"heard.{rung}.", f"written.{rung}."
            heard = self._climb(one, heard, written, heard_written, heard_heard)
            written = self._climb(other, written, heard, written_heard, written_written)
        written = _linear(arrays, "written_head", _normal(arrays, "written_end", written))
        return written, _linear(arrays, "heard_head", _normal(arrays, "heard_end", heard))

    def _climb(
        self, side: str, own: np.ndarray, other: np.ndarray, across: _Apart, along: _Apart
    ) -> np.ndarray:
        arrays, shape = self.weights.arrays, self._shape
        if shape.looking is Looking.BOTH:
            own = own + _look(arrays, side + "across.", shape.heads, own, other, across)
        if shape.looking is not Looking.NOTHING:
            own = own + _look(arrays, side + "along.", shape.heads, own, own, along)
        hidden = _linear(arrays, side + "think.into", _normal(arrays, side + "think.before", own))
        return own + _linear(arrays, side + "think.out", np.maximum(hidden, 0, out=hidden))


class _Apart:
    """How far tokens are from each other, as places in the tables of ``Nearness``."""

    def __init__(self, looking: np.ndarray, seen: np.ndarray, linked: np.ndarray | None) -> None:
        reach = PITCHES // 2
        away = looking[:, None, 0] - seen[None, :, 0]
        self.pitch = np.clip(away, -reach, reach).astype(np.int16) + reach
        late_s = np.clip(looking[:, None, 1] - seen[None, :, 1], _KNOTS_S[0], _KNOTS_S[-1])
        self.knot = np.clip(np.searchsorted(_KNOTS_S, late_s, side="right") - 1, 0, len(_KNOTS_S) - 2)
        self.share = (late_s - _KNOTS_S[self.knot]) / _WIDTHS_S[self.knot]
        self.linked = linked

    def bias(self, arrays: Mapping[str, np.ndarray], name: str) -> np.ndarray:
        """(heads, those who look, those looked at)."""
        time = arrays[name + "time"].T
        slope = np.append(np.diff(time, axis=1), 0 * time[:, :1], axis=1)
        bias = np.take(arrays[name + "pitch"].T, self.pitch, axis=1)
        bias += np.take(time, self.knot, axis=1)
        bias += np.take(slope, self.knot, axis=1) * self.share
        if self.linked is not None:
            bias += self.linked * arrays[name + "linked"][:, None, None]
        return bias


def _look(
    arrays: Mapping[str, np.ndarray],
    name: str,
    heads: int,
    looking: np.ndarray,
    seen: np.ndarray,
    apart: _Apart,
) -> np.ndarray:
    many, width = looking.shape
    size = width // heads

    def split(values: np.ndarray) -> np.ndarray:
        return values.reshape(-1, heads, size).transpose(1, 0, 2)

    ask = split(_linear(arrays, name + "ask", _normal(arrays, name + "before", looking)))
    offered = _linear(arrays, name + "offer", _normal(arrays, name + "seen", seen))
    key, value = split(offered[:, :width]), split(offered[:, width:])
    weight = (ask * np.float32(size**-0.5)) @ key.transpose(0, 2, 1)
    weight += apart.bias(arrays, name + "nearness.")
    nothing = arrays[name + "nothing"][:, None]
    highest = np.maximum(weight.max(2, initial=-1e4), nothing)
    np.exp(np.subtract(weight, highest[:, :, None], out=weight), out=weight)
    total = weight.sum(2) + np.exp(nothing - highest)
    taken = (weight @ value) / total[:, :, None]
    return _linear(arrays, name + "take", taken.transpose(1, 0, 2).reshape(many, width))


def _enter(
    arrays: Mapping[str, np.ndarray], name: str, columns: np.ndarray, described: np.ndarray,
    descriptor: Descriptor, heads: int, apart: _Apart,
) -> np.ndarray:  # fmt: skip
    if descriptor is Descriptor.CONCAT:
        columns = np.concatenate([columns, described], 1)
    tokens = _linear(arrays, name + ".out", np.maximum(_linear(arrays, name + ".into", columns), 0))
    if descriptor is Descriptor.REVERSE:
        asking = tokens + _linear(arrays, name + ".describe", described)
        tokens = asking + _look(arrays, name + ".answer.", heads, asking, tokens, apart)
    return tokens


def _linear(arrays: Mapping[str, np.ndarray], name: str, values: np.ndarray) -> np.ndarray:
    return values @ arrays[name + ".weight"].T + arrays[name + ".bias"]


def _normal(arrays: Mapping[str, np.ndarray], name: str, values: np.ndarray) -> np.ndarray:
    values = values - values.mean(1, keepdims=True)
    values /= np.sqrt((values * values).mean(1, keepdims=True) + np.float32(STEEP))
    return values * arrays[name + ".weight"] + arrays[name + ".bias"]


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits))


def load_reader(path: Path | None = None) -> Reader:
    """With the weights that ship, or others. Raises WeightsError."""
    return Reader(load_weights(path))
