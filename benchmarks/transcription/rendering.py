"""Performances made to sound by the ``fluidsynth`` program and a soundfont, kept for the next time."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from repetiteur.bridges.midi_files import write_midi
from repetiteur.bridges.planting.strokes import SUSTAIN
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Controller, NoteOff, NoteOn, Performed

RENDERINGS = Path(tempfile.gettempdir()) / "repetiteur-renderings"  # kept: they take a while to make
RATE_HZ = 44_100
GAIN = 0.5  # loud, not clipped
LIMIT_S = 1800.0
PEDALS = (64, 66, 67)


def first_seconds(performed: Sequence[Performed], seconds: float | None) -> tuple[Performed, ...]:
    """The beginning of a performance, on one channel and with nothing but keys and pedals; whatever
    sounds at the end is let go there."""
    kept = [_plain(item) for item in performed if seconds is None or item.t_s < seconds]
    kept = [item for item in kept if not isinstance(item, Controller) or item.number in PEDALS]
    end_s = seconds if seconds is not None else max((item.t_s for item in kept), default=0.0)
    down: set[int] = set()
    for item in kept:
        if isinstance(item, NoteOn):
            down.add(item.pitch)
        elif isinstance(item, NoteOff):
            down.discard(item.pitch)
    return (*kept, *(NoteOff(end_s, pitch) for pitch in sorted(down)), Controller(end_s, SUSTAIN, 0))


def render(performed: Sequence[Performed], soundfont: Path, folder: Path) -> Path:
    """A FLAC file of it in ``folder``, stereo. The same performance and soundfont are rendered once."""
    program = shutil.which("fluidsynth")
    if program is None:
        raise InputError("fluidsynth", "the program is not installed", "install it (apt install fluidsynth)")
    if not soundfont.is_file():
        raise InputError(str(soundfont), "no such soundfont", "name a .sf2 or .sf3 file")
    place = folder / f"{_name(performed, soundfont)}.flac"
    if place.exists():
        return place
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(str(folder), f"cannot be made: {error.strerror}", "name another folder") from None
    beside = folder / f"{place.stem}-{os.getpid()}"
    midi, sound = beside.with_suffix(".mid"), beside.with_suffix(".flac")
    try:
        write_midi(midi, performed)
        command = [program, "-n", "-i", "-q", "-r", str(RATE_HZ), "-g", str(GAIN), "-T", "flac", "-O", "s16"]
        done = subprocess.run(
            [*command, "-F", str(sound), str(soundfont), str(midi)],
            capture_output=True, text=True, timeout=LIMIT_S, check=False,
        )  # fmt: skip
        if done.returncode or not sound.exists():
            why = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
            raise InputError(str(soundfont), f"fluidsynth failed: {why[-1]}", "try another soundfont")
        os.replace(sound, place)
    finally:
        for left in (midi, sound):
            with suppress(OSError):
                left.unlink()
    return place


def _plain(item: Performed) -> Performed:
    """On the first channel, which is a piano's."""
    match item:
        case NoteOn():
            return NoteOn(item.t_s, item.pitch, item.velocity)
        case NoteOff():
            return NoteOff(item.t_s, item.pitch)
        case Controller():
            return Controller(item.t_s, item.number, item.value)


def _name(performed: Sequence[Performed], soundfont: Path) -> str:
    said = f"{soundfont.name} {soundfont.stat().st_size} {RATE_HZ} {GAIN}\n" + "\n".join(map(repr, performed))
    return hashlib.sha256(said.encode()).hexdigest()[:24]
