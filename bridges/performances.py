"""Performances from MIDI files: what was played, in the order and at the times it was played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Controller, NoteOff, NoteOn, Performed

if TYPE_CHECKING:
    import mido

Message = Any  # of mido, which gives its messages their attributes as it reads them

LARGEST_BYTES = 16_000_000  # a day of piano playing is smaller
DEFAULT_TEMPO_US = 500_000  # per quarter, what MIDI files mean when they say nothing


def read_performance(path: str | Path) -> tuple[Performed, ...]:
    """Notes and controllers of all tracks in time order, seconds from the start of the file.

    The tempo map is followed; a note-on of velocity 0 is a note-off; at one instant the
    order of the file is kept. Raises ``InputError`` on whatever is not a playable file.
    """
    path = Path(path)
    _look_at(path)
    midi = _parse(path)
    messages = sorted(_ticked(midi), key=lambda timed: timed[0])
    seconds = _Seconds(midi.ticks_per_beat)
    performed: list[Performed] = []
    for tick, message in messages:
        if message.type == "set_tempo":
            seconds.change(tick, message.tempo)
        elif (item := _performed(message, seconds.at(tick))) is not None:
            performed.append(item)
    if not any(isinstance(item, NoteOn) for item in performed):
        raise InputError(str(path), "no notes in this MIDI file", "give a file with at least one played note")
    return tuple(performed)


def _look_at(path: Path) -> None:
    """What can be told without reading the file whole."""
    where = str(path)
    try:
        if path.is_dir():
            raise InputError(where, "this is a folder", "give the MIDI file itself")
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4)
    except FileNotFoundError:
        raise InputError(where, "no such file", "check the spelling and the folder") from None
    except (OSError, ValueError) as error:
        raise InputError(where, f"cannot be read ({error})", "check the path and its permissions") from None
    if size == 0:
        raise InputError(where, "the file is empty", "save or copy it again")
    if head == b"RIFF":
        raise InputError(where, "a MIDI file wrapped in RIFF", "save it as a standard MIDI file (.mid)")
    if head != b"MThd":
        raise InputError(where, "not a MIDI file", "give a standard MIDI file (.mid) as the performance")
    if size > LARGEST_BYTES:
        limit = f"{LARGEST_BYTES // 1_000_000} MB"
        raise InputError(where, f"{size / 1e6:.0f} MB is too large for a performance (at most {limit})",
                         "give one piece per file")  # fmt: skip


def _parse(path: Path) -> mido.MidiFile:
    import mido

    where = str(path)
    try:
        midi = mido.MidiFile(path)
    except EOFError:
        raise InputError(where, "the MIDI file breaks off in the middle", "save or copy it again") from None
    except Exception as error:  # the parser raises whatever its innards stumble over
        what = str(error) or type(error).__name__
        raise InputError(where, f"the MIDI file is damaged ({what})", "save it again") from None
    if midi.type == 2:
        raise InputError(where, "independent sequences in one file (MIDI type 2)", "save it as type 0 or 1")
    if midi.ticks_per_beat <= 0:
        raise InputError(where, "times in film frames instead of beats", "save it with ticks per quarter")
    return midi


def _ticked(midi: mido.MidiFile) -> Iterator[tuple[int, Message]]:
    """Every message with its tick from the start. Tempo first where the tick is the same."""
    for wanted in (True, False):
        for track in midi.tracks:
            tick = 0
            for message in track:
                tick += message.time
                if (message.type == "set_tempo") is wanted:
                    yield tick, message


class _Seconds:
    """The tempo map as it unrolls. Ticks are asked for in rising order."""

    def __init__(self, ticks_per_quarter: int) -> None:
        self._per_quarter = ticks_per_quarter
        self._tempo_us = DEFAULT_TEMPO_US
        self._since_tick = 0
        self._since_s = 0.0

    def change(self, tick: int, tempo_us: int) -> None:
        if tempo_us == self._tempo_us:
            return
        self._since_s += self._tempo_us * (tick - self._since_tick) / (1e6 * self._per_quarter)
        self._since_tick, self._tempo_us = tick, tempo_us

    def at(self, tick: int) -> float:
        return self._since_s + (tick - self._since_tick) * (self._tempo_us / (self._per_quarter * 10**6))


def _performed(message: Message, t_s: float) -> Performed | None:
    match message.type:
        case "note_on" if message.velocity > 0:
            return NoteOn(t_s, message.note, message.velocity, message.channel)
        case "note_on" | "note_off":
            return NoteOff(t_s, message.note, message.channel)
        case "control_change":
            return Controller(t_s, message.control, message.value, message.channel)
    return None
