"""What every test of the wires leans on: one event and one input of every type, and a session
that only remembers what it was asked."""

from __future__ import annotations

import threading

import pytest

from repetiteur.bridges.wire.control import ScoreInfo
from repetiteur.realtime import events, inputs
from repetiteur.realtime.events import MistakeKind, NoteStatus, State
from repetiteur.realtime.properties import PROPERTIES

EVENTS: tuple[events.Event, ...] = (
    events.Hello(0, 0.0, "0.1.0", 1, "minuet", 32, 269),
    events.StateChanged(1, 0.5, State.FOLLOWING),
    events.Position(2, 1.25, "12a", 12, 2.5, 46.25, 94.25, 97.5, 0.75),
    events.Note(3, 1.5, 204, NoteStatus.CONFIRMED, 64, 1.4375, 71, channel=2),
    events.NoteEnd(4, 2.0, 204, 1.9375),
    events.Match(5, 2.25, 204, "P1-n183", 46.5, 2, -12.25, 3.5),
    events.Mistake(6, 2.5, MistakeKind.MISSED, "P1-n184", 65, None, None, 46.5, 2, 2.375, 0.5),
    events.Retract(7, 2.75, 6),
    events.Beat(8, 3.0, "12a", 12, 3, 2),
    events.Bar(9, 3.25, "13", 13, 2),
    events.Mark(10, 3.5, "Trio", "17", 1),
    events.Jump(11, 3.75, 48.0, 24.0, 0.875),
    events.Turn(12, 4.0, "page", "25", 3.5),
    events.Health(13, 4.25, 0.25, 0.75, 1, 2, 0.125),
    events.Fault(14, 4.5, "MIDI port gone", "plug it in again"),
)

INPUTS: tuple[inputs.Input, ...] = (
    inputs.NoteOn(0.1, 60, 90, 3),
    inputs.NoteOff(0.30000000000000004, 60, 3),
    inputs.Controller(1 / 3, 64, 127),
    inputs.HeardNote(1.17, 3, events.NoteStatus.CONFIRMED, 60, 1.0041237, 90, 0.875),
    inputs.HeardTrace(1.17, -1, 72, 1.0041237, 0.125, 0.25, 0.0, 0.003, 0.5, 0.75, 0.61),
    inputs.HeardEnd(1.9, 3, 1.7300000000000002),
    inputs.Tick(1e-9),
    inputs.Finish(86400.123456789),
    inputs.FaultSeen(1.0, "port gone", "plug it in"),
    inputs.HealthMeasured(2.0, 0.1, 0.9, 1, 2, 0.05),
    inputs.RulesAlone(2.5),
    inputs.AskLadder(2.5),
    inputs.Start(3.0),
    inputs.Arm(3.0),
    inputs.Stop(3.0),
    inputs.Pause(3.0),
    inputs.Resume(3.0),
    inputs.Reset(3.0),
    inputs.Panic(3.0),
    inputs.GotoBar(3.0, "12a", 2),
    inputs.GotoBeat(3.0, 45.1),
    inputs.GotoMark(3.0, "Trio"),
    inputs.Next(3.0),
    inputs.Prev(3.0),
    inputs.Loop(3.0, "3", "7"),
    inputs.LoopOff(3.0),
    inputs.SetProperty(3.0, "mode", "wait"),
    inputs.SetProperty(3.0, "tempo", 0.8),
)


@pytest.fixture(params=EVENTS, ids=lambda event: event.type)
def event(request: pytest.FixtureRequest) -> events.Event:
    """Each example of an event, one after the other."""
    return request.param


@pytest.fixture
def all_events() -> tuple[events.Event, ...]:
    return EVENTS


@pytest.fixture(params=INPUTS, ids=lambda item: type(item).__name__)
def item(request: pytest.FixtureRequest) -> inputs.Input:
    """Each example of an input, one after the other."""
    return request.param


@pytest.fixture
def all_inputs() -> tuple[inputs.Input, ...]:
    return INPUTS


class Remembering:
    """A session's controls: commands are kept, property values are really set."""

    def __init__(self) -> None:
        self.commands: list[inputs.Command] = []
        self.asked = threading.Event()  # set by each command
        self.may_load = threading.Event()  # loading waits for it
        self.may_load.set()
        self.values = {name: item.default for name, item in PROPERTIES.items()}

    def submit(self, command: inputs.Command) -> None:
        self.commands.append(command)
        if isinstance(command, inputs.SetProperty):
            self.values[command.name] = command.value
        self.asked.set()

    def now_s(self) -> float:
        return 12.5

    def load_score(self, path: str) -> tuple[str, str] | None:
        self.may_load.wait(5.0)
        if path == "explodes":
            raise RuntimeError("boom")
        return None if path == "minuet.mxl" else (f"no file {path}", "give the path of a score")

    def score_info(self) -> ScoreInfo:
        return ScoreInfo("minuet", "Minuet in G", 32, 269, ("Piano",))

    def property(self, name: str) -> float | str:
        return self.values[name]


@pytest.fixture
def controls() -> Remembering:
    return Remembering()
