"""Something played, whatever it was kept as: a MIDI file, a journal or sound, told apart by content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from repetiteur.realtime.errors import InputError
from repetiteur.realtime.events import Event
from repetiteur.realtime.inputs import Input
from repetiteur.realtime.timeline import with_ticks

if TYPE_CHECKING:
    from repetiteur.realtime.hearing.ears import Ears

SOUND_BLOCK_S = 0.01  # the ears take it in such pieces, as from a device
_SOUND = (b"fLaC", b"OggS", b"ID3", b"FORM", b"RF64", b"riff", b"caff", b".snd")  # how files of sound begin


@dataclass(frozen=True, slots=True)
class Played:
    """Ready to be given to an engine, once."""

    inputs: Iterator[Input]  # with the ticks between them
    end_s: float | None  # where it is known beforehand
    trouble: Callable[[], str]  # to be asked for afterwards: what was wrong with the file


@contextmanager
def open_played(path: Path, make_ears: Callable[[], Ears]) -> Iterator[Played]:
    """The performance in this file; ``make_ears`` is called for sound alone. Raises InputError."""
    from repetiteur.bridges.journal import is_journal
    from repetiteur.bridges.performances import read_performance

    if is_journal(path):
        yield Played(_journalled(path), None, str)
    elif _is_sound(path):
        with _heard(path, make_ears) as played:
            yield played
    else:
        performed = read_performance(path)
        yield Played(with_ticks(performed), performed[-1].t_s, str)


@contextmanager
def _heard(path: Path, make_ears: Callable[[], Ears]) -> Iterator[Played]:
    from repetiteur.bridges.sound_files import SoundFile
    from repetiteur.realtime.hearing.as_inputs import inputs_of_sound

    with SoundFile(path) as file:
        ears = make_ears()
        ears.warm_up(file.rate_hz)
        chunks = file.chunks(max(1, round(file.rate_hz * SOUND_BLOCK_S)))
        inputs = with_ticks(inputs_of_sound(ears, chunks))
        yield Played(inputs, file.duration_s, lambda: file.trouble)


def _is_sound(path: Path) -> bool:
    """What is neither sound nor MIDI is left to the reader of MIDI files to refuse."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except (OSError, ValueError):
        return False
    if head[:4] == b"MThd" or not head:
        return False
    if head[:4] == b"RIFF":
        return head[8:12] != b"RMID"
    return head.startswith(_SOUND) or (head[0] == 0xFF and head[1:2] >= b"\xe0")  # a frame of MP3


def _journalled(path: Path) -> Iterator[Input]:
    """The inputs of a journal, as they were."""
    from repetiteur.bridges.journal import ScoreFile, read_journal

    entries = list(read_journal(path))
    if sum(isinstance(entry, ScoreFile) for entry in entries) > 1:
        remedy = "give a journal of one score, or replay the journal alone"
        raise InputError(str(path), "the score was changed during this session", remedy)
    return (entry for entry in entries if not isinstance(entry, Event | ScoreFile))
