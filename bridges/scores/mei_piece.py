"""What an MEI file holds, in exact quarters, and the same in ticks."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from repetiteur.bridges.scores.mei_control import Controls
from repetiteur.bridges.scores.written import (
    TempoMark,
    Written,
    WrittenBar,
    WrittenJump,
    WrittenNote,
    WrittenVolta,
    ticks_for,
)


@dataclass(slots=True)
class MeiBar:
    start: Fraction
    length: Fraction
    label: str
    upper: int
    lower: int
    partial: bool  # it says that it is not a full one


@dataclass(slots=True)
class MeiPiece:
    title: str = ""
    parts: list[str] = field(default_factory=list)
    notes: list[tuple[Fraction, Fraction, WrittenNote]] = field(default_factory=list)  # start, length
    bars: list[MeiBar] = field(default_factory=list)
    repeat_starts: set[Fraction] = field(default_factory=set)
    repeat_ends: set[Fraction] = field(default_factory=set)
    voltas: list[tuple[Fraction, Fraction, tuple[int, ...]]] = field(default_factory=list)
    turns: dict[Fraction, str] = field(default_factory=dict)
    controls: Controls = field(default_factory=Controls)
    named: dict[str, list[WrittenNote]] = field(default_factory=dict)  # by the id of note or chord


def to_written(piece: MeiPiece) -> Written:
    times = [time for start, length, _ in piece.notes for time in (start, length)]
    times += [time for bar in piece.bars for time in (bar.start, bar.length)]
    controls = piece.controls
    per_quarter = ticks_for(times)

    def tick(time: Fraction) -> int:
        return round(time * per_quarter)

    _apply(controls, piece)
    written = Written(piece.title, piece.parts, per_quarter)
    for start, length, note in piece.notes:
        note.tick, note.length = tick(start), tick(length)
        written.notes.append(note)
    written.bars = [
        WrittenBar(tick(bar.start), tick(bar.length), bar.label, bar.upper, bar.lower, bar.partial)
        for bar in piece.bars
    ]
    written.tempi = [TempoMark(tick(at), bpm, words) for at, bpm, words in controls.tempi]
    written.marks = [(tick(at), label) for at, label in controls.marks]
    written.fermatas = {tick(at) for at in controls.fermatas}
    written.turns = {tick(at): what for at, what in piece.turns.items()}
    signs = written.signs
    signs.repeat_starts = {tick(at) for at in piece.repeat_starts}
    signs.repeat_ends = {tick(at): 2 for at in piece.repeat_ends}
    signs.voltas = {WrittenVolta(tick(start), tick(end), numbers) for start, end, numbers in piece.voltas}
    signs.jumps = {
        tick(at): WrittenJump(kind, tick(at), until) for at, (kind, until) in controls.jumps.items()
    }
    signs.segnos = {tick(at) for at in controls.segnos}
    signs.codas = {tick(at) for at in controls.codas}
    signs.to_codas = {tick(at) for at in controls.to_codas}
    signs.fines = {tick(at) for at in controls.fines}
    return written


def _apply(controls: Controls, piece: MeiPiece) -> None:
    """Ties, ornaments and fermatas to the notes they name."""
    for name in controls.tied_on:
        for note in piece.named.get(name, ()):
            note.tied_on = True
    for name in controls.tied_back:
        for note in piece.named.get(name, ()):
            note.tied_back = True
    for name, ornament in controls.ornaments.items():
        for note in piece.named.get(name, ()):
            note.ornament |= int(ornament)
    placed = {(staff, at): ornament for staff, at, ornament in controls.ornaments_at}
    named = {id(note) for name in controls.fermata_ids for note in piece.named.get(name, ())}
    for start, _, note in piece.notes:
        note.ornament |= int(placed.get((note.staff, start), 0))
        if id(note) in named:
            controls.fermatas.add(start)
