"""Notes, chords and rests of MEI: how long they last and how they sound."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from repetiteur.bridges.scores.xml_tree import whole

XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_STEPS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_ACCIDENTALS = {
    "s": 1, "ss": 2, "x": 2, "ts": 3, "xs": 3, "sx": 3,
    "f": -1, "ff": -2, "tf": -3, "n": 0, "ns": 1, "nf": -1,
}  # fmt: skip
_LONG = {"maxima": Fraction(32), "long": Fraction(16), "breve": Fraction(8)}
_SHARPS = "fcgdaeb"


def duration(element: Any) -> Fraction | None:
    """Quarters, before tuplets; None if it does not say."""
    text = element.get("dur")
    if text in _LONG:
        base = _LONG[text]
    else:
        value = whole(text, 0)
        if not 1 <= value <= 4096:
            return None
        base = Fraction(4, value)
    return base * (2 - Fraction(1, 2 ** min(max(whole(element.get("dots"), 0), 0), 8)))


def pulses_per_quarter(score: Any) -> Fraction:
    """What ``dur.ges="8p"`` and ``dur.ppq`` count in: told by the file, or by a note that has both."""
    for element in score.iter("scoreDef", "staffDef"):
        if whole(element.get("ppq"), 0) > 0:
            return Fraction(whole(element.get("ppq"), 1))
    for element in score.iter("note", "rest", "chord"):
        pulses, printed = _pulses(element), duration(element)
        if pulses and printed and element.getparent().tag != "tuplet":
            return pulses / printed
    return Fraction(1)


def pulsed_duration(element: Any, per_quarter: Fraction) -> Fraction | None:
    """Quarters of an element that has no printed duration, tuplets applied."""
    pulses = _pulses(element)
    return pulses / per_quarter if pulses else None


def _pulses(element: Any) -> Fraction | None:
    count = whole(element.get("dur.ppq") or (element.get("dur.ges") or "").removesuffix("p"), 0)
    return Fraction(count) if count > 0 else None


class Accidentals:
    """Which keys are altered where, for files that write only what is printed."""

    def __init__(self, spelled_out: bool) -> None:
        self._spelled_out = spelled_out  # every sounding accidental is in the file
        self._signature: dict[str, int] = {}
        self._in_bar: dict[tuple[int, str, int], int] = {}

    def signature(self, sig: str | None) -> None:
        """``2s``, ``3f``, ``0``."""
        if not sig:
            return
        count = min(whole(sig[:-1], 0), 7)
        if sig.endswith("s"):
            self._signature = {letter: 1 for letter in _SHARPS[:count]}
        elif sig.endswith("f"):
            self._signature = {letter: -1 for letter in reversed(_SHARPS[7 - count :])}
        elif sig == "0":
            self._signature = {}

    def barline(self) -> None:
        self._in_bar.clear()

    def pitch(self, note: Any, staff: int) -> int | None:
        """Sounding MIDI pitch before transposition; None if the note has none."""
        letter = (note.get("pname") or "").lower()
        octave = whole(note.get("oct.ges"), whole(note.get("oct"), -99))
        if letter not in _STEPS or octave == -99:
            return None
        alter = self._alter(note, staff, letter, octave)
        return 12 * (octave + 1) + _STEPS[letter] + alter

    def _alter(self, note: Any, staff: int, letter: str, octave: int) -> int:
        child = note.find("accid")
        for holder in (note, child):
            for name in ("accid.ges", "accid"):
                sign = holder.get(name) if holder is not None else None
                if sign in _ACCIDENTALS:
                    if name == "accid":
                        self._in_bar[(staff, letter, octave)] = _ACCIDENTALS[sign]
                    return _ACCIDENTALS[sign]
        if self._spelled_out:
            return 0
        return self._in_bar.get((staff, letter, octave), self._signature.get(letter, 0))
