"""``--midi-out``: MIDI clock and song position that follow the player, and what they play passed on."""

from __future__ import annotations

import argparse

from repetiteur.bridges import midi_systems
from repetiteur.bridges.midi_out import MidiOut, open_midi_out, open_virtual_midi_out
from repetiteur.realtime.errors import InputError


def midi_out_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``wanted_midi_out`` reads."""
    out = parser.add_mutually_exclusive_group()
    out.add_argument("--midi-out", metavar="NAME",
                     help="MIDI clock that follows, to the output with NAME in its name")  # fmt: skip
    out.add_argument("--midi-out-virtual", metavar="NAME", nargs="?", const=midi_systems.CLIENT,
                     help="the same, from an output of that name that others can listen to")  # fmt: skip


def midi_through_argument(parser: argparse.ArgumentParser) -> None:
    """``args.midi_through``; only where somebody plays live."""
    parser.add_argument("--midi-through", action="store_true", help="pass on to it what is played, at once")


def check_midi_through(args: argparse.Namespace) -> None:
    """Raises InputError where there is nothing to pass on, or nowhere to."""
    if args.midi_through and args.audio is not None:
        raise InputError("--midi-through", "a sound is no MIDI to pass on", "leave it out, or use --midi")
    if args.midi_through and not is_midi_out_wanted(args):
        raise InputError("--midi-through", "goes nowhere", "say where: --midi-out NAME")


def is_midi_out_wanted(args: argparse.Namespace) -> bool:
    return args.midi_out is not None or args.midi_out_virtual is not None


def wanted_midi_out(args: argparse.Namespace) -> MidiOut | None:
    """Open; it must be closed. Raises InputError. None where none is wanted."""
    if not is_midi_out_wanted(args):
        return None
    rtmidi = midi_systems.rtmidi_library()
    if args.midi_out is None:
        return open_virtual_midi_out(rtmidi, args.midi_out_virtual)
    return open_midi_out(rtmidi, args.midi_out)
