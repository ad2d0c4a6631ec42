from __future__ import annotations

import numpy as np

from repetiteur.benchmarks.transcription.tellings import (
    confirmed,
    known_by,
    provisional,
    tellings_of,
    unsettled,
)
from repetiteur.realtime.events import Event, Note, NoteEnd, NoteStatus, State, StateChanged

EVENTS: list[Event] = [
    StateChanged(0, 0.0, State.ARMED),
    Note(1, 1.04, 0, NoteStatus.PROVISIONAL, 60, 1.002, 70),
    Note(2, 1.04, 1, NoteStatus.PROVISIONAL, 72, 1.0, 30),
    Note(3, 1.16, 0, NoteStatus.CONFIRMED, 60, 1.0, 80),
    Note(4, 1.16, 2, NoteStatus.CONFIRMED, 64, 1.0, 50),
    Note(5, 1.22, 1, NoteStatus.WITHDRAWN, 72, 1.0, 30),
    NoteEnd(6, 2.1, 0, 2.0),
]


def pitches(latency_s: float) -> list[int]:
    return sorted(known_by(tellings_of(EVENTS), latency_s).pitch.tolist())


def test_what_was_known_how_long_after_an_onset() -> None:
    assert pitches(0.035) == []
    assert pitches(0.04) == [60, 72]
    assert pitches(0.16) == [60, 64, 72]
    assert pitches(0.22) == [60, 64]


def test_as_first_told_and_as_it_stands_in_the_end() -> None:
    told = tellings_of(EVENTS)
    first, last = provisional(told), confirmed(told)
    assert (first.onset_s.tolist(), first.velocity.tolist()) == ([1.002, 1.0], [70, 30])
    assert (last.onset_s.tolist(), last.velocity.tolist()) == ([1.0, 1.0], [80, 50])
    assert last.offset_s[0] == 2.0 and np.isnan(last.offset_s[1])


def test_notes_left_open_are_counted() -> None:
    assert unsettled(tellings_of(EVENTS)) == 0
    assert unsettled(tellings_of(EVENTS[:3])) == 2
