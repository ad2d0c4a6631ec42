from __future__ import annotations

from repetiteur.realtime.events import NoteStatus
from repetiteur.realtime.inputs import HeardEnd, HeardNote
from repetiteur.realtime.overload import FirstWord, Overload, Work

ALL = tuple(Work)


def late(overload: Overload, from_s: float, to_s: float, by_s: float) -> list[Work]:
    """What is left out while everything is so late, looked at every 10 ms."""
    steps = range(round(from_s * 100), round(to_s * 100))
    return [work for step in steps if (work := overload.look(step / 100, by_s)) is not None]


def test_work_is_left_out_in_order_and_taken_up_in_the_opposite_one() -> None:
    overload = Overload(ALL)
    assert late(overload, 0.0, 2.0, by_s=0.5) == [Work.LADDER, Work.CONFIRMATION, Work.POSITION_RATE]
    assert late(overload, 2.0, 5.5, by_s=0.0) == []
    assert [overload.leaves_out(work) for work in ALL] == [True, True, False]
    late(overload, 5.5, 12.0, by_s=0.0)
    assert not any(map(overload.leaves_out, ALL))


def test_a_hiccup_leaves_out_nothing() -> None:
    overload = Overload(ALL)
    assert late(overload, 0.0, 0.2, by_s=0.8) == []
    assert late(overload, 0.2, 0.4, by_s=0.0) == []
    assert late(overload, 0.4, 0.6, by_s=0.8) == []


def test_what_nobody_does_cannot_be_left_out() -> None:
    overload = Overload()
    assert late(overload, 0.0, 2.0, by_s=0.5) == [Work.POSITION_RATE]
    overload.offer(Work.CONFIRMATION)
    assert late(overload, 2.0, 4.0, by_s=0.5) == [Work.CONFIRMATION]


def heard(number: int, status: NoteStatus, t_s: float = 1.0) -> HeardNote:
    return HeardNote(t_s, number, status, 60, 0.9, 64, 0.8)


def test_the_first_word_is_the_last_while_confirmation_is_left_out() -> None:
    first = FirstWord()
    provisional = heard(1, NoteStatus.PROVISIONAL)
    assert first.on(provisional, at_once=False) is provisional
    told = first.on(heard(2, NoteStatus.PROVISIONAL), at_once=True)
    assert isinstance(told, HeardNote) and told.status is NoteStatus.CONFIRMED
    assert first.on(heard(2, NoteStatus.CONFIRMED), at_once=False) is None
    assert first.on(HeardEnd(2.0, 2, 2.0), at_once=False) == HeardEnd(2.0, 2, 2.0)
    confirmed = heard(1, NoteStatus.CONFIRMED)
    assert first.on(confirmed, at_once=True) is confirmed


def test_what_counted_and_is_withdrawn_ends() -> None:
    first = FirstWord()
    first.on(heard(3, NoteStatus.PROVISIONAL), at_once=True)
    assert first.on(heard(3, NoteStatus.WITHDRAWN, 1.4), at_once=True) == HeardEnd(1.4, 3, 1.4)
