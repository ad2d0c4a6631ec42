"""What one part of a MusicXML file holds, each thing at (bar index, ticks into that bar)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from repetiteur.bridges.scores.written import WrittenNote
from repetiteur.realtime.signs import JumpKind, Until

Place = tuple[int, int]


class Sign(StrEnum):
    REPEAT_START = "repeat_start"
    SEGNO = "segno"
    CODA = "coda"
    TO_CODA = "to_coda"
    FINE = "fine"


@dataclass(slots=True)
class PageBar:
    label: str
    implicit: bool
    length: int = 0  # ticks that this part fills
    upper: int = 0  # 0: as before
    lower: int = 0


@dataclass(frozen=True, slots=True)
class PageJump:
    place: Place
    kind: JumpKind
    until: Until


@dataclass(frozen=True, slots=True)
class PageEnding:
    """The start or the stop of an ending bracket."""

    place: Place
    starts: bool
    numbers: tuple[int, ...]


@dataclass(slots=True)
class PartPage:
    bars: list[PageBar] = field(default_factory=list)
    notes: list[tuple[int, WrittenNote]] = field(default_factory=list)  # bar; ``tick`` counts in the bar
    heads: list[tuple[int, int, int, WrittenNote | None]] = field(default_factory=list)  # see note_ids
    tempi: list[tuple[Place, float | None, str]] = field(default_factory=list)
    fermatas: list[Place] = field(default_factory=list)
    marks: list[tuple[Place, str]] = field(default_factory=list)
    turns: list[tuple[Place, str]] = field(default_factory=list)
    signs: list[tuple[Place, Sign]] = field(default_factory=list)
    repeat_ends: list[tuple[Place, int]] = field(default_factory=list)
    jumps: list[PageJump] = field(default_factory=list)
    endings: list[PageEnding] = field(default_factory=list)
    bare_codas: list[Place] = field(default_factory=list)  # the glyph alone, either end of the jump
