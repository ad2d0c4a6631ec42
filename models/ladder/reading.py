"""The Ladder as the rest of the program uses it: a view in, probabilities out. Needs no torch.

reader = load_reader()
played, struck, extra = reader.read(view)
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from repetiteur.models.ladder.nearness import KNOTS_S, PAIRS, PITCHES
from repetiteur.models.ladder.shape import Descriptor, Looking
from repetiteur.models.ladder.tokens import View, tokens_of
from repetiteur.models.ladder.weights import Weights, load_weights

_KNOTS_S = np.array(KNOTS_S, np.float32)
_WIDTHS_S = np.diff(_KNOTS_S)
FLAT = 1e-5  # as torch has it in its normalisation
LOWEST = -1e4


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
        linked = tokens.link[:, None] == np.arange(len(on))
        apart = _Apart(at, at), _Apart(at, on, linked), _Apart(on, at, linked.T), _Apart(on, on)
        near = [each.nearness(arrays, f"nearness.{pair}.") for pair, each in zip(PAIRS, apart, strict=True)]
        heard = self._enter("performance", tokens.performance, tokens.a4, shape.a4, near[0])
        written = self._enter("score", tokens.score, tokens.d4, shape.d4, near[3])
        for rung in range(shape.rungs):
            heard = self._climb(f"heard.{rung}.", heard, written, near[1], near[0])
            written = self._climb(f"written.{rung}.", written, heard, near[2], near[3])
        written = _linear(arrays, "written_head", _normal(arrays, "written_end", written))
        return written, _linear(arrays, "heard_head", _normal(arrays, "heard_end", heard))

    def _enter(
        self, name: str, columns: np.ndarray, described: np.ndarray, descriptor: Descriptor, near: np.ndarray
    ) -> np.ndarray:
        arrays = self.weights.arrays
        if descriptor is Descriptor.CONCAT:
            columns = np.concatenate([columns, described], 1)
        tokens = _linear(arrays, name + ".out", np.maximum(_linear(arrays, name + ".into", columns), 0))
        if descriptor is Descriptor.REVERSE:
            asking = tokens + _linear(arrays, name + ".describe", described)
            tokens = asking + self._look(name + ".answer.", asking, tokens, near)
        return tokens

    def _climb(
        self, side: str, own: np.ndarray, other: np.ndarray, across: np.ndarray, along: np.ndarray
    ) -> np.ndarray:
        arrays, shape = self.weights.arrays, self._shape
        if shape.looking is Looking.BOTH:
            own = own + self._look(side + "across.", own, other, across)
        if shape.looking is not Looking.NOTHING:
            own = own + self._look(side + "along.", own, own, along)
        hidden = _linear(arrays, side + "think.into", _normal(arrays, side + "think.before", own))
        return own + _linear(arrays, side + "think.out", np.maximum(hidden, 0, out=hidden))

    def _look(self, name: str, looking: np.ndarray, seen: np.ndarray, near: np.ndarray) -> np.ndarray:
        arrays, heads = self.weights.arrays, self._shape.heads
        many, width = looking.shape
        size = width // heads

        def split(values: np.ndarray) -> np.ndarray:
            return values.reshape(-1, heads, size).transpose(1, 0, 2)

        ask = split(_linear(arrays, name + "ask", _normal(arrays, name + "before", looking)))
        offered = _linear(arrays, name + "offer", _normal(arrays, name + "seen", seen))
        key, value = split(offered[:, :width]), split(offered[:, width:])
        weight = (ask * np.float32(size**-0.5)) @ key.transpose(0, 2, 1)
        weight += near
        nothing = arrays[name + "nothing"][:, None]
        highest = np.maximum(weight.max(2, initial=LOWEST), nothing)
        np.exp(np.subtract(weight, highest[:, :, None], out=weight), out=weight)
        total = weight.sum(2) + np.exp(nothing - highest)
        taken = (weight @ value) / total[:, :, None]
        return _linear(arrays, name + "take", taken.transpose(1, 0, 2).reshape(many, width))


class _Apart:
    """How far tokens are from each other, as places in the tables of ``Nearness``."""

    def __init__(self, looking: np.ndarray, seen: np.ndarray, linked: np.ndarray | None = None) -> None:
        reach = PITCHES // 2
        away = looking[:, None, 0] - seen[None, :, 0]
        self.pitch = np.clip(away, -reach, reach).astype(np.int16) + reach
        late_s = np.clip(looking[:, None, 1] - seen[None, :, 1], _KNOTS_S[0], _KNOTS_S[-1])
        self.knot = np.clip(np.searchsorted(_KNOTS_S, late_s, side="right") - 1, 0, len(_KNOTS_S) - 2)
        self.share = (late_s - _KNOTS_S[self.knot]) / _WIDTHS_S[self.knot]
        self.linked = linked

    def nearness(self, arrays: Mapping[str, np.ndarray], name: str) -> np.ndarray:
        """(heads, those who look, those looked at)."""
        time = arrays[name + "time"].T
        slope = np.append(np.diff(time, axis=1), 0 * time[:, :1], axis=1)
        bias = np.take(arrays[name + "pitch"].T, self.pitch, axis=1)
        bias += np.take(time, self.knot, axis=1)
        bias += np.take(slope, self.knot, axis=1) * self.share
        if self.linked is not None:
            bias += self.linked * arrays[name + "linked"][:, None, None]
        return bias


def _linear(arrays: Mapping[str, np.ndarray], name: str, values: np.ndarray) -> np.ndarray:
    return values @ arrays[name + ".weight"].T + arrays[name + ".bias"]


def _normal(arrays: Mapping[str, np.ndarray], name: str, values: np.ndarray) -> np.ndarray:
    values = values - values.mean(1, keepdims=True)
    values /= np.sqrt((values * values).mean(1, keepdims=True) + np.float32(FLAT))
    return values * arrays[name + ".weight"] + arrays[name + ".bias"]


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits))


def load_reader(path: Path | None = None) -> Reader:
    """With the weights that ship, or others. Raises WeightsError."""
    return Reader(load_weights(path))
