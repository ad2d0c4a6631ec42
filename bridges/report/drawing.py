"""A score as it was drawn, by whatever drew it: one picture for each system, and where the notes are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Head:
    """Where a note is: middle of its head, in the units of its system's picture."""

    system: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class System:
    """``element`` is an <svg>; ``layer`` the group in it that marks go into, on top of the rest."""

    element: Any
    layer: Any
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """``heads`` by index into the score's notes; notes that could not be found are not in it."""

    systems: tuple[System, ...]
    heads: dict[int, Head]
    groups: dict[int, Any]  # the element of each note, to tint it
    step: float  # how far up one note of the scale is: half a staff space
    steps_per_octave: float  # 7 on staves, 12 on a keyboard roll
    shared: str  # markup that all systems need: glyphs, a typeface
    remark: str  # what the reader should know of how it was drawn, or nothing
