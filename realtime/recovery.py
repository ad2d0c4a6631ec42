"""An engine brought back to where one was that failed: what it was given is kept, and given to a new one.

The same inputs give the same events, so the new engine stands exactly where the old one stood before the
input that broke it, and whatever was told already is not told again. Going through a quarter of an hour of
music again takes about a second, so not much more than that is kept. Its room is taken at the start, so that
keeping it lets the memory neither grow nor scatter.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import fields

from repetiteur.realtime.engine import Engine
from repetiteur.realtime.inputs import INPUT_TYPES, Input, Tick
from repetiteur.realtime.score import Score
from repetiteur.realtime.timeline import TICKS_PER_S, tick_s

MOST_INPUTS = 80_000  # ticks counted in: about 12 minutes
ROOM = 4_000_000  # bytes: as many minutes of thick music by ear need less

_TICKS, _LOADED = len(INPUT_TYPES), len(INPUT_TYPES) + 1  # what a record may be besides an input
_NUMBERS = {kind: number for number, kind in enumerate(INPUT_TYPES)}
_NAMES = tuple(tuple(field.name for field in fields(kind)) for kind in INPUT_TYPES)
_LENGTH = 4  # bytes before each record


class History:
    """All a session's engine was given, while it is not too much. Thread: the engine's."""

    def __init__(self, score: Score, most: int = MOST_INPUTS, room: int = ROOM) -> None:
        self._most = most
        self._room = bytearray(b"\1") * room  # written to, so that it is really there
        self._filled = 0
        self._scores = [score]
        self._first_tick = self._next_tick = 0  # those of the grid since the last record
        self._count = 0
        self._told = 0

    @property
    def whole(self) -> bool:
        """Whether it goes back to the beginning."""
        return self._count <= self._most

    def told(self, events: int) -> None:
        """So many more were told."""
        self._told += events

    def add(self, item: Input) -> None:
        self._count += 1
        number = round(item.t_s * TICKS_PER_S) if isinstance(item, Tick) else -1
        if number >= 0 and tick_s(number) == item.t_s:
            if number != self._next_tick:
                self._keep_ticks()
                self._first_tick = number
            self._next_tick = number + 1
            return
        self._keep_ticks()
        kind = _NUMBERS[type(item)]
        self._keep((kind, *(getattr(item, name) for name in _NAMES[kind])))

    def loaded(self, score: Score, t_s: float) -> None:
        """Another score was taken up."""
        self._count += 1
        self._keep_ticks()
        self._scores.append(score)
        self._keep((_LOADED, t_s, len(self._scores) - 1))

    def forget(self) -> None:
        """It can no longer be gone through again."""
        self._count = self._most + 1

    def engine_again(self) -> Engine | None:
        """A new engine that was given all of it; None where that cannot be, or where it told otherwise."""
        if not self.whole:
            return None
        try:
            self._keep_ticks()
            engine = Engine(self._scores[0])
            told = len(engine.open())
            for item in self._items():
                told += len(engine.load(*item) if isinstance(item, tuple) else engine.push(item))
        except Exception:
            return None
        return engine if told == self._told else None

    def _keep_ticks(self) -> None:
        if self._next_tick > self._first_tick:
            self._keep((_TICKS, self._first_tick, self._next_tick))
        self._first_tick = self._next_tick

    def _keep(self, record: tuple) -> None:
        data = pickle.dumps(record)
        end = self._filled + _LENGTH + len(data)
        if end > len(self._room):
            self.forget()
        if self.whole:
            self._room[self._filled : end] = len(data).to_bytes(_LENGTH, "little") + data
            self._filled = end

    def _items(self) -> Iterator[Input | tuple[Score, float]]:
        """As they were given; of a score taken up, that and when."""
        at, view = 0, memoryview(self._room)
        while at < self._filled:
            begin = at + _LENGTH
            at = begin + int.from_bytes(view[at:begin], "little")
            kind, *values = pickle.loads(view[begin:at])
            if kind == _TICKS:
                yield from (Tick(tick_s(number)) for number in range(*values))
            elif kind == _LOADED:
                t_s, number = values
                yield self._scores[number], t_s
            else:
                yield INPUT_TYPES[kind](*values)

