from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repetiteur.realtime.events import Event, Fault
from repetiteur.realtime.inputs import FaultSeen, Finish, Input, NoteOn, Tick
from repetiteur.realtime.timeline import push_safely, tick_s, ticks_until, with_ticks


def test_ticks_due_at_the_time_of_an_input_come_before_it() -> None:
    items = list(with_ticks([NoteOn(0.02, 60, 64)], settle_s=0.0))
    assert items == [Tick(0.0), Tick(0.01), Tick(0.02), NoteOn(0.02, 60, 64), Finish(0.02)]


def test_the_tail_settles_and_then_finishes() -> None:
    items = list(with_ticks([NoteOn(0.005, 60, 64)], settle_s=0.02))
    assert items == [Tick(0.0), NoteOn(0.005, 60, 64), Tick(0.01), Tick(0.02), Finish(0.025)]


def test_nothing_played_still_finishes() -> None:
    assert list(with_ticks([], settle_s=0.0)) == [Tick(0.0), Finish(0.0)]


def test_an_input_out_of_order_is_stamped_anew() -> None:
    items = with_ticks([NoteOn(1.0, 60, 1), NoteOn(0.5, 62, 2)])
    assert [item for item in items if isinstance(item, NoteOn)] == [NoteOn(1.0, 60, 1), NoteOn(1.0, 62, 2)]


@given(st.integers(0, 100_000_000))
def test_every_tick_is_due_exactly_at_its_own_time(number: int) -> None:
    assert ticks_until(tick_s(number)) == number + 1


@settings(max_examples=50)
@given(st.lists(st.floats(0, 5), max_size=20))
def test_time_never_goes_back_and_the_grid_has_no_holes(times: list[float]) -> None:
    items = list(with_ticks([NoteOn(t_s, 60, 64) for t_s in sorted(times)], settle_s=0.1))
    stamps = [item.t_s for item in items]
    assert stamps == sorted(stamps)
    ticks = [item.t_s for item in items if isinstance(item, Tick)]
    assert ticks == [tick_s(number) for number in range(len(ticks))]
    assert sum(isinstance(item, NoteOn) for item in items) == len(times)


class Fragile:
    """Fails on everything but faults."""

    def push(self, item: Input) -> list[Event]:
        if isinstance(item, FaultSeen):
            return [Fault(0, item.t_s, item.what, item.remedy)]
        raise ZeroDivisionError("by nought")


def test_a_failing_engine_says_so_as_a_fault() -> None:
    (fault,) = push_safely(Fragile(), NoteOn(2.5, 60, 64))
    assert isinstance(fault, Fault)
    assert fault.at == 2.5
    assert "NoteOn" in fault.what
    assert "by nought" in fault.what


def test_an_engine_that_cannot_even_tell_lets_the_caller_know() -> None:
    class Dead:
        def push(self, item: Input) -> list[Event]:
            raise RuntimeError("dead")

    with pytest.raises(RuntimeError):
        push_safely(Dead(), NoteOn(0.0, 60, 64))
