"""A score as a host's timeline: bar after bar as printed, repeats not written out.

The timeline begins with the first printed bar, a pickup or not, as a MIDI or MusicXML file of
the score does once it is imported there.
"""

from __future__ import annotations

import numpy as np

from repetiteur.bridges.hosts.actions import Place
from repetiteur.realtime.score import RehearsalMark, Score


class Places:
    """Made once per score; any thread."""

    def __init__(self, score: Score) -> None:
        self._score = score
        self.start_q = score.start_q
        self._start_s = self._nominal_s(score.start_q)
        self.marks: tuple[RehearsalMark, ...] = tuple(sorted(score.marks, key=lambda mark: mark.q))

    def at(self, q: float) -> Place:
        score = self._score
        q = min(max(q, score.start_q), score.end_q)
        index = score.bar_at(q)
        bar = score.bars[index]
        beat = 1.0 + max(q - float(bar["start_q"]), 0.0) * float(bar["lower"]) / 4.0
        return Place(self.seconds(q), q - self.start_q, index + 1, beat, self._mark_before(q))

    def seconds(self, q: float) -> float:
        """At the printed tempo."""
        return self._nominal_s(q) - self._start_s

    def mark_named(self, label: str, bar_label: str) -> RehearsalMark | None:
        """The one with this label in the bar printed so."""
        labels = self._score.bar_labels
        fitting = (
            mark for mark in self.marks
            if mark.label == label and labels[self._score.bar_at(mark.q)] == bar_label
        )  # fmt: skip
        return next(fitting, None)

    def _mark_before(self, q: float) -> str:
        return next((mark.label for mark in reversed(self.marks) if mark.q <= q + 1e-6), "")

    def _nominal_s(self, q: float) -> float:
        return float(self._score.nominal_seconds(np.array([q]))[0])
