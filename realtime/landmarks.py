"""Bars, beats, rehearsal marks and page turns, told as the player passes them."""

from __future__ import annotations

from bisect import bisect_right

from repetiteur.realtime.events import Bar, Beat, Emit, Mark, Turn
from repetiteur.realtime.score import DEFAULT_QUARTER_BPM, Score

REACHED_Q = 0.02  # a landmark this little ahead has been reached
TURN_AHEAD_S = 4.0
MOST_AT_ONCE = 64  # beats told for one move; more would be a leap, not a passage


class Landmarks:
    """Looks places up quickly, and tells what lies between two places. Same thread as the engine."""

    def __init__(self, score: Score, emit: Emit) -> None:
        self._score = score
        self._emit = emit
        self._bar_starts = score.bars["start_q"].tolist()
        self._bar_lower = score.bars["lower"].tolist()
        self._bar_missing = score.bars["missing_q"].tolist()
        self._beats = _beats(score)
        self._beat_q = [q for q, _, _ in self._beats]
        self._mark_q = [mark.q for mark in score.marks]
        self._turn_q = [turn.q for turn in score.turns]
        self._tempo_q = score.tempi["q"].tolist()
        self._tempo_bpm = score.tempi["quarter_bpm"].tolist()
        self._turn_told = -1

    def bar_and_beat(self, q: float) -> tuple[int, float]:
        """Index of the bar at ``q`` and the 1-based beat in it."""
        bar = max(bisect_right(self._bar_starts, q + 1e-6) - 1, 0)
        quarters_in = q - self._bar_starts[bar] + self._bar_missing[bar]
        return bar, 1.0 + max(quarters_in * self._bar_lower[bar] / 4.0, 0.0)

    def printed_bpm(self, q: float) -> float:
        """Quarters per minute as printed."""
        if not self._tempo_q:
            return DEFAULT_QUARTER_BPM
        return self._tempo_bpm[max(bisect_right(self._tempo_q, q + 1e-6) - 1, 0)]

    def moved(self, from_q: float, to_q: float, which_pass: int, t_s: float) -> None:
        """The player went on from one place to another without a leap."""
        if to_q <= from_q:
            return
        first = bisect_right(self._beat_q, from_q + REACHED_Q)
        last = bisect_right(self._beat_q, to_q + REACHED_Q)
        for q, bar, beat in self._beats[max(first, last - MOST_AT_ONCE) : last]:
            self._tell_beat(q, bar, beat, which_pass, t_s)
        marks = self._score.marks
        first = bisect_right(self._mark_q, from_q + REACHED_Q)
        for mark in marks[first : bisect_right(self._mark_q, to_q + REACHED_Q)]:
            self._tell_mark(mark.label, mark.q, which_pass, t_s)

    def landed(self, q: float, which_pass: int, t_s: float) -> None:
        """The player is suddenly at ``q``: tell what is exactly there."""
        self._turn_told = -1
        self.moved(q - REACHED_Q - 0.02, q, which_pass, t_s)

    def turn_ahead(self, q: float, q_per_s: float, t_s: float) -> None:
        """Tell the next page or system break once, some seconds before it."""
        index = bisect_right(self._turn_q, q + REACHED_Q)
        if index >= len(self._turn_q) or index == self._turn_told or q_per_s <= 0.0:
            return
        seconds = (self._turn_q[index] - q) / q_per_s
        if seconds <= TURN_AHEAD_S:
            self._turn_told = index
            turn = self._score.turns[index]
            bar, _ = self.bar_and_beat(turn.q)
            self._emit(Turn, t_s, (turn.what, self._score.bar_labels[bar], seconds))

    def _tell_beat(self, q: float, bar: int, beat: int, which_pass: int, t_s: float) -> None:
        label = self._score.bar_labels[bar]
        if q <= self._bar_starts[bar] + 1e-6:
            self._emit(Bar, t_s, (label, bar, which_pass))
        self._emit(Beat, t_s, (label, bar, beat, which_pass))

    def _tell_mark(self, label: str, q: float, which_pass: int, t_s: float) -> None:
        bar, _ = self.bar_and_beat(q)
        self._emit(Mark, t_s, (label, self._score.bar_labels[bar], which_pass))


def _beats(score: Score) -> list[tuple[float, int, int]]:
    """(q, bar index, beat) of each beat of each bar; a pickup's first beat may be no whole one."""
    beats: list[tuple[float, int, int]] = []
    for index, bar in enumerate(score.bars):
        beat_q = 4.0 / float(bar["lower"])
        start, end, missing = float(bar["start_q"]), float(bar["end_q"]), float(bar["missing_q"])
        first = int(-(-(missing - 1e-6) // beat_q)) if missing > 0.0 else 0
        if missing > 1e-6 and first * beat_q - missing > 1e-6:
            beats.append((start, index, first))
        number = first
        while start - missing + number * beat_q < end - 1e-6:
            beats.append((start - missing + number * beat_q, index, number + 1))
            number += 1
    return beats
