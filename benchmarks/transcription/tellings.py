"""What was told of the notes, and when: so that one can ask what was known how long after an onset."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from repetiteur.benchmarks.transcription_metrics import Notes
from repetiteur.realtime.events import Event, Note, NoteEnd, NoteStatus

_SLACK_S = 1e-6  # times on the wire are whole microseconds


@dataclass(frozen=True, slots=True)
class Telling:
    """One ``note`` event."""

    at_s: float
    status: NoteStatus
    onset_s: float
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Tellings:
    """Every note's events in order, and when it ended."""

    of_note: dict[int, list[Telling]]
    offset_s: dict[int, float]


def tellings_of(events: Iterable[Event]) -> Tellings:
    """Notes and their ends; other events are passed over."""
    of_note: dict[int, list[Telling]] = {}
    offset_s: dict[int, float] = {}
    for event in events:
        if isinstance(event, Note):
            told = Telling(event.at, event.status, event.onset, event.pitch, event.velocity)
            of_note.setdefault(event.id, []).append(told)
        elif isinstance(event, NoteEnd):
            offset_s[event.id] = event.offset
    return Tellings(of_note, offset_s)


def confirmed(told: Tellings) -> Notes:
    """What stands in the end."""
    return known_by(told, np.inf)


def provisional(told: Tellings) -> Notes:
    """Notes as they were first told, those that nobody foresaw left out."""
    first = {note: tellings[0] for note, tellings in told.of_note.items()}
    return _notes(told, {note: item for note, item in first.items() if item.status is NoteStatus.PROVISIONAL})


def known_by(told: Tellings, latency_s: float) -> Notes:
    """What was known of each note so long after its onset: told by then, and not yet withdrawn."""
    standing = {}
    for note, tellings in told.of_note.items():
        in_time = [item for item in tellings if item.at_s - item.onset_s <= latency_s + _SLACK_S]
        if in_time and in_time[-1].status is not NoteStatus.WITHDRAWN:
            standing[note] = in_time[-1]
    return _notes(told, standing)


def unsettled(told: Tellings) -> int:
    """Notes left neither confirmed nor withdrawn: there must be none."""
    return sum(items[-1].status is NoteStatus.PROVISIONAL for items in told.of_note.values())


def _notes(told: Tellings, chosen: dict[int, Telling]) -> Notes:
    return Notes(
        onset_s=np.array([item.onset_s for item in chosen.values()], float),
        offset_s=np.array([told.offset_s.get(note, np.nan) for note in chosen], float),
        pitch=np.array([item.pitch for item in chosen.values()], int),
        velocity=np.array([item.velocity for item in chosen.values()], float),
    )
