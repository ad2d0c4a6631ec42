"""What an event stream says: the reported places, and every verdict with the time it stood."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from repetiteur.benchmarks.note_metrics import TOLERANCE_S
from repetiteur.benchmarks.truth import SAME_NOTE_S, pair_played
from repetiteur.realtime.events import Event, Match, Mistake, Note, NoteStatus, Position, Retract


@dataclass(frozen=True, slots=True, eq=False)
class Reports:
    """Every position of a stream, in order."""

    ready_s: np.ndarray  # when a client could read it
    at_s: np.ndarray  # the stream's own stamp
    travel_q: np.ndarray
    written_q: np.ndarray
    confidence: np.ndarray


def left_standing(events: Sequence[Event]) -> list[Event]:
    """What was not taken back in the end."""
    taken_back = {event.of for event in events if isinstance(event, Retract)}
    return [event for event in events if event.seq not in taken_back]


@dataclass(frozen=True, slots=True)
class Told:
    """One verdict, and from when to when a client saw it stand."""

    verdict: Match | Mistake
    told_s: float
    until_s: float  # inf: to the end

    def stands_at(self, time_s: float) -> bool:
        return self.told_s <= time_s < self.until_s

    @property
    def stands(self) -> bool:
        return math.isinf(self.until_s)


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """The verdicts of a stream, and the played notes they speak of."""

    told: tuple[Told, ...]
    onsets: dict[int, tuple[float, int]]  # stream note id -> (onset_s, pitch)
    number: dict[int, int]  # stream note id -> the table's number, for notes the table has

    @property
    def retracted(self) -> int:
        return sum(not told.stands for told in self.told)

    @property
    def unknown(self) -> int:
        """Heard notes that the table does not have."""
        return len(self.onsets) - len(self.number)


def reports(events: Sequence[Event], ready_s: np.ndarray) -> Reports:
    """The positions of a stream."""
    kept = [(index, event) for index, event in enumerate(events) if isinstance(event, Position)]
    table = np.array([(e.at, e.travel, e.q, e.confidence) for _, e in kept], float).reshape(-1, 4)
    ready = np.asarray(ready_s, float)[[index for index, _ in kept]]
    return Reports(ready, table[:, 0], table[:, 1], table[:, 2], table[:, 3])


def listen(
    events: Sequence[Event],
    ready_s: np.ndarray,
    played: Sequence[tuple[float, int]],
    same_note_s: float = SAME_NOTE_S,
) -> Heard:
    """The verdicts of a stream. ``played``: the table's notes as (onset_s, pitch)."""
    standing: dict[int, tuple[Match | Mistake, float]] = {}
    over: list[Told] = []
    onsets: dict[int, tuple[float, int]] = {}
    for event, time_s in zip(events, ready_s, strict=True):
        if isinstance(event, Match | Mistake):
            standing[event.seq] = event, float(time_s)
        elif isinstance(event, Retract) and event.of in standing:
            over.append(Told(*standing.pop(event.of), float(time_s)))
        elif isinstance(event, Note):
            if event.status is NoteStatus.WITHDRAWN:
                onsets.pop(event.id, None)
            else:
                onsets[event.id] = event.onset, event.pitch
    told = over + [Told(verdict, time_s, math.inf) for verdict, time_s in standing.values()]
    pairs = zip(onsets, pair_played(played, list(onsets.values()), same_note_s), strict=True)
    number = {note: number for note, number in pairs if number is not None}
    return Heard(tuple(sorted(told, key=lambda item: item.verdict.seq)), onsets, number)


def listen_by_ear(events: Sequence[Event], ready_s: np.ndarray, played: Sequence[tuple[float, int]]) -> Heard:
    """The same where the notes were heard in sound. One that nobody played has a number beyond the
    table's: whatever is told of it is false."""
    told = listen(events, ready_s, played, TOLERANCE_S)
    ghosts = [note for note in told.onsets if note not in told.number]
    return replace(told, number=told.number | {note: len(played) + k for k, note in enumerate(ghosts)})
