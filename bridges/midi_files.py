"""What was heard or played, as a standard MIDI file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from repetiteur.bridges.performances import DEFAULT_TEMPO_US
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Controller, NoteOff, NoteOn, Performed

if TYPE_CHECKING:
    import mido

TICKS_PER_QUARTER = 5_000
TICKS_PER_S = TICKS_PER_QUARTER * 1e6 / DEFAULT_TEMPO_US  # a tick is 0.1 ms


def write_midi(path: str | Path, performed: Iterable[Performed]) -> None:
    """One track at 120 to the minute, so that ticks are times; a file that was there is replaced whole.

    ``performed`` comes in any order; at one instant keys go up before others go down.
    """
    import mido

    path = Path(path)
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("set_tempo", tempo=DEFAULT_TEMPO_US))
    at = 0
    for item in sorted(performed, key=lambda item: (item.t_s, isinstance(item, NoteOn))):
        tick = max(at, round(item.t_s * TICKS_PER_S))
        track.append(_message(item, tick - at))
        at = tick
    track.append(mido.MetaMessage("end_of_track"))
    midi = mido.MidiFile(type=0, ticks_per_beat=TICKS_PER_QUARTER, tracks=[track])
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        midi.save(beside)
        os.replace(beside, path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        what = f"cannot be written: {error.strerror}"
        raise InputError(str(path), what, "name another place") from None


def _message(item: Performed, ticks: int) -> mido.Message:
    import mido

    match item:
        case NoteOn():
            return mido.Message(
                "note_on", channel=item.channel, note=item.pitch, velocity=item.velocity, time=ticks
            )
        case NoteOff():
            return mido.Message("note_off", channel=item.channel, note=item.pitch, time=ticks)
        case Controller():
            return mido.Message(
                "control_change", channel=item.channel, control=item.number, value=item.value, time=ticks
            )
