"""The Ladder as the rest of the program uses it: a view in, probabilities out. Needs no torch.

    reader = load_reader()
    answer = reader.read(view)
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from repetiteur.kernels.ladder_read import PERFORMANCE_COLUMNS, SCORE_COLUMNS, probabilities, read_view
from repetiteur.kernels.rungs import room_for
from repetiteur.models.ladder.answer import HEARD_HEADS, VOTES_OF_ONE, WRITTEN_HEADS, Answer
from repetiteur.models.ladder.rung_weights import STREAMS, layer, rung_weights
from repetiteur.models.ladder.shape import Descriptor
from repetiteur.models.ladder.tokens import View
from repetiteur.models.ladder.weights import SHIPPED, Weights, WeightsError, load_weights

COLUMNS = PERFORMANCE_COLUMNS, SCORE_COLUMNS  # of each stream, without its descriptor


class Reader:
    """Keeps nothing between views: one may serve several sessions."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._rungs = rung_weights(weights)
        self._joins = weights.shape.a4, weights.shape.d4
        self._describe = {
            stream: layer(weights.arrays, name + ".describe")
            for stream, (name, _) in enumerate(STREAMS)
            if self._joins[stream] is Descriptor.REVERSE
        }

    def read(self, view: View) -> Answer:
        """What it makes of a view."""
        told = self._told(view)
        traces, written = len(view.traces), len(view.written)
        played, here = np.empty(written, np.float32), np.empty(written, np.float32)
        struck, extra = np.empty(traces, np.float32), np.empty(traces, np.float32)
        elsewhere = probabilities(told, VOTES_OF_ONE, played, struck, extra, here)
        return Answer(played, struck, extra, here, elsewhere)

    def logits(self, view: View) -> tuple[np.ndarray, np.ndarray]:
        """Of the written keys (played, how late, here) and of the traces (struck, extra, elsewhere)."""
        told = self._told(view)
        return told[1, : len(view.written), :WRITTEN_HEADS], told[0, : len(view.traces), :HEARD_HEADS]

    def _told(self, view: View) -> np.ndarray:
        room = room_for(self._rungs, max(len(view.traces), len(view.written)))
        for stream, descriptor in enumerate((view.a4, view.d4)):
            many = len(descriptor)
            if self._joins[stream] is Descriptor.CONCAT:
                known = COLUMNS[stream]
                room.columns[stream, :many, known : known + descriptor.shape[1]] = descriptor
            elif self._joins[stream] is Descriptor.REVERSE:
                weight, bias = self._describe[stream]
                room.described[stream, :many, : len(bias)] = descriptor @ weight + bias
        read_view(
            self._rungs, room, view.traces, view.reading, view.link, view.written, view.now_s, view.fit
        )
        return room.told


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
