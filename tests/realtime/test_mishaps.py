"""Whatever goes wrong in a running session: nothing told is lost or told twice, and the music goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from repetiteur.bridges.assets import PERFORMANCE, SCORE
from repetiteur.bridges.journal import (
    JournalWriter,
    first_difference,
    read_journal,
    recorded_events,
    replay_journal,
)
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.wire.json_lines import encode
from repetiteur.realtime import kept_engine, recovery
from repetiteur.realtime.clock import ManualClock
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import Event, Fault, Health, Hello, Match, Position, State, StateChanged
from repetiteur.realtime.inputs import (
    AskLadder,
    FaultSeen,
    HeardTrace,
    Input,
    NoteOn,
    Pause,
    Resume,
    RulesAlone,
    Tick,
)
from repetiteur.realtime.overload import Work
from repetiteur.realtime.score import Score
from repetiteur.realtime.session import Session

PLAYED = read_performance(PERFORMANCE)[:80]


@pytest.fixture(scope="module")
def score() -> Score:
    return load_score(SCORE)


class Listener:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def send(self, events: Sequence[Event]) -> None:
        self.events += events

    def close(self) -> None: ...

    def only(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


def played(score: Score, items: Iterable[Input] = PLAYED, journal: Path | None = None) -> Listener:
    """A session that was given all of it, its clock standing still."""
    session, listener = Session(score, clock=ManualClock()), Listener()
    session.add_sink(listener)
    if journal is not None:
        session.record_with(JournalWriter(journal, SCORE))
    for item in items:
        session.submit(item)
    session.start()
    session.stop(30.0)
    assert not session.running
    assert [event.seq for event in listener.events] == list(range(len(listener.events)))
    return listener


def stumbling(monkeypatch: pytest.MonkeyPatch, when: Callable[[Input], bool]) -> None:
    """Engines that spoil their own memory on such an input, and then fail."""
    push = Engine.push

    def stumble(engine: Engine, item: Input) -> list[Event]:
        if when(item):
            engine.follower.reset()
            engine.emit(Fault, item.t_s, ("half a thought", "none"))
            raise ZeroDivisionError("by nought")
        return push(engine, item)

    monkeypatch.setattr(Engine, "push", stumble)


def without_troubles(events: Iterable[Event]) -> list[Event]:
    return [replace(event, seq=0) for event in events if not isinstance(event, Fault | Health)]


def test_an_engine_that_failed_is_where_it_was_and_the_input_is_left_out(
    score: Score, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bad = next(item for item in PLAYED[40:] if isinstance(item, NoteOn))
    right = played(score, [item for item in PLAYED if item is not bad])
    stumbling(monkeypatch, lambda item: item == bad)
    journal = tmp_path / "take"
    listener = played(score, PLAYED, journal)
    (fault,) = listener.only(Fault)
    assert isinstance(fault, Fault) and "by nought" in fault.what
    assert without_troubles(listener.events) == without_troubles(right.events)
    assert list(map(encode, recorded_events(journal))) == list(map(encode, listener.events))
    assert first_difference(journal) is None


def test_after_long_playing_it_goes_on_as_it_is(
    score: Score, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(kept_engine, "History", lambda score: recovery.History(score, most=100))
    bad = next(item for item in PLAYED[40:] if isinstance(item, NoteOn))
    stumbling(monkeypatch, lambda item: item == bad)
    journal = tmp_path / "take"
    listener = played(score, PLAYED, journal)
    first = next(event for event in listener.events if isinstance(event, Fault))
    assert first.what == "half a thought"
    assert len(listener.only(Hello)) == 1
    assert [event.seq for event in replay_journal(journal)] == [event.seq for event in listener.events]


def test_one_that_keeps_failing_begins_afresh_at_the_place_told_last(
    score: Score, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    notes = [item for item in PLAYED if isinstance(item, NoteOn)]
    bad = notes[20:23]
    stumbling(monkeypatch, lambda item: item in bad)
    journal = tmp_path / "take"
    listener = played(score, PLAYED, journal)
    first, second = listener.only(Hello)
    before = [event for event in listener.events if isinstance(event, Position) and event.seq < second.seq]
    after = [event for event in listener.events if isinstance(event, Position) and event.seq > second.seq]
    assert any(abs(event.q - before[-1].q) < 2.0 for event in after[:3])
    assert any(isinstance(event, Match) and event.seq > second.seq for event in listener.events)
    assert first.seq == 0
    assert first_difference(journal) is None


def test_one_that_cannot_even_tell_ends_the_session_and_nothing_hangs(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = [item for item in PLAYED if isinstance(item, NoteOn)][20]
    stumbling(monkeypatch, lambda item: item == bad or isinstance(item, FaultSeen))
    monkeypatch.setattr(Engine, "load", lambda engine, score, t_s: 1 / 0)
    listener = played(score)
    assert listener.only(Match)


def test_the_sessions_own_stumbling_is_told_and_it_goes_on(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, stumbles = Session._take, iter((True,))

    def stumble(session: Session, item: Input) -> None:
        take(session, item)
        if next(stumbles, False):
            raise KeyError("a screw loose")

    monkeypatch.setattr(Session, "_take", stumble)
    listener = played(score)
    (fault,) = listener.only(Fault)
    assert isinstance(fault, Fault) and "a screw loose" in fault.what
    assert listener.only(Match)


def test_who_pauses_is_not_followed_and_then_is_again(score: Score) -> None:
    middle = len(PLAYED) // 2
    pause_s = PLAYED[middle].t_s
    noodling = [NoteOn(pause_s + 0.1 * number, 100, 60) for number in range(5)]
    later = [replace(item, t_s=item.t_s + 5.0) for item in PLAYED[middle:]]
    resume = Resume(pause_s + 4.9)
    listener = played(score, [*PLAYED[:middle], Pause(pause_s), *noodling, resume, *later])
    states = [event.state for event in listener.events if isinstance(event, StateChanged)]
    assert states.index(State.PAUSED) < len(states) - 1
    matches = [event.at for event in listener.events if isinstance(event, Match)]
    assert not any(pause_s < at_s < resume.t_s for at_s in matches)
    assert any(at_s > resume.t_s for at_s in matches)


def test_what_cannot_be_kept_up_with_is_thinned_told_and_taken_up_again(score: Score) -> None:
    clock = ManualClock()
    session, listener = Session(score, clock=clock), Listener()
    session.add_sink(listener)
    caught_up = threading.Event()
    ticks: list[float] = []

    class Tape:
        def record(self, item: Input | None, events: Sequence[Event]) -> None:
            if isinstance(item, Tick):
                ticks.append(item.t_s)
            if isinstance(item, NoteOn):
                caught_up.set()

        def record_score(self, t_s: float, source: str | None, events: Sequence[Event]) -> None: ...

        def close(self) -> None: ...

    def heard_at(now_s: float, stamp_s: float) -> None:
        clock.advance(now_s - clock.now_s())
        caught_up.clear()
        session.submit(NoteOn(stamp_s, 60, 64))
        assert caught_up.wait(20.0)

    session.record_with(Tape())
    session.start()
    for tenth in range(1, 8):
        heard_at(tenth / 10, tenth / 10 - 0.2)
    assert session.leaves_out(Work.POSITION_RATE)
    ticks.clear()
    heard_at(1.0, 0.8)
    heard_at(1.1, 1.0)
    assert ticks and all(round(t_s * 100) % 5 == 0 for t_s in ticks)
    for tenth in range(12, 50):
        heard_at(tenth / 10, tenth / 10)
    assert not session.leaves_out(Work.POSITION_RATE)
    session.stop()
    (fault,) = listener.only(Fault)
    assert isinstance(fault, Fault) and "cannot keep up: positions" in fault.what


def test_the_ladder_is_left_alone_first_and_a_journal_knows(score: Score, tmp_path: Path) -> None:
    clock, journal = ManualClock(), tmp_path / "take"
    session, listener = Session(score, clock=clock), Listener()
    session.add_sink(listener)
    session.record_with(JournalWriter(journal, SCORE))
    taken = threading.Event()

    class Watcher:
        def taken(self, item: Input) -> None:
            if isinstance(item, HeardTrace):
                taken.set()

    def heard_at(now_s: float, late_s: float) -> None:
        clock.advance(now_s - clock.now_s())
        taken.clear()
        session.submit(HeardTrace(now_s - late_s, -1, 60, now_s - late_s - 0.16, *[0.1] * 7))
        assert taken.wait(20.0)

    session.watch_with(Watcher())
    session.start()
    for tenth in range(1, 5):
        heard_at(tenth / 10, 0.2)
    assert session.leaves_out(Work.LADDER) and not session.leaves_out(Work.POSITION_RATE)
    for tenth in range(5, 40):
        heard_at(tenth / 10, 0.0)
    assert not session.leaves_out(Work.LADDER)
    session.stop()
    (fault,) = listener.only(Fault)
    assert isinstance(fault, Fault) and "looking at the sound once more" in fault.what
    inputs = [entry for entry in read_journal(journal) if isinstance(entry, RulesAlone | AskLadder)]
    assert [type(item) for item in inputs] == [RulesAlone, AskLadder]
    assert first_difference(journal) is None
