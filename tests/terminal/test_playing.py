from __future__ import annotations

from collections.abc import Sequence

import pytest

from repetiteur.bridges.terminal.playing import AtOnce, RealTime, present
from repetiteur.bridges.wire.endpoint import Endpoint, resolved
from repetiteur.realtime.clock import ManualClock
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.events import Event, Retract


class Listener:
    def __init__(self, fails: bool = False) -> None:
        self.heard: list[Event] = []
        self.closed = 0
        self._fails = fails

    def send(self, events: Sequence[Event]) -> None:
        if self._fails:
            raise BrokenPipeError
        self.heard += events

    def close(self) -> None:
        self.closed += 1


TIMED = [(0.0, [Retract(0, 0.0, 5)]), (0.5, []), (2.0, [Retract(1, 2.0, 6), Retract(2, 2.0, 7)])]


def test_everybody_is_told_in_order_and_closed() -> None:
    first, second = Listener(), Listener()
    present(TIMED, [first, second], AtOnce(2.0))
    assert [event.seq for event in first.heard] == [0, 1, 2]
    assert first.heard == second.heard
    assert (first.closed, second.closed) == (1, 1)


def test_everybody_is_closed_when_one_fails() -> None:
    broken, other = Listener(fails=True), Listener()
    with pytest.raises(BrokenPipeError):
        present(TIMED, [broken, other], AtOnce(2.0))
    assert (broken.closed, other.closed) == (1, 1)


def test_real_time_waits_until_it_is_due() -> None:
    clock, waits = ManualClock(10.0), []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock.advance(seconds)

    pace = RealTime(lambda: clock, sleep)
    pace(10.0)
    pace(10.5)
    clock.advance(1.0)  # somebody was slow
    pace(11.0)
    pace(12.0)
    assert waits == [0.5, 0.5]


def test_a_machine_that_is_not_there_is_bad_input() -> None:
    with pytest.raises(InputError):
        resolved(Endpoint("no such machine", 9000))
