from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest

from repetiteur.realtime.clock import ManualClock
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import Event, Fault, Health, Hello, Note, State, StateChanged
from repetiteur.realtime.inputs import Finish, Input, NoteOff, NoteOn, SetProperty, Tick
from repetiteur.realtime.score import BAR_DTYPE, NOTE_DTYPE, TEMPO_DTYPE, PlayOrder, Score, Segment
from repetiteur.realtime.session import Session
from repetiteur.realtime.timeline import tick_s

SCALE = (60, 62, 64, 65, 67, 69, 71, 72)


def scale(name: str = "scale") -> Score:
    """Two bars of quarters."""
    notes = np.zeros(len(SCALE), NOTE_DTYPE)
    notes["onset_q"] = np.arange(len(SCALE))
    notes["duration_q"] = 1.0
    notes["pitch"] = SCALE
    notes["bar"] = np.arange(len(SCALE)) // 4
    bars = np.array([(0, 4, 4, 4, 0), (4, 8, 4, 4, 0)], BAR_DTYPE)
    return Score(
        id=name, title=name, parts=("Piano",), notes=notes,
        note_ids=tuple(f"n{number}" for number in range(len(SCALE))),
        bars=bars, bar_labels=("1", "2"), tempi=np.array([(0.0, 120.0)], TEMPO_DTYPE),
        fermatas=np.zeros(0), marks=(), turns=(), play_order=PlayOrder((Segment(0.0, 8.0),), (), (0,)),
    )  # fmt: skip


def played() -> list[Input]:
    out: list[Input] = []
    for number, pitch in enumerate(SCALE):
        out += [NoteOn(0.1 + number * 0.5, pitch, 64), NoteOff(0.5 + number * 0.5, pitch)]
    return out


