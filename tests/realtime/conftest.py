"""Small scores written by hand (or by a seeded die), and players for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import Event, Match, Mistake, Retract
from repetiteur.realtime.inputs import Input, NoteOff, NoteOn
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
    RehearsalMark,
    Score,
    Segment,
)
from repetiteur.realtime.timeline import with_ticks

BAR_Q = 4.0


@dataclass(frozen=True, slots=True)
class Written:
    """One note to write: quarters, pitch."""

    q: float
    pitch: int
    lasts_q: float = 0.5
    kind: NoteKind = NoteKind.PLAIN
    ornament: Ornament = Ornament.NONE


@dataclass(frozen=True, slots=True)
class Struck:
    """One note to play: seconds, pitch."""

    t_s: float
    pitch: int
    velocity: int = 64


def _score(written: Iterable[Written], order: PlayOrder | None = None, bpm: float = 120.0) -> Score:
    notes = sorted(written, key=lambda note: (note.q, -note.kind, note.pitch))
    bar_count = int(max(note.q for note in notes) // BAR_Q) + 1
    table = np.zeros(len(notes), NOTE_DTYPE)
    for row, note in zip(table, notes, strict=True):
        row["onset_q"], row["pitch"] = note.q, note.pitch
        row["kind"], row["ornament"] = note.kind, note.ornament
        row["duration_q"] = 0.0 if note.kind == NoteKind.GRACE else note.lasts_q
        row["bar"] = int(note.q // BAR_Q)
    bars = np.zeros(bar_count, BAR_DTYPE)
    bars["start_q"] = np.arange(bar_count) * BAR_Q
    bars["end_q"] = bars["start_q"] + BAR_Q
    bars["upper"], bars["lower"] = 4, 4
    end_q = bar_count * BAR_Q
    return Score(
        id="made",
        title="Made for a test",
        parts=("one",),
        notes=table,
        note_ids=tuple(f"s{index}" for index in range(len(notes))),
        bars=bars,
        bar_labels=tuple(str(index + 1) for index in range(bar_count)),
        tempi=np.array([(0.0, bpm)], TEMPO_DTYPE),
        fermatas=np.zeros(0),
        marks=(RehearsalMark("A", min(8.0, end_q - BAR_Q)),),
        turns=(),
        play_order=order
        or PlayOrder((Segment(0.0, end_q),), (Edge(0, END, EdgeKind.ON, (1,)),), (0,)),
    )


def _tune(bars: int = 16, seed: int = 7) -> list[Written]:
    """A seeded two-part piece: eighths above, quarters below, sometimes a chord."""
    die = np.random.default_rng(seed)
    notes = []
    for eighth in range(bars * 8):
        notes.append(Written(eighth / 2, int(60 + die.integers(0, 20))))
        if eighth % 2 == 0:
            notes.append(Written(eighth / 2, int(38 + die.integers(0, 18)), 1.0))
    return notes


def _player(
    written: Iterable[Written], q_per_s: float = 2.0, start_s: float = 0.5, from_q: float = 0.0
) -> list[Struck]:
    """Exactly as written."""
    return [Struck(start_s + (note.q - from_q) / q_per_s, note.pitch) for note in written]


def _listen(score: Score, struck: Sequence[Struck | Input]) -> list[Event]:
    """Everything an engine says of a performance."""
    performed: list[Input] = []
    for note in struck:
        if isinstance(note, Struck):
            performed.append(NoteOn(note.t_s, note.pitch, note.velocity))
            performed.append(NoteOff(note.t_s + 0.1, note.pitch))
        else:
            performed.append(note)
    performed.sort(key=lambda item: item.t_s)
    engine = Engine(score)
    events = engine.open()
    for item in with_ticks(performed):
        events += engine.push(item)
    return events


def _standing(events: Iterable[Event]) -> list[Match | Mistake]:
    """Verdicts that were not taken back."""
    verdicts: dict[int, Match | Mistake] = {}
    for event in events:
        if isinstance(event, Match | Mistake):
            verdicts[event.seq] = event
        elif isinstance(event, Retract):
            del verdicts[event.of]
    return list(verdicts.values())


@dataclass(frozen=True, slots=True)
class Stage:
    """What the tests are played on."""

    written: type[Written] = Written
    struck: type[Struck] = Struck
    score: Callable[..., Score] = _score
    tune: Callable[..., list[Written]] = _tune
    player: Callable[..., list[Struck]] = _player
    listen: Callable[[Score, Sequence[Struck | Input]], list[Event]] = _listen
    standing: Callable[[Iterable[Event]], list[Match | Mistake]] = _standing


@pytest.fixture
def stage() -> Stage:
    return Stage()
