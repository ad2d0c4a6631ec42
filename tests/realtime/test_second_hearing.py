"""What is heard again before it is called a mistake, by the rules alone: the Ladder has tests of its own."""

from __future__ import annotations

from typing import Any

import pytest

from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import (
    Event,
    Match,
    Mistake,
    MistakeKind,
    Note,
    NoteEnd,
    NoteStatus,
    Position,
    Retract,
    State,
    StateChanged,
)
from repetiteur.realtime.inputs import HeardEnd, HeardNote, HeardTrace, Input
from repetiteur.realtime.score import Score
from repetiteur.realtime.second_hearing import SecondHearing
from repetiteur.realtime.timeline import with_ticks

LATE_S = 0.163
EXTRA_ID = 50


class Elsewhere(SecondHearing):
    strange = 0.9

    def elsewhere(self) -> bool:
        return True


@pytest.fixture
def score(stage: Any) -> Score:
    """C and E together, in quarters."""
    return stage.score([stage.written(float(k), pitch, 1.0) for k in range(8) for pitch in (60, 64)])


def trace(onset_s: float, pitch: int, note: int = -1, sure: float = 0.2, lasting: float = 0.0) -> HeardTrace:
    return HeardTrace(
        onset_s + LATE_S, note, pitch, onset_s, sure, sure, sure, 0.0, lasting, lasting, 0.5
    )  # fmt: skip


def heard(note: int, pitch: int, onset_s: float, sure: float = 0.9) -> list[Input]:
    return [
        HeardNote(onset_s + LATE_S, note, NoteStatus.CONFIRMED, pitch, onset_s, 70, sure),
        trace(onset_s, pitch, note, sure),
        HeardEnd(onset_s + 0.4 + LATE_S, note, onset_s + 0.4),
    ]


def played(without: tuple[int, int] | None = None) -> list[Input]:
    """The score at its tempo; perhaps one note of it is not heard."""
    keys = [(k, pitch) for k in range(8) for pitch in (60, 64)]
    return [
        item
        for number, (k, pitch) in enumerate(keys)
        if (k, pitch) != without
        for item in heard(number, pitch, 1.0 + 0.5 * k)
    ]


def run(score: Score, items: list[Input], second: SecondHearing | None = None) -> list[Event]:
    follows = Engine(score, second or SecondHearing())
    events = follows.open()
    for item in with_ticks(sorted(items, key=lambda item: item.t_s)):
        events += follows.push(item)
    taken_back = {event.of for event in events if isinstance(event, Retract)}
    return [event for event in events if event.seq not in taken_back]


def mistakes(events: list[Event]) -> list[tuple[MistakeKind, int | None, int | None]]:
    return [(event.kind, event.expected, event.played) for event in events if isinstance(event, Mistake)]


def test_what_left_no_trace_was_missed(score: Score) -> None:
    assert mistakes(run(score, played(without=(4, 64)))) == [(MistakeKind.MISSED, 64, None)]


@pytest.mark.parametrize(("sure", "lasting"), [(0.2, 0.0), (0.02, 0.8)])
def test_what_left_a_faint_trace_was_played(score: Score, sure: float, lasting: float) -> None:
    events = run(score, [*played(without=(4, 64)), trace(3.02, 64, sure=sure, lasting=lasting)])
    assert mistakes(events) == []
    assert sum(isinstance(event, Match) for event in events) == 16
    late = next(event for event in events if isinstance(event, Note) and event.onset == 3.02)
    assert (late.pitch, late.status) == (64, NoteStatus.CONFIRMED)
    assert len({event.id for event in events if isinstance(event, Note)}) == 16
    assert [event.id for event in events if isinstance(event, NoteEnd)].count(late.id) == 1


@pytest.mark.parametrize("apart", [{"onset_s": 3.3, "pitch": 64}, {"onset_s": 3.0, "pitch": 65}])
def test_a_trace_of_something_else_is_none_of_it(score: Score, apart: dict[str, Any]) -> None:
    events = run(score, [*played(without=(4, 64)), trace(**apart)])
    assert mistakes(events) == [(MistakeKind.MISSED, 64, None)]


def test_a_clear_note_nobody_asked_for_is_extra(score: Score) -> None:
    assert mistakes(run(score, [*played(), *heard(EXTRA_ID, 70, 3.2)])) == [(MistakeKind.EXTRA, None, 70)]


def test_an_unclear_note_an_octave_above_another_is_not_told(score: Score) -> None:
    assert mistakes(run(score, [*played(), *heard(EXTRA_ID, 76, 3.01, sure=0.55)])) == []
    by_itself = [*played(), *heard(EXTRA_ID, 70, 3.01, sure=0.55)]
    assert mistakes(run(score, by_itself)) == [(MistakeKind.EXTRA, None, 70)]


def test_another_piece_is_not_followed_and_nothing_is_told_of_it(score: Score) -> None:
    items = [*played(without=(4, 64)), *heard(EXTRA_ID, 70, 3.2)]
    assert len(mistakes(run(score, items))) == 2
    events = run(score, items, Elsewhere())
    assert mistakes(events) == []
    assert State.LOST in [event.state for event in events if isinstance(event, StateChanged)]
    assert all(event.confidence <= 0.1 for event in events if isinstance(event, Position) and event.at > 3)


def test_nothing_is_told_in_a_moment_that_is_strange(score: Score) -> None:
    second = Elsewhere()
    second.strange = 0.0
    assert mistakes(run(score, [*played(without=(4, 64)), *heard(EXTRA_ID, 70, 3.2)], second)) == []
