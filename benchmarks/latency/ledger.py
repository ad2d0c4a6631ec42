"""When what happened inside: of every note the times at each station on its way, of every event its cause.

All room is made beforehand and touched, so that watching does not let the memory grow.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Collection, Sequence
from enum import IntEnum

import numpy as np

from repetiteur.benchmarks.latency.receiver import CODES
from repetiteur.realtime.events import Event, Match, Note, NoteStatus, Position
from repetiteur.realtime.hearing.ears import Ears
from repetiteur.realtime.inputs import Chunk, HeardNote, HeardTrace, Input, NoteOn

NOTES_PER_S, EVENTS_PER_S = 60, 400  # more are not noted, and counted


class Kind(IntEnum):
    PLAYED = 0
    PROVISIONAL = 1
    CONFIRMED = 2


CAUSE = np.dtype([
    ("kind", np.int8),
    ("pitch", np.int16),
    ("onset_s", np.float64),  # the note began
    ("at_s", np.float64),  # the last sample was captured that had to be waited for; of MIDI the stamp
    ("delivered_s", np.float64),  # the block with it came from the device: known afterwards
    ("heard_from_s", np.float64),  # the ears took it
    ("heard_s", np.float64),  # the ears had made a note of it
    ("taken_s", np.float64),  # the engine's thread took the note
    ("followed_s", np.float64),  # the engine had made events of it
    ("sent_s", np.float64),  # the last of these was packed and given to the system
])  # fmt: skip
TOLD = np.dtype([
    ("cause", np.int32),
    ("code", np.int16),
    ("note", np.int32),
    ("q", np.float64),  # of a position, or a match that is no grace note
])  # fmt: skip


class Ledger:
    """``taken`` and the two sinks: on the engine's thread. ``submit``: on that of the ears."""

    def __init__(
        self, seconds: float, now_s: Callable[[], float], graces: Collection[str] = frozenset()
    ) -> None:
        """``graces``: ids of grace notes, which the place on the page passes by without standing there."""
        self._now_s = now_s
        self._graces = graces
        self._causes = np.ones(int((seconds + 10) * NOTES_PER_S), CAUSE)
        self._told = np.ones(int((seconds + 10) * EVENTS_PER_S), TOLD)
        self._cause_count = self._told_count = 0
        self._cause = -1  # of the events about to come
        self._on_their_way: deque[tuple[float, float]] = deque()
        self.missing = 0  # that there was no room for
        self.before, self.after = _Before(self), _After(self)

    @property
    def causes(self) -> np.ndarray:
        return self._causes[: self._cause_count]

    @property
    def told(self) -> np.ndarray:
        """Every event in the order of sending."""
        return self._told[: self._told_count]

    def hearing(self, heard_from_s: float) -> None:
        """The ears have made a note of what they took then, and hand it on now."""
        self._on_their_way.append((heard_from_s, self._now_s()))

    def taken(self, item: Input) -> None:
        """The engine's thread is about to give this to the engine."""
        now_s = self._now_s()
        self._cause = -1
        if isinstance(item, NoteOn):
            stamps = (item.t_s,) * 5
            kind = Kind.PLAYED
        elif isinstance(item, HeardNote):
            heard_from_s, heard_s = self._on_their_way.popleft()
            if item.status is NoteStatus.WITHDRAWN or math.isnan(heard_from_s):
                return
            kind = Kind.PROVISIONAL if item.status is NoteStatus.PROVISIONAL else Kind.CONFIRMED
            stamps = item.onset_s, item.t_s, item.t_s, heard_from_s, heard_s
        else:
            return
        if self._cause_count == len(self._causes):
            self.missing += 1
            return
        self._cause = self._cause_count
        self._causes[self._cause] = (kind, item.pitch, *stamps, now_s, now_s, now_s)
        self._cause_count += 1

    def followed(self) -> None:
        if self._cause >= 0:
            self._causes["followed_s"][self._cause] = self._now_s()

    def sent(self, events: Sequence[Event]) -> None:
        now_s = self._now_s()
        if self._cause >= 0:
            self._causes["sent_s"][self._cause] = now_s
        for event in events:
            if self._told_count == len(self._told):
                self.missing += 1
                return
            note = event.id if isinstance(event, Note) else -1
            self._told[self._told_count] = (self._cause, CODES[event.type], note, self._place_q(event))
            self._told_count += 1

    def _place_q(self, event: Event) -> float:
        if isinstance(event, Position) or (isinstance(event, Match) and event.score_note not in self._graces):
            return event.q
        return math.nan


class _Before:
    """A sink that comes before all others."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def send(self, events: Sequence[Event]) -> None:
        self._ledger.followed()

    def close(self) -> None: ...


class _After:
    """A sink that comes after all others."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def send(self, events: Sequence[Event]) -> None:
        self._ledger.sent(events)

    def close(self) -> None: ...


class TimedEars:
    """Ears that remember when they took the sound they are busy with. Thread: whoever pushes."""

    def __init__(self, ears: Ears, now_s: Callable[[], float]) -> None:
        self._ears, self._now_s = ears, now_s
        self.taken_s = 0.0
        self.busy_s = 0.0  # of hearing, all in all

    def push(self, chunk: Chunk) -> list[Event | HeardTrace]:
        self.taken_s = self._now_s()
        events = self._ears.push(chunk)
        self.busy_s += self._now_s() - self.taken_s
        return events

    def finish(self) -> list[Event | HeardTrace]:
        """What is settled only because the sound is over took no time that anybody waits for."""
        self.taken_s = math.nan
        return self._ears.finish()

    def reset(self) -> None:
        self._ears.reset()

    def warm_up(self, rate_hz: float) -> None:
        self._ears.warm_up(rate_hz)