class Listener:
    """Keeps what it was sent, and on which thread."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.threads: set[str] = set()
        self.closed = 0

    def send(self, events: Sequence[Event]) -> None:
        self.events.extend(events)
        self.threads.add(threading.current_thread().name)

    def close(self) -> None:
        self.closed += 1


class Tape:
    """A recorder in memory."""

    def __init__(self) -> None:
        self.items: list[Input] = []
        self.events: list[Event] = []

    def record(self, item: Input | None, events: Sequence[Event]) -> None:
        if item is not None:
            self.items.append(item)
        self.events.extend(events)

    def record_score(self, t_s: float, source: str | None, events: Sequence[Event]) -> None:
        self.events.extend(events)

    def close(self) -> None:
        pass


class Broken(Listener):
    def send(self, events: Sequence[Event]) -> None:
        raise OSError("the cable is out")


class FullDisk(Tape):
    def record(self, item: Input | None, events: Sequence[Event]) -> None:
        raise OSError("no space left")


def made(*sinks: Listener, recorder: Tape | None = None, inbox_capacity: int = 4096) -> Session:
    session = Session(scale(), clock=ManualClock(), inbox_capacity=inbox_capacity)
    for sink in sinks:
        session.add_sink(sink)
    if recorder is not None:
        session.record_with(recorder)
    return session


def run(session: Session, items: Sequence[Input]) -> None:
    """Everything in, everything settled: stopping takes what is in the inbox first."""
    for item in items:
        session.submit(item)
    session.start()
    session.stop()
    assert not session.running


def faults(listener: Listener) -> list[Fault]:
    return [event for event in listener.events if isinstance(event, Fault)]


def test_every_sink_hears_everything_in_order_on_one_thread() -> None:
    first, second = Listener(), Listener()
    run(made(first, second), played())
    assert [event.seq for event in first.events] == list(range(len(first.events)))
    assert isinstance(first.events[0], Hello)
    assert first.events == second.events
    assert len(first.threads | second.threads) == 1
    assert threading.current_thread().name not in first.threads
    assert (first.closed, second.closed) == (1, 1)
    assert sum(isinstance(event, Note) for event in first.events) == len(SCALE)
    assert isinstance(last := first.events[-1], StateChanged) and last.state is State.ENDED


def test_the_recorded_inputs_give_the_same_events_offline() -> None:
    listener, tape = Listener(), Tape()
    run(made(listener, recorder=tape), played())
    engine = Engine(scale())
    again = list(engine.open())
    for item in tape.items:
        again += engine.push(item)
    assert again == listener.events == tape.events


def test_time_runs_on_the_grid_and_ends_with_finish() -> None:
    tape = Tape()
    run(made(recorder=tape), played())
    ticks = [item.t_s for item in tape.items if isinstance(item, Tick)]
    assert ticks == [tick_s(number) for number in range(len(ticks))]
    assert ticks[-1] == 4.0
    assert isinstance(tape.items[-1], Finish)


def test_late_stamps_are_put_in_order() -> None:
    tape = Tape()
    run(made(recorder=tape), [NoteOn(1.0, 60, 64), NoteOn(0.4, 62, 64)])
    stamps = [item.t_s for item in tape.items]
    assert stamps == sorted(stamps)
    assert [item.t_s for item in tape.items if isinstance(item, NoteOn)] == [1.0, 1.0]


def test_the_clock_moves_time_without_any_input() -> None:
    ticked = threading.Event()

    class Waiter(Tape):
        def record(self, item: Input | None, events: Sequence[Event]) -> None:
            if isinstance(item, Tick) and item.t_s == 0.25:
                ticked.set()

    clock = ManualClock()
    session = Session(scale(), clock=clock)
    session.record_with(Waiter())
    session.start()
    clock.advance(0.25)
    assert ticked.wait(10.0)
    session.stop()


def test_after_a_long_pause_of_the_machine_only_the_last_second_is_caught_up() -> None:
    tape = Tape()
    run(made(recorder=tape), [NoteOn(3600.0, 60, 64)])
    ticks = [item.t_s for item in tape.items if isinstance(item, Tick)]
    assert len(ticks) == 100
    assert ticks[-1] == 3600.0


def test_a_broken_sink_is_cut_off_with_a_fault_and_the_others_go_on() -> None:
    broken, whole = Broken(), Listener()
    run(made(broken, whole), played())
    (fault,) = faults(whole)
    assert "Broken" in fault.what and "the cable is out" in fault.what
    assert broken.closed == 1
    assert sum(isinstance(event, Note) for event in whole.events) == len(SCALE)


def test_a_full_disk_stops_the_journal_not_the_music() -> None:
    listener = Listener()
    run(made(listener, recorder=FullDisk()), played())
    (fault,) = faults(listener)
    assert "no space left" in fault.what
    assert sum(isinstance(event, Note) for event in listener.events) == len(SCALE)


def test_a_flood_is_counted_and_told() -> None:
    listener = Listener()
    flood = [NoteOn(0.1, 60, 64)] * 10
    run(made(listener, inbox_capacity=4), flood)
    (fault,) = faults(listener)
    assert "6 inputs were lost" in fault.what


def test_health_is_told_every_five_seconds() -> None:
    listener = Listener()
    notes = [NoteOn(t_s, 60, 64) for t_s in (5.5, 7.0, 11.0)]
    run(made(listener), notes)
    told = [event for event in listener.events if isinstance(event, Health)]
    assert len(told) == 2
    assert all(0.0 <= event.cpu <= 1.0 for event in told)


def test_a_failing_follower_is_a_fault_and_the_session_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    push = Engine.push

    def stumble(engine: Engine, item: Input) -> list[Event]:
        if isinstance(item, NoteOn) and item.pitch == 64:
            raise ZeroDivisionError("by nought")
        return push(engine, item)

    monkeypatch.setattr(Engine, "push", stumble)
    listener = Listener()
    run(made(listener), played())
    (fault,) = faults(listener)
    assert "by nought" in fault.what
    assert sum(isinstance(event, Note) for event in listener.events) == len(SCALE) - 1


def test_another_score_is_taken_up_in_the_running_stream() -> None:
    listener = Listener()
    session = made(listener)
    session.start()
    assert session.change_score(scale("other"), "other.musicxml") is None
    assert session.score.id == "other"
    for item in played():
        session.submit(item)
    session.stop()
    hellos = [event for event in listener.events if isinstance(event, Hello)]
    assert [event.score for event in hellos] == ["scale", "other"]
    assert [event.seq for event in listener.events] == list(range(len(listener.events)))


def test_a_score_that_cannot_be_followed_leaves_the_former(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(engine: Engine, score: Score, t_s: float) -> list[Event]:
        raise ValueError("too strange")

    monkeypatch.setattr(Engine, "load", refuse)
    session = made()
    session.start()
    assert session.change_score(scale("other"), "other.musicxml") == "it cannot be followed: too strange"
    assert session.score.id == "scale"
    session.stop()
    assert session.change_score(scale("other"), "other.musicxml") == "the session takes nothing in"


def test_properties_are_kept_when_they_are_allowed() -> None:
    session = made()
    assert session.value_of("tempo") == 1.0
    run(session, [SetProperty(0.0, "tempo", 1.5), SetProperty(0.0, "tempo", 99.0)])
    assert session.value_of("tempo") == 1.5


def test_many_threads_may_submit() -> None:
    listener = Listener()
    session = made(listener)
    session.start()

    def play() -> None:
        for _ in range(200):
            session.submit(NoteOn(0.0, 60, 64))

    threads = [threading.Thread(target=play) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.stop()
    assert sum(isinstance(event, Note) for event in listener.events) == 800


def test_stopping_twice_or_before_the_start_is_harmless() -> None:
    session = made()
    session.stop()
    session.start()
    session.stop()
    session.stop()
