"""What the Ladder makes of the recent sound beside the recent score, asked before a verdict is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from repetiteur.kernels.beam import MEMORY
from repetiteur.kernels.ladder_read import NO_NOTE, fill_readings
from repetiteur.kernels.written_window import written_window
from repetiteur.models.ladder.answer import Answer
from repetiteur.models.ladder.tokens import (
    A4_BANDS,
    AHEAD_S,
    HEARD,
    MOST_WRITTEN,
    PAST_S,
    TRACE,
    WRITTEN,
    View,
    chosen,
    d4_of,
)
from repetiteur.realtime.follower import Follower
from repetiteur.realtime.inputs import HeardTrace
from repetiteur.realtime.layout import Layout
from repetiteur.realtime.score import Score

REMEMBERED = 1024  # traces


class Reader(Protocol):
    """A network that looks at a view."""

    def read(self, view: View) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Look:
    """What the Ladder sees at one moment."""

    view: View
    answer: Answer

    def was_extra(self, note: int) -> float | None:
        """Probability that a confirmed note was struck, and is none the score asks for. None: not in view."""
        at = np.flatnonzero(self.view.traces["note"] == note)
        return float(self.answer.extra[at[-1]]) if len(at) else None


class Ladder:
    """A stage beside the judge: takes traces and notes in, answers when it is asked. Bounded, and the same
    for the same inputs. Same thread as the follower."""

    delay = 0.0

    def __init__(self, score: Score, layout: Layout, reader: Reader) -> None:
        self._layout = layout
        self._reader = reader
        notes = score.notes[np.asarray(layout.key_note)]
        until_s = score.nominal_seconds(notes["onset_q"] + notes["duration_q"])
        self._lasts_s = (until_s - score.nominal_seconds(notes["onset_q"])).astype(np.float32)
        self._d4 = d4_of(np.asarray(layout.key_pitch))
        self._rows = np.zeros(MOST_WRITTEN, WRITTEN)
        self.reset()

    def reset(self) -> None:
        """Forget everything heard."""
        self._traces = np.zeros(REMEMBERED, TRACE)
        self._a4 = np.zeros((REMEMBERED, A4_BANDS), np.float32)
        self._count = 0
        self._notes = np.full(MEMORY, NO_NOTE, np.int64)

    def trace(self, trace: HeardTrace, note: int | None, pitch: int) -> None:
        """One more, in the order in which they become known. ``note``: which of the stream it is, if any;
        ``pitch``: as the score would have it."""
        heard = (getattr(trace, name) for name in HEARD)
        self.trace_row((trace.onset_s, NO_NOTE if note is None else note, pitch, *heard))

    def trace_row(self, row: tuple | np.void, a4: np.ndarray | None = None) -> None:
        """The same, as ``TRACE`` has it; ``a4``: the octave bands' dynamics at its moment."""
        if self._count == REMEMBERED:
            half = REMEMBERED // 2
            self._traces[:half] = self._traces[half:]
            self._a4[:half] = self._a4[half:]
            self._count = half
        self._traces[self._count] = row
        self._a4[self._count] = 0.0 if a4 is None else a4
        self._count += 1

    def note(self, note: int, number: int) -> None:
        """The follower has just been told of this note: it was his ``number``-th."""
        self._notes[number % MEMORY] = note

    def view(self, now_s: float, follower: Follower) -> View:
        """Both streams as they are now."""
        arrays = self._layout.arrays
        many = written_window(
            arrays, *follower.recent, follower.chord, follower.anchor_s, follower.pace, now_s,
            PAST_S, AHEAD_S, self._lasts_s, self._rows,
        )  # fmt: skip
        written = self._rows[:many].copy()
        recent = np.flatnonzero(self._traces["onset_s"][: self._count] >= now_s - PAST_S)
        traces = self._traces[recent]
        kept = chosen(traces, written["pitch"])
        traces = traces[kept]
        reading, link = np.empty(len(traces), np.int8), np.empty(len(traces), np.int16)
        fill_readings(traces, self._notes, *follower.meanings, written, reading, link)
        described = self._a4[recent[kept]], self._d4[written["key"]]
        return View(now_s, follower.fit, traces, reading, link, written, *described)

    def look(self, now_s: float, follower: Follower) -> Look:
        """Ask."""
        view = self.view(now_s, follower)
        return Look(view, self._reader.read(view))
