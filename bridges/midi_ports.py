"""Listening to a MIDI input found by name, and taking it up again after it was gone.

The device library's callback runs on a thread of its own: it copies, stamps, counts, hands over and returns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from repetiteur.bridges.midi_systems import CLIENT, find_midi_port, midi_input_names, midi_systems, port_names
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Controller, FaultSeen, Input, NoteOff, NoteOn, Performed

Deliver = Callable[[Input], None]


def read_message(message: Sequence[int], t_s: float) -> Performed | None:
    """The note or controller change in a MIDI message; None for everything else."""
    if len(message) != 3:
        return None
    status, first, second = message
    channel = status & 0x0F
    match status & 0xF0:
        case 0x90 if second > 0:
            return NoteOn(t_s, first, second, channel)
        case 0x80 | 0x90:
            return NoteOff(t_s, first, channel)
        case 0xB0:
            return Controller(t_s, first, second, channel)
    return None


class MidiListener:
    """One MIDI input. ``open``, ``look`` and ``close`` belong to one thread (not the engine's)."""

    def __init__(self, rtmidi: Any, deliver: Deliver, now_s: Callable[[], float]) -> None:
        self._rtmidi = rtmidi
        self._deliver = deliver
        self._now_s = now_s
        self._wanted = ""
        self._virtual = False
        self._source: Any = None  # the open MidiIn
        self._held: set[tuple[int, int]] = set()  # channel, pitch
        self.name = ""  # of the port in use, or last in use
        self.received = 0  # messages, those of no interest too

    @property
    def connected(self) -> bool:
        return self._source is not None

    def open(self, name: str) -> None:
        """Listen to the first input with ``name`` in its name. Raises InputError."""
        self._wanted = name
        if not self._connect():
            there = midi_input_names(self._rtmidi)
            remedy = f"there are: {', '.join(there)}" if there else "no MIDI input is there: plug one in"
            raise InputError(f"MIDI input {name}", "not found", remedy)

    def open_virtual(self, name: str = CLIENT) -> None:
        """Make an input that other programs can connect to. Raises InputError."""
        with midi_systems(self._rtmidi, self._rtmidi.MidiIn) as systems:
            for source in systems:
                try:
                    source.open_virtual_port(name)
                except (self._rtmidi.RtMidiError, NotImplementedError):
                    continue
                systems.remove(source)
                self._listen(source, name)
                self._virtual = True
                return
        remedy = "start the ALSA sequencer (modprobe snd-seq) or JACK, or use --midi with a real port"
        raise InputError(f"virtual MIDI port {name}", "cannot be made on this system", remedy)

    def look(self) -> str | None:
        """Notice a port that went or came back. Call it about twice a second; says what changed."""
        if self._virtual or not self._wanted:
            return None
        if self._source is None:
            return f"MIDI input {self.name} is back" if self._connect() else None
        if self.name in port_names(self._rtmidi, self._source):
            return None
        self.close()
        what = f"MIDI input {self.name} is gone"
        self._deliver(FaultSeen(self._now_s(), what, "plug it in again; it is taken up by itself"))
        return what

    def close(self) -> None:
        """Keys that are down are let go. Harmless twice."""
        source, self._source = self._source, None
        if source is not None:
            source.cancel_callback()
            source.close_port()
            source.delete()
        t_s = self._now_s()
        for channel, pitch in sorted(self._held):
            self._deliver(NoteOff(t_s, pitch, channel))
        self._held.clear()

    def _connect(self) -> bool:
        with midi_systems(self._rtmidi, self._rtmidi.MidiIn) as systems:
            for source in systems:
                names = port_names(self._rtmidi, source)
                number = find_midi_port(self._wanted, names)
                if number is not None:
                    try:
                        source.open_port(number, CLIENT)
                    except (self._rtmidi.RtMidiError, TypeError):
                        continue  # gone again between looking and opening
                    systems.remove(source)
                    self._listen(source, names[number])
                    return True
        return False

    def _listen(self, source: Any, name: str) -> None:
        self._source, self.name = source, name
        source.set_callback(self._heard)

    def _heard(self, event: tuple[list[int], float], _data: object = None) -> None:
        """On the device library's thread."""
        t_s = self._now_s()
        self.received += 1
        item = read_message(event[0], t_s)
        if item is None:
            return
        self._deliver(item)
        if isinstance(item, NoteOn):
            self._held.add((item.channel, item.pitch))
        elif isinstance(item, NoteOff):
            self._held.discard((item.channel, item.pitch))
