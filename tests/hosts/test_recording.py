"""A host that records the player: markers where something happened, and nothing that disturbs it."""

from __future__ import annotations

from collections.abc import Iterable

from repetiteur.bridges.hosts.actions import Action, Locate, Marker, Record, Stop
from repetiteur.bridges.hosts.recording import BEGINNING, Recording
from repetiteur.realtime.events import Event, Mark, Mistake, MistakeKind, Retract, State, StateChanged


def mistake(seq: int, at_s: float, onset_s: float) -> Mistake:
    return Mistake(seq, at_s, MistakeKind.EXTRA, None, None, 1, 60, 4.0, 1, onset_s, 1.0)


def told(recording: Recording, events: Iterable[Event]) -> list[Action]:
    return [action for event in events for action in recording.take(event)]


def recording(marks_here: bool) -> Recording:
    return Recording(lambda mistake: f"extra {mistake.played}", marks_here)


ARMED = StateChanged(1, 10.0, State.ARMED)


def test_it_records_from_the_first_moment_to_the_last() -> None:
    host = recording(False)
    states = (State.FOLLOWING, State.COASTING, State.PAUSED, State.ARMED, State.ENDED, State.FOLLOWING)
    events = [ARMED, *(StateChanged(2 + k, 11.0 + k, state) for k, state in enumerate(states))]
    assert told(host, events) == [Locate(BEGINNING, rolling=True), Record()]
    assert list(host.finish()) == [Stop()]


def test_a_mistake_is_marked_where_it_was_once_it_is_sure() -> None:
    host = recording(False)
    events: list[Event] = [ARMED, mistake(5, 14.0, 13.5)]
    assert not [action for action in told(host, events) if isinstance(action, Marker)]
    later = told(host, [Mark(6, 16.0, "A", "5", 1)])
    assert later == [Marker(3.5, "extra 60", 1), Marker(6.0, "A", 2)]


def test_a_mistake_taken_back_is_not_marked() -> None:
    host = recording(False)
    told(host, [ARMED, mistake(5, 14.0, 13.5), mistake(6, 14.1, 14.0), Retract(7, 14.5, 5)])
    assert list(host.finish()) == [Marker(4.0, "extra 60", 1), Stop()]


def test_a_host_that_marks_only_the_present_is_told_at_once() -> None:
    host = recording(True)
    assert told(host, [ARMED, mistake(5, 14.0, 13.5)])[-1] == Marker(3.5, "extra 60", 1)
