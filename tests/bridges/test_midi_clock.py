"""MIDI clock that follows: the plan of its ticks, what leaves the port, and what is left behind."""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Callable
from itertools import pairwise

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.midi_clock import MidiClock, StreamTime
from repetiteur.bridges.midi_out import (
    MidiOut,
    dying_cleanly,
    open_midi_out,
    open_virtual_midi_out,
)
from repetiteur.bridges.midi_systems import midi_output_names
from repetiteur.bridges.midi_ticks import CONTINUE, START, STOP, TICK, TickTrain, song_position
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.terminal.main import main
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.events import (
    Event,
    Jump,
    Note,
    NoteStatus,
    Position,
    State,
    StateChanged,
)
from repetiteur.realtime.inputs import Controller, NoteOff, NoteOn, Tick


def ticks(train: TickTrain, until_s: float) -> list[float]:
    """When each tick is due until then; they count as sent."""
    due = []
    while train.due_s() <= until_s + 1e-9:
        due.append(train.due_s())
        train.take()
    return due


def test_24_to_the_quarter_and_no_jitter() -> None:
    train = TickTrain()
    train.tempo(90.0, 0.0)
    assert train.put_at(0.0, 5.0) == song_position(0)
    assert train.roll() == START
    due = ticks(train, 65.0)
    assert len(due) == 90 * 24 + 1
    assert due[0] == 5.0
    assert max(abs(due_s - (5.0 + number * 60.0 / 90.0 / 24.0)) for number, due_s in enumerate(due)) < 1e-9


def test_another_tempo_bends_the_line_and_does_not_break_it() -> None:
    train = TickTrain()
    train.tempo(120.0, 0.0)
    train.put_at(0.0, 0.0)
    train.roll()
    due = ticks(train, 1.01)
    train.tempo(60.0, 1.01)
    due += ticks(train, 3.0)
    gaps = [later - sooner for sooner, later in pairwise(due)]
    assert gaps[:48] == pytest.approx([1 / 48] * 48)
    assert 1 / 48 < gaps[48] < 1 / 24
    assert gaps[49:] == pytest.approx([1 / 24] * len(gaps[49:]))


def test_between_two_sixteenths_the_next_one_begins() -> None:
    train = TickTrain()
    train.tempo(60.0, 10.0)
    assert train.put_at(4.1, 10.0) == song_position(17)
    assert train.roll() == CONTINUE
    assert train.due_s() == pytest.approx(10.15)  # 4.25 quarters


def test_song_position_has_fourteen_bits() -> None:
    assert song_position(17) == b"\xf2\x11\x00"
    assert song_position(300) == b"\xf2\x2c\x02"
    assert TickTrain().put_at(1e6, 0.0) == b"\xf2\x7f\x7f"


def test_standing_no_tick_is_due() -> None:
    train = TickTrain()
    assert train.due_s() == math.inf
    train.put_at(0.0, 0.0)
    train.roll()
    assert train.stop() == STOP
    assert train.due_s() == math.inf


def test_stream_time_is_told_by_the_earliest() -> None:
    stream = StreamTime()
    for late_s in (0.030, 0.004, 0.090, 0.010):
        stream.seen(2.0, 102.0 + late_s)
    assert stream.local_s(5.0) == pytest.approx(105.004, abs=1e-4)


