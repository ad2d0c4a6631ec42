"""A MIDI output that leaves nothing sounding behind, however it comes to an end."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from repetiteur.bridges.midi_systems import CLIENT, find_midi_port, midi_systems, port_names
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Controller, Input, NoteOff, NoteOn

SUSTAIN, ALL_SOUND_OFF, ALL_NOTES_OFF = 64, 120, 123
_NOTE_OFF, _NOTE_ON, _CONTROL = 0x80, 0x90, 0xB0
LAST_WORDS_S = 0.15  # systems send in periods: what was said just before a port closes is lost in some


class MidiOut:
    """One open output. Any thread may send; what sounds is remembered so that it can be ended."""

    def __init__(self, port: Any, name: str) -> None:
        self._port: Any = port
        self._lock = threading.Lock()
        self._sounding: set[tuple[int, int]] = set()  # channel, pitch
        self._used: set[int] = set()  # channels
        self.name = name
        self.failures = 0  # messages the system would not take

    def send(self, *messages: bytes) -> None:
        """In this order and without anything between. Never raises."""
        with self._lock:
            for message in messages:
                self._say(message)

    def play(self, item: Input) -> None:
        """Pass on something played; anything else is of no interest."""
        match item:
            case NoteOn():
                self.send(bytes((_NOTE_ON | item.channel, item.pitch, item.velocity)))
            case NoteOff():
                self.send(bytes((_NOTE_OFF | item.channel, item.pitch, 0)))
            case Controller():
                self.send(bytes((_CONTROL | item.channel, item.number, item.value)))

    def silence(self) -> None:
        """End what sounds, note by note, then everything on the channels that were used."""
        with self._lock:
            for channel, pitch in sorted(self._sounding):
                self._say(bytes((_NOTE_OFF | channel, pitch, 0)))
            for channel in sorted(self._used):
                for number in (SUSTAIN, ALL_NOTES_OFF, ALL_SOUND_OFF):
                    self._say(bytes((_CONTROL | channel, number, 0)))
            self._used.clear()

    def close(self) -> None:
        """Silent first. Harmless twice; takes a moment."""
        self.silence()
        with self._lock:
            port, self._port = self._port, None
            if port is not None:
                time.sleep(LAST_WORDS_S)
                with suppress(Exception):  # the system itself may be gone
                    port.close_port()
                    port.delete()

    def _say(self, message: bytes) -> None:
        if self._port is None:
            return
        kind, channel = message[0] & 0xF0, message[0] & 0x0F
        if kind in (_NOTE_ON, _NOTE_OFF):
            self._used.add(channel)
            if kind == _NOTE_ON and message[2] > 0:
                self._sounding.add((channel, message[1]))
            else:
                self._sounding.discard((channel, message[1]))
        try:
            self._port.send_message(message)
        except Exception:  # the library's own error, or the port is gone: all else goes on
            self.failures += 1


def open_midi_out(rtmidi: Any, wanted: str) -> MidiOut:
    """The output of that name, or the first with it in its name. Raises InputError."""
    there: list[str] = []
    with midi_systems(rtmidi, rtmidi.MidiOut) as systems:
        for system in systems:
            names = port_names(rtmidi, system)
            number = find_midi_port(wanted, names)
            if number is not None:
                with suppress(rtmidi.RtMidiError, TypeError):  # gone again between looking and opening
                    system.open_port(number, CLIENT)
                    systems.remove(system)
                    return MidiOut(system, names[number])
            there += names
    remedy = f"there are: {', '.join(there)}" if there else "no MIDI output is there: plug one in"
    raise InputError(f"MIDI output {wanted}", "not found", remedy)


def open_virtual_midi_out(rtmidi: Any, name: str = CLIENT) -> MidiOut:
    """Make an output that other programs can connect to. Raises InputError."""
    with midi_systems(rtmidi, rtmidi.MidiOut) as systems:
        for system in systems:
            with suppress(rtmidi.RtMidiError, NotImplementedError):
                system.open_virtual_port(name)
                systems.remove(system)
                return MidiOut(system, name)
    remedy = "start the ALSA sequencer (modprobe snd-seq) or JACK, or use --midi-out with a real port"
    raise InputError(f"virtual MIDI port {name}", "cannot be made on this system", remedy)


@contextmanager
def dying_cleanly() -> Iterator[None]:
    """A polite kill or a closed terminal unwinds as Ctrl-C does, so that what is open gets closed.
    Main thread. Where somebody else takes care of the signal already, nothing changes."""

    def unwind(number: int, frame: FrameType | None) -> None:
        sys.exit(128 + number)

    asked = [
        number for name in ("SIGTERM", "SIGHUP")
        if (number := getattr(signal, name, None)) is not None and signal.getsignal(number) is signal.SIG_DFL
    ]  # fmt: skip
    for number in asked:
        signal.signal(number, unwind)
    try:
        yield
    finally:
        for number in asked:
            signal.signal(number, signal.SIG_DFL)
