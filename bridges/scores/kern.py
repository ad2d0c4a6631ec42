"""Humdrum kern, read directly: row by row, each spine a part, what splits off it a voice.

Read without partitura, which leaves out its repeats, ornaments, fermatas and chord ties.
Kern is written at sounding pitch. Ids name the place in the file as Verovio does:
``note-L12F3`` is line 12, field 3; notes of a chord are ``S1``, ``S2`` of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from repetiteur.bridges.scores.doubts import FILE, Doubts
from repetiteur.bridges.scores.kern_token import KernNote, read_notes
from repetiteur.bridges.scores.opening import Source
from repetiteur.bridges.scores.written import TempoMark, Written, WrittenBar, WrittenNote, ticks_for
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.score import NoteKind

_METRE = re.compile(r"^\*M(\d+)/(\d+)")
_TEMPO = re.compile(r"^\*MM(\d+(?:\.\d+)?)")


@dataclass(slots=True)
class _Spine:
    """Those that split off share ``part``."""

    kern: bool
    part: int
    staff: int = 1
    voice: int = 1
    until: Fraction = Fraction(0)  # when its sounding token ends


@dataclass(slots=True)
class _Bar:
    start: Fraction
    label: str = ""
    upper: int = 0
    lower: int = 0


@dataclass(slots=True)
class _Found:
    """A note at an exact time."""

    start: Fraction
    length: Fraction
    note: WrittenNote


@dataclass(slots=True)
class _Piece:
    names: dict[int, str] = field(default_factory=dict)
    title: str = ""
    notes: list[_Found] = field(default_factory=list)
    bars: list[_Bar] = field(default_factory=lambda: [_Bar(Fraction(0))])
    tempi: list[tuple[Fraction, float | None, str]] = field(default_factory=list)
    fermatas: set[Fraction] = field(default_factory=set)
    repeat_starts: set[Fraction] = field(default_factory=set)
    repeat_ends: set[Fraction] = field(default_factory=set)
    marks: list[tuple[Fraction, str]] = field(default_factory=list)
    parts: int = 0
    end: Fraction = Fraction(0)


def read_kern(source: Source, doubts: Doubts) -> Written:
    text = source.content.decode("utf-8", "replace")
    reader = _Reader(source.where, doubts)
    for number, line in enumerate(text.splitlines(), 1):
        reader.line(number, line)
    return _written(reader.piece, source)


class _Reader:
    """Keeps the spines and the time while rows go by."""

    def __init__(self, where: str, doubts: Doubts) -> None:
        self.piece = _Piece()
        self._where = where
        self._doubts = doubts
        self._spines: list[_Spine] = []
        self._now = Fraction(0)
        self._grace_order: dict[tuple[int, int], int] = {}

    def line(self, number: int, line: str) -> None:
        if line.startswith("!!!OTL") and ":" in line:
            self.piece.title = self.piece.title or line.partition(":")[2].strip()
        elif line.startswith("!!!OMD") and ":" in line:
            self.piece.tempi.append((self._now, None, line.partition(":")[2].strip()))
        if not line.strip() or line.startswith("!"):
            return
        fields = line.split("\t")
        if fields[0].startswith("**"):
            self._begin(fields)
        elif len(fields) != len(self._spines):
            problem = f"line {number} has {len(fields)} fields where {len(self._spines)} spines run"
            raise InputError(self._where, problem, "mend that line")
        elif fields[0].startswith("*"):
            self._interpret(fields)
        elif fields[0].startswith("="):
            self._barline(fields[0])
        else:
            self._data(number, fields)

    def _begin(self, fields: list[str]) -> None:
        for name in fields:
            kern = name == "**kern"
            self._spines.append(_Spine(kern, self.piece.parts if kern else -1, until=self._now))
            self.piece.parts += kern

    def _interpret(self, fields: list[str]) -> None:
        for spine, token in zip(self._spines, fields, strict=True):
            if spine.kern:
                self._tandem(spine, token)
        if any(token in ("*^", "*v", "*x", "*-", "*+") for token in fields):
            self._spines = _rearranged(self._spines, fields)

    def _tandem(self, spine: _Spine, token: str) -> None:
        piece = self.piece
        if metre := _METRE.match(token):
            piece.bars[-1].upper, piece.bars[-1].lower = int(metre[1]), int(metre[2])
        elif tempo := _TEMPO.match(token):
            piece.tempi.append((self._now, float(tempo[1]), ""))
        elif token.startswith('*I"') and len(token) > 3:
            piece.names.setdefault(spine.part, token[3:])
        elif token.startswith("*staff") and token[6:].isdecimal():
            spine.staff = int(token[6:])
        elif token.startswith("*>["):
            self._doubts.add(FILE, f"the expansion list {token[1:]} is not used; repeat signs are")
        elif token.startswith("*>") and len(token) > 2 and (self._now, token[2:]) not in piece.marks:
            piece.marks.append((self._now, token[2:]))

    def _barline(self, token: str) -> None:
        piece = self.piece
        if re.search(r":[|!]", token):
            piece.repeat_ends.add(self._now)
        if re.search(r"[|!]:", token):
            piece.repeat_starts.add(self._now)
        if ";" in token:
            piece.fermatas.add(self._now)
        number = re.match(r"=+(\d+[a-z]?)", token)
        if piece.bars[-1].start == self._now:
            piece.bars[-1].label = number[1] if number else piece.bars[-1].label
        else:
            piece.bars.append(_Bar(self._now, number[1] if number else ""))

    def _data(self, number: int, fields: list[str]) -> None:
        """Notes of one instant; then time moves on to where the first of the spines ends."""
        only_graces = False
        for place, (spine, token) in enumerate(zip(self._spines, fields, strict=True), 1):
            if not spine.kern or token == ".":
                continue
            heads = read_notes(token)
            if not heads:
                self._doubts.add(f"line {number}", f"'{token}' is not understood and left out", serious=True)
                continue
            if heads[0].grace:
                only_graces = True
            else:
                spine.until = max(self._now + heads[0].duration, self._now)
                self._grace_order.pop((spine.part, spine.voice), None)
            for count, head in enumerate(heads, 1):
                self._add(head, spine, f"note-L{number}F{place}" + (f"S{count}" if len(heads) > 1 else ""))
            if heads[0].grace:
                run = (spine.part, spine.voice)
                self._grace_order[run] = self._grace_order.get(run, 0) + 1
        ends = [spine.until for spine in self._spines if spine.kern and spine.until > self._now]
        if ends and not only_graces:
            self._now = min(ends)
        self.piece.end = max([self.piece.end, self._now, *ends])

    def _add(self, head: KernNote, spine: _Spine, name: str) -> None:
        if head.fermata:
            self.piece.fermatas.add(self._now)
        if head.pitch is None:
            return
        note = WrittenNote(
            part=spine.part,
            tick=0,
            length=0,
            pitch=head.pitch,
            id=name,
            staff=spine.staff,
            voice=spine.voice,
            kind=NoteKind.GRACE if head.grace else NoteKind.PLAIN,
            ornament=head.ornament,
            grace_order=self._grace_order.get((spine.part, spine.voice), 0) if head.grace else 0,
            tied_on=head.tied_on,
            tied_back=head.tied_back,
        )
        self.piece.notes.append(_Found(self._now, Fraction(0) if head.grace else head.duration, note))


def _rearranged(spines: list[_Spine], tokens: list[str]) -> list[_Spine]:
    """Spines after a row of splits, joins, exchanges and ends."""
    after: list[_Spine] = []
    joined: _Spine | None = None
    exchanged: int | None = None
    for spine, token in zip(spines, tokens, strict=True):
        if token == "*v" and joined is not None and joined.part == spine.part:
            joined.until = max(joined.until, spine.until)
            continue
        joined = spine if token == "*v" else None
        if token == "*-":
            continue
        after.append(spine)
        if token == "*^":
            after.append(_Spine(spine.kern, spine.part, spine.staff, spine.voice + 1, spine.until))
        elif token == "*+":
            after.append(_Spine(False, -1))
        elif token == "*x":
            if exchanged is None:
                exchanged = len(after) - 1
            else:
                after[exchanged], after[-1] = after[-1], after[exchanged]
                exchanged = None
    return after


def _written(piece: _Piece, source: Source) -> Written:
    times = [found.start for found in piece.notes] + [found.length for found in piece.notes]
    times += [bar.start for bar in piece.bars] + [piece.end]
    ticks = ticks_for(times)

    def tick(time: Fraction) -> int:
        return round(time * ticks)

    names = [piece.names.get(part, f"Spine {part + 1}") for part in range(piece.parts)]
    written = Written(piece.title or source.path.stem, names, ticks)
    for found in piece.notes:
        found.note.tick, found.note.length = tick(found.start), tick(found.length)
        written.notes.append(found.note)
    bars = [bar for bar in piece.bars if bar.start < piece.end]
    if not bars:
        return written
    ends = [bar.start for bar in bars[1:]] + [piece.end]
    numbered = next((int(bar.label) for bar in bars if bar.label.isdecimal()), 1)
    for k, (bar, end) in enumerate(zip(bars, ends, strict=True)):
        label = bar.label or (str(max(numbered - 1, 0)) if k == 0 and len(bars) > 1 else str(k + 1))
        written.bars.append(WrittenBar(tick(bar.start), tick(end - bar.start), label, bar.upper, bar.lower))
    written.tempi = [TempoMark(tick(time), bpm, words) for time, bpm, words in piece.tempi]
    written.fermatas = {tick(time) for time in piece.fermatas}
    written.marks = [(tick(time), label) for time, label in piece.marks]
    written.signs.repeat_starts = {tick(time) for time in piece.repeat_starts}
    written.signs.repeat_ends = {tick(time): 2 for time in piece.repeat_ends}
    return written
