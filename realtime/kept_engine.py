"""An engine that outlives its own failures.

Where it fails on an input, a new engine is given everything but that input again: it stands where the old
one stood, and nothing is told twice. Where that cannot be (it was too much, or it just failed before), the
old one goes on; and where it keeps failing, the score is begun afresh at the place told last.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import Event, Position
from repetiteur.realtime.inputs import FaultSeen, GotoBeat, Input
from repetiteur.realtime.recovery import History
from repetiteur.realtime.score import Score
from repetiteur.realtime.timeline import failed_on

_HELPLESS = 3  # times it could not even tell of its failure, with nothing right in between
_TOO_OFTEN, _WITHIN_S = 3, 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """What a recorder keeps as one."""

    item: Input | None  # None: the score was begun afresh
    events: Sequence[Event]


class KeptEngine:
    """As an Engine, but nothing raises except a score that cannot be followed. One thread."""

    def __init__(self, score: Score) -> None:
        self._score = score
        self._engine = Engine(score)
        self._history = History(score)
        self._place_q: float | None = None  # told last
        self._failed_s: deque[float] = deque(maxlen=_TOO_OFTEN)
        self._helpless = 0

    @property
    def settings(self) -> dict[str, float | str]:
        return self._engine.settings

    @property
    def helpless(self) -> bool:
        """There is nothing more to hope for."""
        return self._helpless >= _HELPLESS

    def open(self) -> list[Event]:
        return self._told(self._engine.open())

    def load(self, score: Score, t_s: float) -> list[Event]:
        """Raises where it cannot be followed; the former score stays then."""
        events = self._engine.load(score, t_s)
        self._score, self._place_q = score, None
        self._history.loaded(score, t_s)
        return self._told(events)

    def push(self, item: Input) -> list[Step]:
        """What came of it: one step, or none or more where something failed."""
        try:
            events = self._engine.push(item)
        except Exception as error:
            return self._recover(item, failed_on(item, error))
        self._helpless = 0
        self._history.add(item)
        return [Step(item, self._told(events))]

    def _told(self, events: list[Event]) -> list[Event]:
        self._history.told(len(events))
        for event in events:
            if isinstance(event, Position):
                self._place_q = event.q
        return events

    def _recover(self, item: Input, fault: FaultSeen) -> list[Step]:
        lately = bool(self._failed_s) and item.t_s - self._failed_s[-1] < _WITHIN_S
        self._failed_s.append(item.t_s)
        again = None if lately else self._history.engine_again()
        if again is not None:
            self._engine = again
            return self.push(fault)
        self._history.forget()
        try:
            steps = [Step(item, self._told(self._engine.push(fault)))]  # played again, it fails again
        except Exception:
            self._helpless += 1
            return [] if self.helpless else self._begin_afresh(item.t_s)
        if len(self._failed_s) == _TOO_OFTEN and item.t_s - self._failed_s[0] < _WITHIN_S:
            self._failed_s.clear()
            steps += self._begin_afresh(item.t_s)
        return steps

    def _begin_afresh(self, t_s: float) -> list[Step]:
        """The same score, and at once to the place told last."""
        place_q = self._place_q
        try:
            steps = [Step(None, self._told(self._engine.load(self._score, t_s)))]
        except Exception:
            self._helpless += 1
            return []
        return steps if place_q is None else steps + self.push(GotoBeat(t_s, place_q))
