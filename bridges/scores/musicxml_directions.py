"""Words, glyphs and <sound> over the staff of MusicXML: tempo, marks and jumps."""

from __future__ import annotations

import re
from typing import Any

from repetiteur.bridges.scores import jump_words
from repetiteur.bridges.scores.musicxml_page import PageJump, PartPage, Place, Sign
from repetiteur.bridges.scores.xml_tree import number
from repetiteur.realtime.signs import JumpKind

_QUARTERS = {
    "long": 16.0, "breve": 8.0, "whole": 4.0, "half": 2.0, "quarter": 1.0,
    "eighth": 0.5, "16th": 0.25, "32nd": 0.125, "64th": 0.0625,
}  # fmt: skip
_BEFORE_JUMPS = ("dacapo", "dalsegno", "segno", "coda", "tocoda", "fine")


def read_direction(direction: Any, place: Place, page: PartPage) -> None:
    words = []
    glyphs = []
    metronome = None
    for kind in direction.findall("direction-type"):
        for child in kind:
            if child.tag == "words" and child.text:
                words.append(" ".join(child.text.split()))
            elif child.tag == "rehearsal" and child.text and child.text.strip():
                page.marks.append((place, child.text.strip()))
            elif child.tag in ("segno", "coda"):
                glyphs.append(child.tag)
            elif child.tag == "metronome":
                metronome = _metronome(child)
    text = " ".join(words).strip()
    sounds = direction.findall("sound")
    if not any(sound.get("tempo") for sound in sounds) and (metronome or text):
        page.tempi.append((place, metronome, text))
    for sound in sounds:
        read_sound(sound, place, text, page)
    if not any(sound.get(name) for sound in sounds for name in _BEFORE_JUMPS):
        _unsounded(text, glyphs, place, page)


def read_sound(sound: Any, place: Place, words: str, page: PartPage) -> None:
    """What a player program would do, in the words of the file itself."""
    tempo = number(sound.get("tempo"))
    if tempo is not None and tempo > 0:
        page.tempi.append((place, tempo, words))
    if sound.get("dacapo") == "yes":
        page.jumps.append(PageJump(place, JumpKind.DA_CAPO, jump_words.until_in(words)))
    if sound.get("dalsegno"):
        page.jumps.append(PageJump(place, JumpKind.DAL_SEGNO, jump_words.until_in(words)))
    for name, sign in (
        ("segno", Sign.SEGNO),
        ("coda", Sign.CODA),
        ("tocoda", Sign.TO_CODA),
        ("fine", Sign.FINE),
    ):
        if sound.get(name) and sound.get(name) != "no":
            page.signs.append((place, sign))
    if sound.get("forward-repeat") == "yes":
        page.signs.append((place, Sign.REPEAT_START))


def _unsounded(words: str, glyphs: list[str], place: Place, page: PartPage) -> None:
    """Signs that are printed only."""
    jump = jump_words.jump_in(words)
    if jump is not None:
        page.jumps.append(PageJump(place, jump, jump_words.until_in(words)))
    elif jump_words.is_fine(words):
        page.signs.append((place, Sign.FINE))
    elif jump_words.is_to_coda(words):
        page.signs.append((place, Sign.TO_CODA))
    elif jump_words.is_coda(words):
        page.signs.append((place, Sign.CODA))
    else:
        for glyph in glyphs:
            if glyph == "segno":
                page.signs.append((place, Sign.SEGNO))
            else:
                page.bare_codas.append(place)


def _metronome(metronome: Any) -> float | None:
    """Quarters per minute of ``dotted quarter = c. 60-66``; None for equations of note values."""
    quarters, dotted, per_minute = 0.0, 0.5, None
    for child in metronome:
        if child.tag == "beat-unit":
            if quarters:
                return None
            quarters = _QUARTERS.get((child.text or "").strip(), 0.0)
            dotted = quarters / 2
        elif child.tag == "beat-unit-dot":
            quarters += dotted
            dotted /= 2
        elif child.tag == "per-minute":
            numbers = [float(found) for found in re.findall(r"\d+(?:\.\d+)?", child.text or "")]
            per_minute = sum(numbers[:2]) / len(numbers[:2]) if numbers else None
    if not quarters or not per_minute or per_minute > 1000:
        return None
    return quarters * per_minute
