"""Tiny scores, tables and event streams written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pytest

from repetiteur.benchmarks.alignment import PlayedSide, Row, ScoreSide
from repetiteur.benchmarks.heard import Heard, listen
from repetiteur.benchmarks.truth import Truth
from repetiteur.realtime.events import Event, Match, Mistake, MistakeKind, Note, NoteStatus, Retract
from repetiteur.realtime.score import (
    BAR_DTYPE,
    END,
    NOTE_DTYPE,
    TEMPO_DTYPE,
    Edge,
    EdgeKind,
    NoteKind,
    Ornament,
    PlayOrder,
    Score,
    Segment,
)

BAR_Q = 4.0
STRAIGHT = ((0.0, 16.0),), (0,)
REPEATED = ((0.0, 8.0), (8.0, 16.0)), (0, 0, 1)


@dataclass(frozen=True, slots=True)
class Written:
    id: str
    q: float
    pitch: int
    lasts_q: float = 1.0
    kind: NoteKind = NoteKind.PLAIN
    ornament: Ornament = Ornament.NONE


def _score(written: Iterable[Written], shape=STRAIGHT) -> Score:
    notes = sorted(written, key=lambda note: (note.q, -note.kind, note.pitch))
    table = np.zeros(len(notes), NOTE_DTYPE)
    for row, note in zip(table, notes, strict=True):
        row["onset_q"], row["pitch"], row["duration_q"] = note.q, note.pitch, note.lasts_q
        row["kind"], row["ornament"], row["bar"] = note.kind, note.ornament, int(note.q // BAR_Q)
    stretches, notated = shape
    end_q = stretches[-1][1]
    bars = np.zeros(int(end_q / BAR_Q), BAR_DTYPE)
    bars["start_q"] = np.arange(len(bars)) * BAR_Q
    bars["end_q"] = bars["start_q"] + BAR_Q
    bars["upper"] = bars["lower"] = 4
    edges = [Edge(0, 0, EdgeKind.REPEAT, (1,)), Edge(0, 1, EdgeKind.ON, (2,))] if len(stretches) > 1 else []
    edges.append(Edge(len(stretches) - 1, END, EdgeKind.ON, (1,)))
    return Score(
        id="made",
        title="",
        parts=("one",),
        notes=table,
        note_ids=tuple(note.id for note in notes),
        bars=bars,
        bar_labels=tuple(str(number + 1) for number in range(len(bars))),
        tempi=np.array([(0.0, 60.0)], TEMPO_DTYPE),
        fermatas=np.zeros(0),
        marks=(),
        turns=(),
        play_order=PlayOrder(tuple(Segment(*stretch) for stretch in stretches), tuple(edges), notated),
    )


def _line(pitches: Iterable[int] = range(60, 76)) -> list[Written]:
    """One note a quarter."""
    return [Written(f"n{number}", float(number), pitch) for number, pitch in enumerate(pitches)]


def _row(
    note: Written | None, unfolded_q: float = 0.0, pass_: int = 1, played: PlayedSide | None = None
) -> Row:
    side = None
    if note is not None:
        side = ScoreSide(f"{note.id}-{pass_}", unfolded_q, note.lasts_q, note.pitch)
    return Row(side, played)


def _played(number: int, onset_s: float, pitch: int) -> PlayedSide:
    return PlayedSide(f"p{number}", onset_s, pitch, 0.2, 64)


class Stream:
    """Events of a made-up follower, and when each could be read."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def note(self, note: int, onset_s: float, pitch: int) -> None:
        self._add(Note, onset_s, note, NoteStatus.CONFIRMED, pitch, onset_s, 64)

    def match(self, at_s: float, note: int, score_note: str, pass_: int = 1) -> int:
        return self._add(Match, at_s, note, score_note, 0.0, pass_, 0.0, 0.0)

    def extra(self, at_s: float, note: int, pitch: int) -> int:
        return self._add(Mistake, at_s, MistakeKind.EXTRA, None, None, note, pitch, 0.0, 1, at_s, 1.0)

    def missed(self, at_s: float, score_note: str, pitch: int, due_s: float, pass_: int = 1) -> int:
        return self._add(
            Mistake, at_s, MistakeKind.MISSED, score_note, pitch, None, None, 0.0, pass_, due_s, 1.0
        )

    def wrong(self, at_s: float, score_note: str, expected: int, note: int, pitch: int) -> int:
        return self._add(
            Mistake, at_s, MistakeKind.WRONG, score_note, expected, note, pitch, 0.0, 1, at_s, 1.0
        )

    def retract(self, at_s: float, of: int) -> None:
        self._add(Retract, at_s, of)

    def heard(self, truth: Truth) -> Heard:
        return listen(self.events, np.array([event.at for event in self.events]), truth.played)

    def _add(self, kind: type[Event], at_s: float, *values: object) -> int:
        self.events.append(kind(len(self.events), at_s, *values))
        return len(self.events) - 1


@dataclass(frozen=True, slots=True)
class Desk:
    """What the tests are written with."""

    written: type[Written] = Written
    score: Callable[..., Score] = _score
    line: Callable[..., list[Written]] = _line
    row: Callable[..., Row] = _row
    played: Callable[[int, float, int], PlayedSide] = _played
    stream: type[Stream] = Stream
    repeated: tuple = REPEATED


@pytest.fixture
def desk() -> Desk:
    return Desk()
