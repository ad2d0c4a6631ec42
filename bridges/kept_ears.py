"""Ears that outlive their own failures: what they tell, as inputs of a session, numbered without a break.

Ears that fail begin anew with the next sound. What sounded ends, what was only suspected is withdrawn, and
the notes told from then on go on counting where the others ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from repetiteur.realtime.events import Event, NoteStatus
from repetiteur.realtime.hearing.as_inputs import as_inputs
from repetiteur.realtime.hearing.sound_troubles import SoundTroubles
from repetiteur.realtime.inputs import Chunk, FaultSeen, Heard, HeardEnd, HeardNote, HeardTrace

QUIET_S = 5.0  # between two faults


class Hearing(Protocol):
    """As much of ``Ears`` as is needed here."""

    def push(self, chunk: Chunk) -> list[Event | HeardTrace]: ...

    def finish(self) -> list[Event | HeardTrace]: ...

    def reset(self) -> None: ...

    def warm_up(self, rate_hz: float) -> None: ...


class KeptEars:
    """One stream of sound. Thread: whoever pushes. Nothing raises."""

    def __init__(self, ears: Hearing) -> None:
        self._ears = ears
        self._troubles = SoundTroubles()
        self._first = 0  # what the ears' own numbers begin at
        self._unused = 0
        self._open: dict[int, HeardNote] = {}  # notes not ended or withdrawn yet
        self._end_s = 0.0
        self._told_s = -QUIET_S

    def push(self, chunk: Chunk) -> Iterator[Heard | FaultSeen]:
        self._end_s = chunk.t_s + len(chunk.samples) / chunk.rate_hz
        try:
            yield from self._numbered(as_inputs(self._ears.push(chunk)))
        except Exception as error:
            yield from self._begin_anew(error)
        yield from self._troubles.of(chunk, self._end_s)

    def finish(self) -> Iterator[Heard | FaultSeen]:
        """The sound is over: every note is settled."""
        try:
            yield from self._numbered(as_inputs(self._ears.finish()))
        except Exception as error:
            yield from self._begin_anew(error)
        yield from self._troubles.rest(self._end_s)

    def _numbered(self, heard: Iterator[Heard]) -> Iterator[Heard]:
        for item in heard:
            if isinstance(item, HeardTrace):
                yield item if item.id < 0 else replace(item, id=item.id + self._first)
                continue
            item = replace(item, id=item.id + self._first)
            self._unused = max(self._unused, item.id + 1)
            if isinstance(item, HeardEnd) or item.status is NoteStatus.WITHDRAWN:
                self._open.pop(item.id, None)
            else:
                self._open[item.id] = item
            yield item

    def _begin_anew(self, error: Exception) -> Iterator[Heard | FaultSeen]:
        self._ears.reset()
        for note in self._open.values():
            if note.status is NoteStatus.CONFIRMED:
                yield HeardEnd(self._end_s, note.id, self._end_s)
            else:
                yield replace(note, t_s=self._end_s, status=NoteStatus.WITHDRAWN)
        self._open.clear()
        self._first = self._unused
        if self._end_s - self._told_s >= QUIET_S:
            self._told_s = self._end_s
            what = f"the ears failed: {type(error).__name__}: {error}"
            yield FaultSeen(self._end_s, what, "please report this; they go on listening")
