"""What stands beside the notes of an MEI measure: tempo, marks, ornaments, ties, jumps."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from repetiteur.bridges.scores import jump_words
from repetiteur.bridges.scores.mei_event import duration
from repetiteur.bridges.scores.ornaments import MEI
from repetiteur.bridges.scores.xml_tree import number, whole
from repetiteur.realtime.score import Ornament
from repetiteur.realtime.signs import JumpKind, Until


@dataclass(slots=True)
class Controls:
    """Filled measure by measure; notes are named by their id, places are quarters."""

    tempi: list[tuple[Fraction, float | None, str]] = field(default_factory=list)
    marks: list[tuple[Fraction, str]] = field(default_factory=list)
    fermatas: set[Fraction] = field(default_factory=set)
    fermata_ids: set[str] = field(default_factory=set)
    ornaments: dict[str, Ornament] = field(default_factory=dict)
    ornaments_at: list[tuple[int, Fraction, Ornament]] = field(default_factory=list)  # staff, place
    tied_on: set[str] = field(default_factory=set)
    tied_back: set[str] = field(default_factory=set)
    jumps: dict[Fraction, tuple[JumpKind, Until]] = field(default_factory=dict)
    segnos: set[Fraction] = field(default_factory=set)
    codas: set[Fraction] = field(default_factory=set)
    to_codas: set[Fraction] = field(default_factory=set)
    fines: set[Fraction] = field(default_factory=set)

    def read(self, element: Any, start: Fraction, end: Fraction, beat_unit: int) -> None:
        """One child of a measure that lasts from ``start`` to ``end``."""
        stamp = number(element.get("tstamp"))
        at = start
        if stamp is not None:
            at = min(
                start + max(Fraction(stamp).limit_denominator(960) - 1, Fraction(0)) * 4 / beat_unit, end
            )
        tag = element.tag
        if tag in MEI:
            self._ornament(element, MEI[tag], at)
        elif tag == "fermata":
            target = _target(element.get("startid"))
            if target:
                self.fermata_ids.add(target)
            else:
                self.fermatas.add(at)
        elif tag == "tie":
            self.tied_on.add(_target(element.get("startid")))
            self.tied_back.add(_target(element.get("endid")))
        elif tag == "tempo":
            self.tempi.append((at, _tempo(element), _words(element)))
        elif tag == "reh" and _words(element):
            self.marks.append((at, _words(element)))
        elif tag in ("dir", "repeatMark"):
            self._jump(element.get("func") or element.get("type") or "", _words(element), start, end)

    def _ornament(self, element: Any, ornament: Ornament, at: Fraction) -> None:
        targets = [_target(found) for found in (element.get("plist") or "").split()]
        targets += [_target(element.get("startid"))] if element.get("startid") else []
        for target in targets:
            self.ornaments[target] = self.ornaments.get(target, Ornament.NONE) | ornament
        if not targets:
            for staff in (element.get("staff") or "1").split():
                self.ornaments_at.append((whole(staff, 1), at, ornament))

    def _jump(self, func: str, words: str, start: Fraction, end: Fraction) -> None:
        kind = func.casefold()
        jump = jump_words.jump_in(words)
        if kind == "dacapo" or jump is JumpKind.DA_CAPO:
            self.jumps[end] = (JumpKind.DA_CAPO, jump_words.until_in(words))
        elif kind == "dalsegno" or jump is JumpKind.DAL_SEGNO:
            self.jumps[end] = (JumpKind.DAL_SEGNO, jump_words.until_in(words))
        elif kind == "fine" or jump_words.is_fine(words):
            self.fines.add(end)
        elif kind == "segno":
            self.segnos.add(start)
        elif jump_words.is_to_coda(words):
            self.to_codas.add(end)
        elif kind == "coda" or jump_words.is_coda(words):
            self.codas.add(start)


def _target(reference: str | None) -> str:
    return (reference or "").removeprefix("#")


def _words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _tempo(element: Any) -> float | None:
    """Quarters a minute, from what the player program is told or from the printed mark."""
    quarters_a_minute = number(element.get("midi.bpm"))
    if quarters_a_minute:
        return quarters_a_minute
    per_minute, unit = number(element.get("mm")), element.get("mm.unit")
    if not per_minute:
        return None
    beat = duration({"dur": unit or "4", "dots": element.get("mm.dots")})
    return per_minute * float(beat) if beat else None
