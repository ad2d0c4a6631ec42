"""The MIDI systems that run here (ALSA, JACK, Core MIDI, Windows), and the names of their ports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from repetiteur.bridges.quiet import quiet_stderr
from repetiteur.realtime.errors import InputError

CLIENT = "repetiteur"
_ALSA_NUMBERS = re.compile(r" \d+:\d+$")  # they change whenever the device is plugged in


def rtmidi_library() -> Any:
    """python-rtmidi. Raises InputError when it is not there."""
    try:
        return import_module("rtmidi")
    except ImportError:
        remedy = "pip install python-rtmidi, or make devices in a checkout"
        raise InputError("MIDI", "python-rtmidi is not installed", remedy) from None


@contextmanager
def midi_systems(rtmidi: Any, make: Callable[[int, str], Any]) -> Iterator[list[Any]]:
    """A MidiIn (or MidiOut) for each system that runs here. What is to stay open is taken out of the list;
    the rest takes its leave at the end: a JACK server waits for clients that go without a word."""
    systems = []
    with quiet_stderr():
        for api in rtmidi.get_compiled_api():
            with suppress(rtmidi.RtMidiError):  # compiled in, but not running
                systems.append(make(api, CLIENT))
    try:
        yield systems
    finally:
        for system in systems:
            system.delete()


def midi_input_names(rtmidi: Any) -> tuple[str, ...]:
    """Every MIDI input there is now."""
    return _all_names(rtmidi, rtmidi.MidiIn)


def midi_output_names(rtmidi: Any) -> tuple[str, ...]:
    """Every MIDI output there is now."""
    return _all_names(rtmidi, rtmidi.MidiOut)


def port_names(rtmidi: Any, system: Any) -> list[str]:
    """Its ports, without the numbers that change."""
    try:
        return [_ALSA_NUMBERS.sub("", name) for name in system.get_ports()]
    except rtmidi.RtMidiError:
        return []  # the MIDI system itself went away


def find_midi_port(wanted: str, names: Sequence[str]) -> int | None:
    """The port of exactly that name, else the first that contains it. Case does not matter."""
    folded = [name.casefold() for name in names]
    key = _ALSA_NUMBERS.sub("", wanted).casefold()
    if key in folded:
        return folded.index(key)
    return next((number for number, name in enumerate(folded) if key in name), None)


def _all_names(rtmidi: Any, make: Callable[[int, str], Any]) -> tuple[str, ...]:
    with midi_systems(rtmidi, make) as systems:
        return tuple(name for system in systems for name in port_names(rtmidi, system))
