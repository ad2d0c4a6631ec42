"""What has happened so far, counted from the event stream."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from repetiteur.realtime.events import (
    Bar,
    Event,
    Fault,
    Match,
    Mistake,
    MistakeKind,
    Note,
    NoteStatus,
    Position,
    Retract,
    State,
    StateChanged,
)


@dataclass(slots=True)
class Stretch:
    """Bars played one after the other."""

    first: str
    last: str
    last_index: int


class Tally:
    """Takes events in order; what was retracted no longer counts."""

    def __init__(self) -> None:
        self.notes = 0
        self.state = State.IDLE
        self.position: Position | None = None
        self.bpms: list[float] = []
        self.stretches: list[Stretch] = []
        self.faults: list[Fault] = []
        self._matches: dict[int, Match] = {}
        self._mistakes: dict[int, Mistake] = {}
        self.counts: dict[str, int] = {"match": 0, **{kind.value: 0 for kind in MistakeKind}}

    def add(self, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case Position():
                    self.position = event
                    if self.state is State.FOLLOWING:
                        self.bpms.append(event.bpm)
                case Note(status=NoteStatus.CONFIRMED):
                    self.notes += 1
                case Match():
                    self._matches[event.seq] = event
                    self.counts["match"] += 1
                case Mistake():
                    self._mistakes[event.seq] = event
                    self.counts[event.kind.value] += 1
                case Retract():
                    self._retract(event)
                case StateChanged():
                    self.state = event.state
                case Bar():
                    self._enter(event)
                case Fault():
                    self.faults.append(event)

    def verdict(self, seq: int) -> Match | Mistake | None:
        """The verdict of that ``seq``, if it stands."""
        return self._matches.get(seq) or self._mistakes.get(seq)

    @property
    def mistakes(self) -> list[Mistake]:
        """Those that stand, in the order they were played or due."""
        return sorted(self._mistakes.values(), key=lambda mistake: (mistake.onset, mistake.seq))

    @property
    def matches(self) -> list[Match]:
        return list(self._matches.values())

    def _retract(self, event: Retract) -> None:
        if self._matches.pop(event.of, None) is not None:
            self.counts["match"] -= 1
        elif (mistake := self._mistakes.pop(event.of, None)) is not None:
            self.counts[mistake.kind.value] -= 1

    def _enter(self, bar: Bar) -> None:
        here = self.stretches[-1] if self.stretches else None
        if here is not None and bar.bar_index == here.last_index + 1:
            here.last, here.last_index = bar.bar, bar.bar_index
        else:
            self.stretches.append(Stretch(bar.bar, bar.bar, bar.bar_index))

