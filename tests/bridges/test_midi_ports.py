from __future__ import annotations

from collections.abc import Callable

import pytest

from repetiteur.bridges.midi_ports import MidiListener, read_message
from repetiteur.bridges.midi_systems import midi_input_names
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Controller, FaultSeen, Input, NoteOff, NoteOn


class FakeSystem:
    """Stands in for the device library: ports that can be plugged, pulled and played."""

    class RtMidiError(OSError):
        pass

    def __init__(self, *ports: str, can_make_virtual: bool = True) -> None:
        self.ports = list(ports)
        self.can_make_virtual = can_make_virtual
        self.callback: Callable[[tuple[list[int], float], object], None] | None = None
        self.opened: list[str] = []
        self.gone = False
        self.taken_leave = 0

    def get_compiled_api(self) -> list[int]:
        return [2, 3]

    def MidiIn(self, api: int, name: str) -> FakePort:  # noqa: N802 (the library's name)
        if api == 3:
            raise self.RtMidiError("server not running")
        return FakePort(self)

    def play(self, *message: int) -> None:
        assert self.callback is not None, "nobody listens"
        self.callback((list(message), 0.0), None)


class FakePort:
    def __init__(self, system: FakeSystem) -> None:
        self._system = system

    def get_ports(self) -> list[str]:
        if self._system.gone:
            raise self._system.RtMidiError("the MIDI system is gone")
        return list(self._system.ports)

    def open_port(self, number: int, name: str) -> None:
        self._system.opened.append(self._system.ports[number])

    def open_virtual_port(self, name: str) -> None:
        if not self._system.can_make_virtual:
            raise self._system.RtMidiError("not here")
        self._system.opened.append(name)

    def set_callback(self, callback: Callable[[tuple[list[int], float], object], None]) -> None:
        self._system.callback = callback

    def cancel_callback(self) -> None:
        self._system.callback = None

    def close_port(self) -> None:
        pass

    def delete(self) -> None:
        self._system.taken_leave += 1


def listening(system: FakeSystem, now_s: float = 1.5) -> tuple[MidiListener, list[Input]]:
    heard: list[Input] = []
    return MidiListener(system, heard.append, lambda: now_s), heard


@pytest.mark.parametrize(
    ("message", "item"),
    [
        ([0x90, 60, 100], NoteOn(2.0, 60, 100, 0)),
        ([0x95, 60, 100], NoteOn(2.0, 60, 100, 5)),
        ([0x90, 60, 0], NoteOff(2.0, 60, 0)),
        ([0x81, 61, 64], NoteOff(2.0, 61, 1)),
        ([0xB0, 64, 127], Controller(2.0, 64, 127, 0)),
        ([0xE0, 0, 64], None),
        ([0xC0, 5], None),
        ([0xF8], None),
        ([], None),
        ([0x90, 60], None),
    ],
)
def test_messages_are_read(message: list[int], item: Input | None) -> None:
    assert read_message(message, 2.0) == item


def test_names_are_listed_without_numbers_that_change() -> None:
    assert midi_input_names(FakeSystem("Piano:Piano MIDI 1 20:0", "Synth")) == ("Piano:Piano MIDI 1", "Synth")


def test_a_port_is_found_by_a_part_of_its_name_in_any_case() -> None:
    system = FakeSystem("Through 14:0", "Digital Piano:Piano MIDI 1 20:0")
    listener, heard = listening(system)
    listener.open("piano")
    assert system.opened == ["Digital Piano:Piano MIDI 1 20:0"]
    assert listener.name == "Digital Piano:Piano MIDI 1"
    system.play(0x90, 60, 90)
    system.play(0xF8)
    assert heard == [NoteOn(1.5, 60, 90, 0)]
    assert listener.received == 2


def test_the_whole_name_wins_over_a_part_of_another() -> None:
    system = FakeSystem("Piano Two", "Piano")
    listening(system)[0].open("Piano")
    assert system.opened == ["Piano"]


def test_a_port_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(InputError, match=r"MIDI input Organ: not found \(there are: Piano, Synth\)"):
        listening(FakeSystem("Piano", "Synth"))[0].open("Organ")


def test_no_port_at_all_is_told() -> None:
    with pytest.raises(InputError, match="plug one in"):
        listening(FakeSystem())[0].open("Organ")


def test_a_pulled_plug_ends_its_notes_tells_a_fault_and_comes_back() -> None:
    system = FakeSystem("Piano 20:0")
    listener, heard = listening(system)
    listener.open("Piano")
    system.play(0x90, 60, 90)
    system.play(0x90, 64, 90)
    system.play(0x80, 60, 0)
    assert listener.look() is None

    system.ports = []
    assert listener.look() == "MIDI input Piano is gone"
    assert not listener.connected
    assert heard[3] == NoteOff(1.5, 64, 0)
    assert isinstance(heard[4], FaultSeen)
    assert len(heard) == 5
    assert listener.look() is None, "told once"

    system.ports = ["Other 20:0", "Piano 24:0"]  # another number now
    assert listener.look() == "MIDI input Piano is back"
    assert system.opened[-1] == "Piano 24:0"
    system.play(0x90, 67, 90)
    assert heard[-1] == NoteOn(1.5, 67, 90, 0)


def test_a_midi_system_that_goes_away_is_a_port_that_is_gone() -> None:
    system = FakeSystem("Piano")
    listener, heard = listening(system)
    listener.open("Piano")
    system.gone = True
    assert listener.look() == "MIDI input Piano is gone"
    assert isinstance(heard[-1], FaultSeen)


def test_a_virtual_port_never_goes_away() -> None:
    system = FakeSystem()
    listener, _ = listening(system)
    listener.open_virtual("My follower")
    assert (system.opened, listener.name) == (["My follower"], "My follower")
    assert listener.look() is None
    assert listener.connected


def test_where_virtual_ports_cannot_be_made_it_is_said_how_to_get_them() -> None:
    with pytest.raises(InputError, match="cannot be made on this system"):
        listening(FakeSystem(can_make_virtual=False))[0].open_virtual()


def test_closing_ends_the_callback() -> None:
    system = FakeSystem("Piano")
    listener, _ = listening(system)
    listener.open("Piano")
    listener.close()
    listener.close()
    assert system.callback is None


def test_who_only_asks_for_names_takes_leave() -> None:
    system = FakeSystem("Piano")
    assert midi_input_names(system) == ("Piano",) and system.taken_leave == 1
    listener, _ = listening(system)
    with pytest.raises(InputError):
        listener.open("Organ")
    asked = system.taken_leave
    assert asked == 3, "to open it, and to tell what is there"
    listener.open("Piano")
    assert system.taken_leave == asked
    listener.close()
    assert system.taken_leave == asked + 1
