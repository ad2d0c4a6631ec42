"""A small score with rehearsal marks, and a player of it who only exists as events."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from repetiteur.realtime.events import Bar, Event, Jump, Mark, Note, NoteStatus, Position, State, StateChanged
from repetiteur.realtime.score import (
    BAR_DTYPE,
    END,
    NOTE_DTYPE,
    TEMPO_DTYPE,
    Edge,
    EdgeKind,
    PlayOrder,
    RehearsalMark,
    Score,
    Segment,
)

from .receiving import Receiver

BARS, BAR_Q = 8, 4.0


def marked_score(bpm: float) -> Score:
    """Eight bars of four quarters, every note another, marks A at bar 3 and B 2 at bar 5."""
    length_q = BARS * BAR_Q
    notes = np.zeros(int(length_q), NOTE_DTYPE)
    notes["onset_q"] = np.arange(len(notes))
    notes["duration_q"] = 1.0
    notes["pitch"] = 48 + np.arange(len(notes)) * 7 % 37
    notes["bar"] = notes["onset_q"] // BAR_Q
    bars = np.zeros(BARS, BAR_DTYPE)
    bars["start_q"] = np.arange(BARS) * BAR_Q
    bars["end_q"] = bars["start_q"] + BAR_Q
    bars["upper"], bars["lower"] = 4, 4
    return Score(
        id="marked",
        title="Marked",
        parts=("one",),
        notes=notes,
        note_ids=tuple(f"n{k}" for k in range(len(notes))),
        bars=bars,
        bar_labels=tuple(str(k + 1) for k in range(BARS)),
        tempi=np.array([(0.0, bpm)], TEMPO_DTYPE),
        fermatas=np.zeros(0),
        marks=(RehearsalMark("A", 8.0), RehearsalMark("B 2", 16.0)),
        turns=(),
        play_order=PlayOrder((Segment(0.0, length_q),), (Edge(0, END, EdgeKind.ON, (1,)),), (0,)),
    )


@pytest.fixture
def marked() -> Score:
    """At 120 to the minute."""
    return marked_score(120.0)


@pytest.fixture
def quick() -> Score:
    """At 240 to the minute, for programs that run in real time."""
    return marked_score(240.0)


class Story:
    """Events as an engine would tell them; time goes on by itself."""

    def __init__(self, score: Score) -> None:
        self._score = score
        self.at_s = 0.0
        self.q = 0.0
        self._seq = 0

    def state(self, state: State) -> Iterator[Event]:
        yield StateChanged(self._next(), self.at_s, state)

    def stand(self, q: float) -> Iterator[Event]:
        """Put there by the operator."""
        self.q = q
        yield self._position(0.0)

    def jump(self, to_q: float) -> Iterator[Event]:
        """The player leaps."""
        yield Note(self._next(), self.at_s, 1, NoteStatus.CONFIRMED, 60, self.at_s, 80)
        yield from self.put(to_q)

    def put(self, to_q: float) -> Iterator[Event]:
        """The operator's hand."""
        yield Jump(self._next(), self.at_s, self.q, to_q, 1.0)
        self.q = to_q
        yield self._position(120.0)

    def play(self, until_q: float, bpm: float, every_s: float = 0.02) -> Iterator[Event]:
        """A note, and on to there, with the bar lines and rehearsal marks passed."""
        if self.q < until_q:
            yield Note(self._next(), self.at_s + every_s, 1, NoteStatus.CONFIRMED, 60, self.at_s, 80)
        while self.q < until_q - 1e-9:
            before_q = self.q
            self.q = min(self.q + every_s * bpm / 60.0, until_q)
            self.at_s += every_s
            yield self._position(bpm)
            for index, start_q in enumerate(self._score.bars["start_q"]):
                if before_q < start_q <= self.q:
                    yield Bar(self._next(), self.at_s, self._score.bar_labels[index], index, 1)
            for mark in self._score.marks:
                if before_q < mark.q <= self.q:
                    label = self._score.bar_labels[self._score.bar_at(mark.q)]
                    yield Mark(self._next(), self.at_s, mark.label, label, 1)

    def _position(self, bpm: float) -> Position:
        index = self._score.bar_at(self.q)
        beat = self._score.beat_at(self.q)
        label = self._score.bar_labels[index]
        return Position(self._next(), self.at_s, label, index, beat, self.q, self.q, bpm, 1.0)

    def _next(self) -> int:
        self._seq += 1
        return self._seq


@pytest.fixture
def story(marked: Score) -> Story:
    return Story(marked)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    item = Receiver()
    yield item
    item.socket.close()
