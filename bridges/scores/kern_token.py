"""One data token of Humdrum kern: ``[8.ee-T;`` and its like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from repetiteur.bridges.scores.ornaments import KERN
from repetiteur.realtime.score import Ornament

_STEPS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_PITCH = re.compile(r"([a-gA-G])\1*")
_ACCIDENTAL = re.compile(r"(#+|-+|n)?")
_DURATION = re.compile(r"(\d+)(?:%(\d+))?(\.*)")


@dataclass(frozen=True, slots=True)
class KernNote:
    """``pitch`` None: a rest. ``duration`` in quarters."""

    pitch: int | None
    duration: Fraction
    grace: bool
    tied_on: bool
    tied_back: bool
    ornament: int
    fermata: bool


def read_notes(token: str) -> list[KernNote]:
    """The notes of a token, several in a chord; empty if it is not understood."""
    heads = []
    duration: Fraction | None = None
    for subtoken in token.split():
        grace = "q" in subtoken or "Q" in subtoken
        found = _duration(subtoken)
        duration = found if found is not None else duration
        if duration is None and not grace:
            continue
        rest = "r" in subtoken
        pitch = None if rest else _pitch(subtoken)
        if pitch is None and not rest:
            continue
        ornament = Ornament.NONE
        for letter in subtoken:
            ornament |= KERN.get(letter, Ornament.NONE)
        heads.append(
            KernNote(
                pitch=pitch,
                duration=duration or Fraction(0),
                grace=grace,
                tied_on="[" in subtoken or "_" in subtoken,
                tied_back="]" in subtoken or "_" in subtoken,
                ornament=int(ornament),
                fermata=";" in subtoken,
            )
        )
    return heads


def _duration(subtoken: str) -> Fraction | None:
    """Quarters of ``4``, ``8.``, ``0`` (two whole notes), ``3%2`` (two thirds of a whole note)."""
    found = _DURATION.search(subtoken)
    if found is None:
        return None
    digits, above, dots = found[1], int(found[2] or 1), len(found[3])
    if set(digits) == {"0"}:
        base = Fraction(4 * 2 ** len(digits[:4]))
    else:
        base = Fraction(4 * above, int(digits[:6]))
    return base * (2 - Fraction(1, 2 ** min(dots, 8)))


def _pitch(subtoken: str) -> int | None:
    found = _PITCH.search(subtoken)
    if found is None:
        return None
    letter, count = found[1], len(found[0])
    octave = 3 + count if letter.islower() else 4 - count
    accidental = _ACCIDENTAL.match(subtoken, found.end())
    signs = accidental[0] if accidental else ""
    alter = signs.count("#") - signs.count("-")
    pitch = 12 * (octave + 1) + _STEPS[letter.lower()] + alter
    return pitch if 0 <= pitch <= 127 else None
