"""MIDI through real ports: a keyboard is played, pulled out with a key down, and plugged in again."""

from __future__ import annotations

import signal
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.midi_ports import MidiListener
from repetiteur.bridges.midi_systems import midi_input_names
from repetiteur.bridges.scores import load_score
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Controller, FaultSeen, Input, NoteOff, NoteOn

from .keyboard import Keyboard


@pytest.fixture
def rtmidi(jack: Any) -> Any:
    if find_spec("rtmidi") is None:
        pytest.skip("needs python-rtmidi")
    return __import__("rtmidi")


@pytest.fixture
def keyboard(jack: Any, rtmidi: Any) -> Callable[[str], Keyboard]:
    return partial(Keyboard, jack)


def test_a_keyboard_by_name_pulled_out_and_back(rtmidi: Any, keyboard: Any, until: Any) -> None:
    keyboard("Organ")
    piano = keyboard("Stage Piano")
    heard: list[Input] = []
    listener = MidiListener(rtmidi, heard.append, lambda: 2.0)
    names = midi_input_names(rtmidi)
    assert any("Stage Piano" in name for name in names) and any("Organ" in name for name in names)
    listener.open("stage")
    try:
        assert "Stage Piano" in listener.name and listener.look() is None
        piano.play(0x93, 60, 80)
        piano.play(0xB3, 64, 127)
        piano.play(0x93, 64, 80)
        piano.play(0x93, 60, 0)
        until(lambda: len(heard) >= 4, "what was played")
        assert heard == [
            NoteOn(2.0, 60, 80, 3), Controller(2.0, 64, 127, 3), NoteOn(2.0, 64, 80, 3), NoteOff(2.0, 60, 3),
        ]  # fmt: skip
        piano.pull_out()
        assert until(listener.look, "the loss") == f"MIDI input {listener.name} is gone"
        assert heard[4] == NoteOff(2.0, 64, 3), "the key that was down"
        assert isinstance(heard[5], FaultSeen) and not listener.connected
        piano = keyboard("Stage Piano")
        assert until(listener.look, "the return") == f"MIDI input {listener.name} is back"
        piano.play(0x93, 67, 80)
        until(lambda: heard[6:] == [NoteOn(2.0, 67, 80, 3)], "a note of it")
    finally:
        listener.close()


def test_what_is_there_is_told_where_a_name_is_not(rtmidi: Any, keyboard: Any) -> None:
    keyboard("Stage Piano")
    with pytest.raises(InputError, match=r"not found \(there are: .*Stage Piano"):
        MidiListener(rtmidi, print, lambda: 0.0).open("Harpsichord")


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_session_pulled_and_plugged_ends_with_nothing_sounding(
    jack: Any, rtmidi: Any, keyboard: Any, program: Any, end: signal.Signals
) -> None:
    pitches = load_score(assets.SCORE).notes["pitch"][:4].tolist()
    piano = keyboard("Stage Piano")
    follow = program(jack, "follow", assets.SCORE, "--midi", "stage", "--osc-in", "0", "--json")
    follow.wait_for(lambda self: "listening to" in self.said(), "the session")

    def notes(self: Any) -> int:
        return sum(row["type"] == "note" for row in self.rows())

    for count, pitch in enumerate(pitches[:3], 1):
        piano.play(0x90, pitch, 80)
        follow.wait_for(lambda self, count=count: notes(self) >= count, "the note")
    piano.pull_out()
    follow.wait_for(lambda self: "is gone" in self.said(), "the loss")
    follow.wait_for(lambda self: any(row["type"] == "fault" for row in self.rows()), "a fault")
    piano = keyboard("Stage Piano")
    follow.wait_for(lambda self: "is back" in self.said(), "the return")
    piano.play(0x90, pitches[3], 80)
    follow.wait_for(lambda self: notes(self) >= 4, "a note after it")
    follow.process.send_signal(end)
    assert follow.process.wait(60.0) == 0
    rows = follow.rows()
    begun = {row["id"] for row in rows if row["type"] == "note"}
    assert {row["id"] for row in rows if row["type"] == "note_end"} == begun, "no note is left sounding"
    assert rows[-1] == rows[-1] | {"type": "state", "state": "ended"}
