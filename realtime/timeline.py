"""How time passes for an engine: one grid of ticks, the same live and offline."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from repetiteur.realtime.events import Event
from repetiteur.realtime.inputs import FaultSeen, Finish, Input, Tick

TICKS_PER_S = 100
SETTLE_S = 2.0  # silence after the last note, for what is decided late


def tick_s(number: int) -> float:
    """When that tick of the grid is due, from 0. Divided, not multiplied: exact to the last bit."""
    return number / TICKS_PER_S


def ticks_until(t_s: float) -> int:
    """How many ticks of the grid are due at or before ``t_s``."""
    if t_s < 0:
        return 0
    count = math.floor(t_s * TICKS_PER_S) + 1
    while tick_s(count - 1) > t_s:
        count -= 1
    while tick_s(count) <= t_s:
        count += 1
    return count


def with_ticks(performed: Iterable[Input], settle_s: float = SETTLE_S) -> Iterator[Input]:
    """Inputs in time order, with every tick due at or before each of them put in front of it,
    then ticks through ``settle_s`` of silence, then ``Finish``.

    A ``Tick`` among them means that nothing was played up to then; the grid's own stand for it."""
    ticks, last_s = 0, 0.0
    for item in performed:
        last_s = max(last_s, item.t_s)
        for number in range(ticks, due := max(ticks, ticks_until(last_s))):
            yield Tick(tick_s(number))
        ticks = due
        if not isinstance(item, Tick):
            yield item if item.t_s == last_s else replace(item, t_s=last_s)
    end_s = last_s + settle_s
    for number in range(ticks, ticks_until(end_s)):
        yield Tick(tick_s(number))
    yield Finish(end_s)


class TakesInputs(Protocol):
    """As much of an engine as is needed to drive it."""

    def push(self, item: Input) -> list[Event]: ...


def push_safely(engine: TakesInputs, item: Input) -> list[Event]:
    """Push; an engine that fails on this input says so as a fault and goes on."""
    try:
        return engine.push(item)
    except Exception as error:
        return engine.push(failed_on(item, error))


def failed_on(item: Input, error: Exception) -> FaultSeen:
    """What is told of an engine that failed on this input."""
    what = f"the follower failed on {type(item).__name__}: {type(error).__name__}: {error}"
    return FaultSeen(item.t_s, what, "please report this; all else goes on")
