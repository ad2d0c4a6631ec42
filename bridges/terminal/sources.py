"""Where a live session's notes come from: MIDI, sound, or both at once."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import ExitStack
from typing import Protocol

from repetiteur.bridges import midi_ports
from repetiteur.bridges.level import LevelMeter
from repetiteur.bridges.midi_ports import Deliver, MidiListener
from repetiteur.bridges.terminal.options import ears_of, live_ears_arguments
from repetiteur.bridges.terminal.playing import tell_progress
from repetiteur.bridges.terminal.urgency_options import urgency_of
from repetiteur.bridges.urgency import hurried
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.session import Session


class Source(Protocol):
    """Where the notes come from."""

    @property
    def name(self) -> str: ...

    def look(self) -> str | None:
        """What has changed, if anything."""
        ...

    def close(self) -> None: ...


# The session, where a MIDI source puts what is played, and what is closed at the end.
OpenSource = Callable[[Session, Deliver, ExitStack], Source]


def source_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``sources_of`` asks."""
    over_midi = parser.add_mutually_exclusive_group()
    over_midi.add_argument("--midi", metavar="NAME", help="listen to the MIDI input with NAME in its name")
    over_midi.add_argument("--virtual", metavar="NAME", nargs="?", const=midi_ports.CLIENT,
                           help="make a MIDI input of that name for other programs to play into")  # fmt: skip
    parser.add_argument("--audio", metavar="NAME",
                        help="listen to the audio input with NAME in its name; beside MIDI it stands in "
                        "when that falls silent")  # fmt: skip
    live_ears_arguments(parser)


def sources_of(args: argparse.Namespace, meter: LevelMeter) -> list[OpenSource]:
    """All that were asked for. Raises InputError where one cannot work; opens nothing yet."""
    sources = []
    if args.midi is not None or args.virtual is not None:
        sources.append(_midi_source(args))
    if args.audio is not None:
        sources.append(_audio_source(args, meter))
    if not sources:
        remedy = "add --midi NAME, --virtual or --audio NAME"
        raise InputError("nothing to listen to", "no input was named", remedy)
    return sources


def _midi_source(args: argparse.Namespace) -> OpenSource:
    rtmidi = midi_ports.rtmidi_library()

    def open_it(session: Session, deliver: Deliver, cleanup: ExitStack) -> Source:
        listener = MidiListener(rtmidi, hurried(deliver, urgency_of(args)), session.now_s)
        cleanup.callback(listener.close)
        if args.midi is None:
            listener.open_virtual(args.virtual)
        else:
            listener.open(args.midi)
        return listener

    return open_it


def _audio_source(args: argparse.Namespace, meter: LevelMeter) -> OpenSource:
    """The ears are made here, before any clock runs."""
    from repetiteur.bridges.audio_ports import pyaudio_library
    from repetiteur.bridges.live_ears import LiveEars
    from repetiteur.bridges.quiet import python_alone_on_stderr
    from repetiteur.bridges.terminal.calibrated import known_input

    pyaudio = pyaudio_library()
    known = known_input(pyaudio, args)
    tell_progress("getting ready (takes longer the first time)")
    ears = ears_of(args, meter, known.a4_hz)()
    tell_progress("")

    def open_it(session: Session, _deliver: Deliver, cleanup: ExitStack) -> Source:
        cleanup.enter_context(python_alone_on_stderr())
        listener = LiveEars(pyaudio, ears, session.submit, session.now_s, known.capture, urgency_of(args))
        cleanup.callback(listener.close)
        listener.open(known.name)
        return listener

    return open_it
