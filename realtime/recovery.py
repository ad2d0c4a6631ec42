"""An engine brought back to where one was that failed: what it was given is kept, and given to a new one.

The same inputs give the same events, so the new engine stands exactly where the old one stood before the
input that broke it, and whatever was told already is not told again. Going through a quarter of an hour of
music again takes about a second, so no more than that is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from repetiteur.realtime.engine import Engine
from repetiteur.realtime.inputs import Input, Tick
from repetiteur.realtime.score import Score
from repetiteur.realtime.timeline import TICKS_PER_S, tick_s

MOST_INPUTS = 120_000  # ticks counted in: about 20 minutes


@dataclass(frozen=True, slots=True)
class _Loaded:
    t_s: float
    score: Score


class History:
    """All a session's engine was given, while it is not too much. Thread: the engine's."""

    def __init__(self, score: Score, most: int = MOST_INPUTS) -> None:
        self._score = score
        self._most = most
        self._items: list[Input | _Loaded | range] = []  # a range: ticks of the grid, one after the other
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
        number = round(item.t_s * TICKS_PER_S) if isinstance(item, Tick) else -1
        if number >= 0 and tick_s(number) == item.t_s:
            last = self._items[-1] if self._items else None
            if isinstance(last, range) and last.stop == number:
                self._items[-1] = range(last.start, number + 1)
                self._counted()
                return
            self._keep(range(number, number + 1))
        else:
            self._keep(item)

    def loaded(self, score: Score, t_s: float) -> None:
        """Another score was taken up."""
        self._keep(_Loaded(t_s, score))

    def forget(self) -> None:
        """It can no longer be gone through again."""
        self._count = self._most + 1
        self._items.clear()

    def engine_again(self) -> Engine | None:
        """A new engine that was given all of it; None where that cannot be, or where it told otherwise."""
        if not self.whole:
            return None
        try:
            engine = Engine(self._score)
            told = len(engine.open())
            for item in self._items:
                if isinstance(item, _Loaded):
                    told += len(engine.load(item.score, item.t_s))
                else:
                    told += sum(len(engine.push(each)) for each in _inputs(item))
        except Exception:
            return None
        return engine if told == self._told else None

    def _keep(self, item: Input | _Loaded | range) -> None:
        if self.whole:
            self._items.append(item)
        self._counted()

    def _counted(self) -> None:
        self._count += 1
        if not self.whole and self._items:
            self._items.clear()


def _inputs(item: Input | range) -> Iterator[Input]:
    if isinstance(item, range):
        yield from (Tick(tick_s(number)) for number in item)
    else:
        yield item
