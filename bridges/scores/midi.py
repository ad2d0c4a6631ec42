"""MIDI files read as scores: tracks are parts, bars follow from the time signatures.

Read directly rather than through partitura, which spells, ties and looks for tuplets
(none of which a follower needs) and stops at what it cannot draw. Ids are those that
partitura gives: n0, n1 ... by track, then channel, then the order in which notes end.
"""

from __future__ import annotations

import io
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from repetiteur.bridges.scores.doubts import FILE, Doubts
from repetiteur.bridges.scores.opening import Source
from repetiteur.bridges.scores.written import TempoMark, Written, WrittenBar, WrittenNote
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.score import NoteKind

MOST_BARS = 20_000
GRID_PER_QUARTER = 48  # triplets of 64ths and everything coarser
ON_GRID_SHARE = 0.98  # of the onsets, for a file to count as written rather than played
CHORD_Q = 0.04  # onsets of a played file that close are one chord
DRUMS = 9


@dataclass(slots=True)
class _Track:
    name: str = ""
    notes: dict[int, list[WrittenNote]] = field(default_factory=lambda: defaultdict(list))  # by channel
    metres: list[tuple[int, int, int]] = field(default_factory=list)
    tempi: list[TempoMark] = field(default_factory=list)
    labels: list[tuple[int, str]] = field(default_factory=list)
    end: int = 0


def read_midi(source: Source, doubts: Doubts) -> Written:
    file = _parse(source)
    if file.ticks_per_beat <= 0 or file.ticks_per_beat & 0x8000:
        raise InputError(source.where, "it counts in film frames, not in beats", "export it with a tempo map")
    tracks = [_read_track(number, track, doubts) for number, track in enumerate(file.tracks)]
    sounding = [track for track in tracks if track.notes]
    written = Written(source.path.stem, [], file.ticks_per_beat)
    if not sounding:
        return written
    count = drums = 0
    for part, track in enumerate(sounding):
        written.parts.append(track.name or f"Track {part + 1}")
        for channel in sorted(track.notes):
            for note in track.notes[channel]:
                note.part, note.id = part, f"n{count}"
                count += 1
                if channel == DRUMS:
                    drums += 1
                else:
                    written.notes.append(note)
    if drums:
        doubts.add(FILE, f"{drums} drum notes (channel 10) are left out")
    title = next((track.name for track in tracks if track.name), "")
    written.title = title if len(title) > 2 and not tracks[0].notes else source.path.stem
    written.tempi = [mark for track in tracks for mark in track.tempi]
    written.marks = [label for track in tracks for label in track.labels]
    if written.notes:
        _align_chords(written, doubts)
    metres = sorted({metre for track in tracks for metre in track.metres})
    _draw_bars(written, metres, max(track.end for track in sounding), source, doubts)
    return written


def _parse(source: Source) -> Any:
    import mido

    try:
        return mido.MidiFile(file=io.BytesIO(source.content), clip=True)
    except Exception as error:  # the parser raises whatever its innards stumble over
        why = str(error) or "it breaks off"
        problem = f"not a complete MIDI file: {why}"
        raise InputError(source.where, problem, "use a complete copy, or export it again") from None


def _read_track(number: int, messages: Any, doubts: Doubts) -> _Track:
    track = _Track(messages.name.strip())
    held: dict[tuple[int, int], int] = {}  # channel, key -> tick
    tick = 0
    for message in messages:
        tick += message.time
        match message.type:
            case "note_on" if message.velocity > 0:
                held[(message.channel, message.note)] = tick
            case "note_on" | "note_off":
                start = held.pop((message.channel, message.note), None)
                if start is not None:
                    _add(track, start, tick, message.channel, message.note)
                    track.end = max(track.end, tick)
            case "time_signature":
                track.metres.append((tick, message.numerator, message.denominator))
            case "set_tempo" if message.tempo > 0:
                track.tempi.append(TempoMark(tick, 60e6 / message.tempo))
            case "marker" if message.text.strip():
                track.labels.append((tick, message.text.strip()))
    if held:
        doubts.add(FILE, f"{len(held)} notes of track {number + 1} never end and are left out", serious=True)
    return track


def _add(track: _Track, start: int, end: int, channel: int, pitch: int) -> None:
    kind = NoteKind.PLAIN if end > start else NoteKind.GRACE
    track.notes[channel].append(WrittenNote(0, start, end - start, pitch, voice=channel + 1, kind=kind))


def _align_chords(written: Written, doubts: Doubts) -> None:
    """In a file that was played rather than written, onsets a hair apart become one."""
    step = written.ticks_per_quarter / GRID_PER_QUARTER
    onsets = sorted({note.tick for note in written.notes})
    on_grid = sum(abs(tick / step - round(tick / step)) * step <= 0.5 for tick in onsets)
    if on_grid >= ON_GRID_SHARE * len(onsets):
        return
    widest = CHORD_Q * written.ticks_per_quarter
    moved: dict[int, int] = {}
    first = onsets[0]
    for tick in onsets:
        if tick - first > widest:
            first = tick
        moved[tick] = first
    shifted = 0
    for note in written.notes:
        target = moved[note.tick]
        shifted += target != note.tick
        note.length += note.tick - target
        note.tick = target
    what = "onsets are not on a grid, the file looks played rather than written"
    doubts.add(FILE, f"{what}; {shifted} of {len(written.notes)} were moved a hair so that chords meet")


def _draw_bars(
    written: Written, metres: list[tuple[int, int, int]], end: int, source: Source, doubts: Doubts
) -> None:
    """Bars of the time signatures, cut short where a new one begins."""
    changes = deque((tick, upper, lower) for tick, upper, lower in metres if upper and lower)
    upper, lower, tick = 4, 4, 0
    changed = False
    while tick < end or not written.bars:
        while changes and changes[0][0] <= tick:
            _, upper, lower = changes.popleft()
            changed = True
        length = max(upper * 4 * written.ticks_per_quarter // lower, 1)
        if changes and changes[0][0] < tick + length:
            length = changes[0][0] - tick
        marked = changed or (not written.bars and bool(metres) and metres[0][0] == 0)
        written.bars.append(
            WrittenBar(
                tick, length, str(len(written.bars) + 1), upper if marked else 0, lower if marked else 0
            )
        )
        changed = False
        tick += length
        if len(written.bars) > MOST_BARS:
            problem = f"more than {MOST_BARS} bars: a stray event or a broken time signature"
            raise InputError(source.where, problem, "export it again")
