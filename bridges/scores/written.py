"""What every reader of a score file delivers: the page, in whole ticks, before it is understood.

Readers fill these; ``assembly`` turns them into the Score. Ticks count from the start as
written, so positions compare exactly whatever the file counts in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

from repetiteur.realtime.score import NoteKind
from repetiteur.realtime.signs import JumpKind, Until

MOST_TICKS_PER_QUARTER = 10_000_000


@dataclass(slots=True)
class WrittenNote:
    """One printed note head. ``pitch`` is the sounding one."""

    part: int
    tick: int
    length: int  # ticks; 0 for grace notes
    pitch: int
    id: str | None = None
    staff: int = 1
    voice: int = 1
    kind: NoteKind = NoteKind.PLAIN
    ornament: int = 0  # Ornament flags
    grace_order: int = 0
    tied_on: bool = False  # a tie starts here
    tied_back: bool = False  # a tie ends here


@dataclass(slots=True)
class WrittenBar:
    tick: int
    length: int  # ticks
    label: str
    upper: int = 0  # 0: as before
    lower: int = 0
    implicit: bool = False  # not counted as a bar of its own: pickups, halves of a divided bar


@dataclass(frozen=True, slots=True)
class TempoMark:
    """``quarter_bpm`` is None where there are words only."""

    tick: int
    quarter_bpm: float | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class WrittenVolta:
    start_tick: int
    end_tick: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WrittenJump:
    kind: JumpKind
    tick: int
    until: Until


@dataclass(slots=True)
class WrittenSigns:
    """Positions in ticks; the same sign in several parts appears once."""

    repeat_starts: set[int] = field(default_factory=set)
    repeat_ends: dict[int, int] = field(default_factory=dict)  # tick -> times altogether
    voltas: set[WrittenVolta] = field(default_factory=set)
    jumps: dict[int, WrittenJump] = field(default_factory=dict)
    segnos: set[int] = field(default_factory=set)
    to_codas: set[int] = field(default_factory=set)
    codas: set[int] = field(default_factory=set)
    fines: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Written:
    title: str
    parts: list[str]
    ticks_per_quarter: int
    notes: list[WrittenNote] = field(default_factory=list)
    bars: list[WrittenBar] = field(default_factory=list)
    tempi: list[TempoMark] = field(default_factory=list)
    fermatas: set[int] = field(default_factory=set)
    marks: list[tuple[int, str]] = field(default_factory=list)
    turns: dict[int, str] = field(default_factory=dict)  # tick -> "page" or "system"
    signs: WrittenSigns = field(default_factory=WrittenSigns)


def ticks_for(times: Iterable[Fraction]) -> int:
    """Ticks per quarter that hold all of these quarters exactly (nearly, for a freak of a file)."""
    ticks = 1
    for denominator in {time.denominator for time in times}:
        ticks = lcm(ticks, denominator)
        if ticks > MOST_TICKS_PER_QUARTER:
            return MOST_TICKS_PER_QUARTER
    return ticks