class FakePort:
    """Keeps what is sent; may be pulled out."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.gone = False
        self.opened = ""
        self.deleted = False
        self.arrived = threading.Condition()

    def get_ports(self) -> list[str]:
        return ["Synth 20:0", "Drum Machine 24:0"]

    def open_port(self, number: int, name: str) -> None:
        self.opened = self.get_ports()[number]

    def open_virtual_port(self, name: str) -> None:
        self.opened = name

    def send_message(self, message: bytes) -> None:
        if self.gone:
            raise OSError("no such port")
        with self.arrived:
            self.sent.append(bytes(message))
            self.arrived.notify_all()

    def wait_for(self, enough: Callable[[list[bytes]], bool]) -> None:
        with self.arrived:
            assert self.arrived.wait_for(lambda: enough(self.sent), 10.0)

    def close_port(self) -> None:
        pass

    def delete(self) -> None:
        self.deleted = True


class FakeSystem:
    """As much of the device library as outputs need."""

    class RtMidiError(OSError):
        pass

    def __init__(self) -> None:
        self.port = FakePort()

    def get_compiled_api(self) -> list[int]:
        return [2, 3]

    def MidiOut(self, api: int, name: str) -> FakePort:  # noqa: N802 (the library's name)
        if api == 3:
            raise self.RtMidiError("server not running")
        return self.port


def test_an_output_is_found_by_a_piece_of_its_name() -> None:
    system = FakeSystem()
    assert midi_output_names(system) == ("Synth", "Drum Machine")
    assert open_midi_out(system, "drum").name == "Drum Machine"
    assert system.port.opened == "Drum Machine 24:0"
    assert open_virtual_midi_out(system, "clock").name == "clock"
    with pytest.raises(InputError, match="there are: Synth, Drum Machine"):
        open_midi_out(system, "organ")


def test_nothing_sounds_on_after_closing() -> None:
    port = FakePort()
    out = MidiOut(port, "synth")
    keys = (NoteOn(0.0, 60, 80, 1), NoteOn(0.0, 64, 80, 1), NoteOff(0.1, 64, 1))
    for item in (*keys, Controller(0.1, 64, 127, 1)):
        out.play(item)
    out.play(Tick(0.2))
    del port.sent[:]
    out.close()
    out.close()
    assert port.sent == [b"\x81\x3c\x00", b"\xb1\x40\x00", b"\xb1\x7b\x00", b"\xb1\x78\x00"]
    assert port.deleted
    out.play(NoteOn(0.0, 60, 80, 1))
    assert len(port.sent) == 4


def test_a_port_that_is_pulled_out_is_no_trouble() -> None:
    port = FakePort()
    out = MidiOut(port, "synth")
    out.play(NoteOn(0.0, 60, 80))
    port.gone = True
    out.send(TICK)
    out.close()
    assert out.failures == 5
    assert port.deleted


def position(seq: int, at_s: float, q: float, bpm: float = 120.0) -> Event:
    return Position(seq, at_s, "1", 0, 1.0, q, q, bpm, 1.0)


def note(seq: int, at_s: float) -> Event:
    return Note(seq, at_s, seq, NoteStatus.CONFIRMED, 60, at_s, 80)


def test_the_clock_follows_stops_and_goes_elsewhere() -> None:
    port, now_s = FakePort(), [50.0]
    clock = MidiClock(MidiOut(port, "synth"), lambda: load_score(assets.SCORE), lambda: now_s[0])
    clock.send([StateChanged(0, 0.0, State.ARMED), position(1, 0.0, 0.0)])
    assert port.sent == [song_position(0)]
    clock.send([note(2, 0.0), StateChanged(3, 0.0, State.FOLLOWING), position(4, 0.0, 0.0)])
    port.wait_for(lambda sent: sent.count(TICK) == 1)  # due at once; no other before time goes on
    assert port.sent[1:] == [song_position(0), START, TICK]
    now_s[0] += 0.25
    clock.send([position(5, 0.25, 0.5)])
    port.wait_for(lambda sent: sent.count(TICK) == 13)
    clock.send([note(6, 0.25), Jump(7, 0.25, 0.5, 6.0, 1.0), position(8, 0.25, 6.0)])
    port.wait_for(lambda sent: sent.count(TICK) == 14)
    assert port.sent[-4:] == [STOP, song_position(24), CONTINUE, TICK]
    clock.send([StateChanged(9, 0.25, State.COASTING)])
    assert port.sent[-1] == STOP
    clock.close()
    clock.close()
    assert port.sent[-1] == STOP
    assert port.deleted


def test_what_a_port_does_not_take_is_counted() -> None:
    port = FakePort()
    port.gone = True
    clock = MidiClock(MidiOut(port, "synth"), lambda: load_score(assets.SCORE))
    clock.send([StateChanged(0, 0.0, State.ARMED), position(1, 0.0, 0.0)])
    assert clock.counts().dropped == 1
    clock.close()


def test_a_panic_ends_what_was_passed_on() -> None:
    port = FakePort()
    out = MidiOut(port, "synth")
    clock = MidiClock(out, lambda: load_score(assets.SCORE))
    out.play(NoteOn(0.0, 60, 80))
    clock.send([StateChanged(0, 0.0, State.PAUSED)])
    assert b"\x80\x3c\x00" in port.sent
    clock.close()


def test_a_polite_kill_unwinds() -> None:
    closed = []
    with pytest.raises(SystemExit) as ended, dying_cleanly():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            closed.append(True)
    assert ended.value.code == 143
    assert closed
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["demo", "--fast", "--midi-out", "synth"], "--midi-out: a clock takes the time it takes"),
        (["follow", str(assets.SCORE), "--virtual", "--osc-in", "0", "--midi-through"], "goes nowhere"),
        (["demo", "--fast", "--midi-out-virtual"], "leave --fast out"),
    ],
)
def test_what_makes_no_sense_is_one_line(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("repetiteur.bridges.midi_systems.rtmidi_library", FakeSystem)
    assert main(words) == 2
    assert told in capsys.readouterr().err
