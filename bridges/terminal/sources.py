"""Where a live session's notes come from: MIDI, sound, or both at once."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from repetiteur.bridges import midi_systems
from repetiteur.bridges.level import LevelMeter
from repetiteur.bridges.live_inputs import Kind, Source
from repetiteur.bridges.midi_ports import Deliver, MidiListener
from repetiteur.bridges.terminal.options import ears_of, live_ears_arguments
from repetiteur.bridges.terminal.playing import tell_progress
from repetiteur.bridges.terminal.urgency_options import urgency_of
from repetiteur.bridges.urgency import hurried
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.session import Session

if TYPE_CHECKING:
    from repetiteur.bridges.terminal.calibrated import KnownInput
    from repetiteur.realtime.hearing.ears import Ears


def source_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``wanted_inputs`` and ``Sources`` ask."""
    over_midi = parser.add_mutually_exclusive_group()
    over_midi.add_argument("--midi", metavar="NAME", help="listen to the MIDI input with NAME in its name")
    over_midi.add_argument("--virtual", metavar="NAME", nargs="?", const=midi_systems.CLIENT,
                           help="make a MIDI input of that name for other programs to play into")  # fmt: skip
    parser.add_argument("--audio", metavar="NAME",
                        help="listen to the audio input with NAME in its name; beside MIDI it stands in "
                        "when that falls silent")  # fmt: skip
    live_ears_arguments(parser)


def wanted_inputs(args: argparse.Namespace, on_a_page: bool) -> dict[Kind, str]:
    """Those that were named. ``on_a_page``: they may be chosen there later. Raises InputError."""
    named = {Kind.MIDI: args.midi if args.virtual is None else args.virtual, Kind.AUDIO: args.audio}
    wanted = {kind: name for kind, name in named.items() if name is not None}
    if not wanted and not on_a_page:
        remedy = "add --midi NAME, --virtual or --audio NAME, or choose on the page of follow --web"
        raise InputError("nothing to listen to", "no input was named", remedy)
    return wanted


@dataclass(frozen=True, slots=True)
class _Ready:
    """What an audio input is heard with."""

    pyaudio: Any
    known: KnownInput
    ears: Ears


class Sources:
    """Opens them as the command line has it. ``get_ready`` before any clock runs, then ``attach``; ``open``
    from any thread, one at a time."""

    def __init__(self, args: argparse.Namespace, meter: LevelMeter) -> None:
        self._args = args
        self._meter = meter
        self._ready: dict[str, _Ready] = {}  # by the name it was asked for
        self._compiled = False  # what ears are made of

    def get_ready(self, wanted: dict[Kind, str]) -> None:
        """Find and make what takes its time. Raises InputError where one cannot work; opens nothing yet."""
        if Kind.MIDI in wanted:
            midi_systems.rtmidi_library()
        if Kind.AUDIO in wanted:
            tell_progress("getting ready (takes longer the first time)")
            self._ready[wanted[Kind.AUDIO]] = self._make_ready(wanted[Kind.AUDIO])
            self._compiled = True
            tell_progress("")

    def attach(self, session: Session, deliver: Deliver) -> None:
        """``deliver``: where a MIDI input puts what is played."""
        self._session = session
        self._deliver = deliver

    def open(self, kind: Kind, name: str) -> Source:
        """The first with ``name`` in its name, or the one this program makes. Raises InputError."""
        return self._open_midi(name) if kind is Kind.MIDI else self._open_audio(name)

    def _open_midi(self, name: str) -> Source:
        deliver = hurried(self._deliver, urgency_of(self._args))
        listener = MidiListener(midi_systems.rtmidi_library(), deliver, self._session.now_s)
        if name == self._args.virtual:
            listener.open_virtual(name)
        else:
            listener.open(name)
        return listener

    def _open_audio(self, name: str) -> Source:
        from repetiteur.bridges.compiled_ears import compile_ears_apart
        from repetiteur.bridges.live_ears import LiveEars

        if not self._compiled:
            compile_ears_apart()
            self._compiled = True
        ready = self._ready.pop(name, None) or self._make_ready(name)
        session, capture = self._session, ready.known.capture
        listener = LiveEars(
            ready.pyaudio, ready.ears, session.submit, session.now_s, capture, urgency_of(self._args)
        )
        try:
            listener.open(ready.known.name)
        except InputError:
            listener.close()
            raise
        return listener

    def _make_ready(self, name: str) -> _Ready:
        from repetiteur.bridges.audio_ports import pyaudio_library
        from repetiteur.bridges.terminal.calibrated import known_input

        pyaudio = pyaudio_library()
        known = known_input(pyaudio, name, self._args)
        return _Ready(pyaudio, known, ears_of(self._args, self._meter, known.a4_hz)())
