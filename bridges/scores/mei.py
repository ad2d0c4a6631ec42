"""MEI, read directly: measure by measure, staff by staff, layer by layer.

Read without partitura, which stops at the first element it does not draw (grace groups,
tremolos, measure spaces) and leaves out ornaments, fermatas, tempi and tie attributes.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from repetiteur.bridges.scores.doubts import FILE, Doubts
from repetiteur.bridges.scores.jump_words import volta_numbers
from repetiteur.bridges.scores.mei_event import (
    XML_ID,
    Accidentals,
    duration,
    pulsed_duration,
    pulses_per_quarter,
)
from repetiteur.bridges.scores.mei_piece import MeiBar, MeiPiece, to_written
from repetiteur.bridges.scores.opening import Source
from repetiteur.bridges.scores.written import Written, WrittenNote
from repetiteur.bridges.scores.xml_tree import parse, whole
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.score import NoteKind, Ornament

_SILENT = {"clef", "keySig", "meterSig", "accid", "verse", "artic", "dot", "custos", "barLine", "ligature"}


def read_mei(source: Source, doubts: Doubts) -> Written:
    root = parse(source)
    scores = list(root.iter("score"))
    if not scores:
        raise InputError(source.where, "an MEI file without a <score>", "export it with its music")
    if len(scores) > 1:
        doubts.add(FILE, f"{len(scores)} movements in one file; the first is read", serious=True)
    reader = _Reader(root, scores[0], doubts)
    reader.section(scores[0])
    titles = [" ".join("".join(title.itertext()).split()) for title in root.iter("title")]
    reader.piece.title = next((title for title in titles if title), source.path.stem)
    return to_written(reader.piece)


class _Reader:
    """Keeps the place and the metre while elements go by."""

    def __init__(self, root: Any, score: Any, doubts: Doubts) -> None:
        self.piece = MeiPiece()
        self._doubts = doubts
        self._by_id = {element.get(XML_ID): element for element in root.iter() if element.get(XML_ID)}
        self._accidentals = Accidentals(any(True for _ in score.iterfind(".//*[@accid.ges]")))
        self._per_quarter = pulses_per_quarter(score)
        self._part_of: dict[int, int] = {}  # staff number -> part
        self._transpose: dict[int, int] = {}
        self._at = Fraction(0)
        self._metre = (0, 0)
        self._bar_start = Fraction(0)
        self._spans = _tuplet_spans(score)
        self._span: tuple[Fraction, str] | None = None  # the one we are in, and the id that ends it
        self._grace_order: dict[tuple[int, int], int] = {}
        definition = score.find("scoreDef")
        if definition is not None:
            for group in definition.findall("staffGrp"):
                self._staff_group(group)
        if any(True for _ in score.iter("octave")) and not any(
            True for _ in score.iterfind(".//*[@oct.ges]")
        ):
            doubts.add(FILE, "octave lines without sounding octaves are not applied", serious=True)

    def _staff_group(self, group: Any) -> None:
        """A brace with a name of its own is one part, else each staff is."""
        staves = list(group.iter("staffDef"))
        if len(staves) > 1 and self._symbol(group) == "brace":
            self._new_part(_label(group) or _label(staves[0]), staves)
            return
        for child in group:
            if child.tag == "staffGrp":
                self._staff_group(child)
            elif child.tag == "staffDef":
                self._new_part(_label(child), [child])

    def _symbol(self, group: Any) -> str:
        symbol = group.find("grpSym")
        return (symbol.get("symbol") if symbol is not None else group.get("symbol")) or ""

    def _new_part(self, name: str, staves: list[Any]) -> None:
        for staff in staves:
            self._part_of[whole(staff.get("n"), len(self._part_of) + 1)] = len(self.piece.parts)
        self.piece.parts.append(name)

    def section(self, element: Any) -> None:
        """Everything in reading order; sections and endings hold more of the same."""
        for child in element:
            match child.tag:
                case "measure":
                    self._measure(child)
                case "section" | "lem" | "rdg" | "app" | "choice" | "corr":
                    self.section(child)
                    if element.tag in ("app", "choice"):
                        self._doubts.add(FILE, "of several readings the first is taken", serious=True)
                        return
                case "ending":
                    start = self._at
                    self.section(child)
                    numbers = volta_numbers(child.get("n")) or volta_numbers(child.get("type")) or (1,)
                    self.piece.voltas.append((start, self._at, numbers))
                case "scoreDef" | "staffDef":
                    self._definition(child)
                case "pb" | "sb":
                    if child.tag == "pb" or self._at not in self.piece.turns:
                        self.piece.turns[self._at] = "page" if child.tag == "pb" else "system"
                case "expansion":
                    self._doubts.add(FILE, "the expansion list is not used; repeat signs are")

    def _definition(self, definition: Any) -> None:
        for element in definition.iter("scoreDef", "staffDef", "meterSig", "keySig"):
            upper = element.get("meter.count") or (
                element.get("count") if element.tag == "meterSig" else None
            )
            lower = element.get("meter.unit") or (element.get("unit") if element.tag == "meterSig" else None)
            if upper and lower:
                total = sum(whole(beats, 0) for beats in upper.split("+"))
                if total > 0 and whole(lower, 0) > 0:
                    self._metre = (total, whole(lower, 4))
            self._accidentals.signature(element.get("key.sig") or element.get("keysig") or element.get("sig"))
            if element.tag == "staffDef" and element.get("trans.semi"):
                self._transpose[whole(element.get("n"), 1)] = whole(element.get("trans.semi"), 0)

    def _measure(self, measure: Any) -> None:
        piece = self.piece
        label = (measure.get("n") or "").strip() or str(len(piece.bars) + 1)
        self._bar_start = self._at
        self._accidentals.barline()
        upper, lower = self._metre if self._metre[1] else (4, 4)
        nominal = Fraction(4 * upper, lower)
        lengths = [Fraction(0)]
        whole_rest = False
        for staff in measure.findall("staff"):
            number = whole(staff.get("n"), 1)
            for count, layer in enumerate(staff.findall("layer"), 1):
                length = self._layer(layer, (number, whole(layer.get("n"), count)))
                whole_rest |= layer.find("mRest") is not None or layer.find("mSpace") is not None
                lengths.append(length)
        length = max(lengths)
        if not length:
            length = nominal
            if not whole_rest:
                self._doubts.bar(label, "is empty; it lasts as long as its time signature says")
        partial = measure.get("metcon") == "false"
        piece.bars.append(MeiBar(self._at, length, label, *self._metre, partial))
        end = self._at + length
        for element in measure:
            if element.tag != "staff":
                piece.controls.read(element, self._at, end, lower)
        if measure.get("left") in ("rptstart", "rptboth"):
            piece.repeat_starts.add(self._at)
        if measure.get("left") in ("rptend", "rptboth") and self._at:
            piece.repeat_ends.add(self._at)
        if measure.get("right") in ("rptend", "rptboth"):
            piece.repeat_ends.add(end)
        if measure.get("right") in ("rptstart", "rptboth"):
            piece.repeat_starts.add(end)
        self._at = end

    def _layer(self, layer: Any, place: tuple[int, int]) -> Fraction:
        self._span = None  # never from one layer into the next
        return self._events(layer, Fraction(0), Fraction(1), place)

    def _events(self, holder: Any, at: Fraction, scale: Fraction, place: tuple[int, int]) -> Fraction:
        """Lay the children out from ``at`` (quarters in the bar); returns where they end."""
        for child in holder:
            tag = child.tag
            if tag in ("note", "chord", "rest", "space"):
                at = self._event(child, at, scale, place)
            elif tag in ("beam", "graceGrp"):
                at = self._events(child, at, scale, place)
            elif tag == "tuplet":
                ratio = Fraction(max(whole(child.get("numbase"), 2), 1), max(whole(child.get("num"), 3), 1))
                at = self._events(child, at, scale * ratio, place)
            elif tag in ("bTrem", "fTrem"):
                for element in child.iter("note"):
                    name = element.get(XML_ID)
                    if name:
                        flags = self.piece.controls.ornaments
                        flags[name] = flags.get(name, Ornament.NONE) | Ornament.TREMOLO
                at = self._events(child, at, scale if tag == "bTrem" else scale / 2, place)
            elif tag not in _SILENT and tag not in ("mRest", "mSpace", "multiRest"):
                self._doubts.add(f"<{tag}>", "is not understood and left out", serious=tag.endswith("Rpt"))
        return at

    def _event(self, element: Any, at: Fraction, scale: Fraction, place: tuple[int, int]) -> Fraction:
        model = self._by_id.get((element.get("sameas") or "").removeprefix("#"), element)
        length = duration(element) or duration(model)
        if length is None and (pulsed := pulsed_duration(element, self._per_quarter)) is not None:
            length, scale = pulsed, Fraction(1)
        grace = element.get("grace") is not None or element.getparent().tag == "graceGrp"
        if length is None and not grace and element.tag in ("note", "chord"):
            self._doubts.add(FILE, "notes without a duration take no time", serious=True)
        quarters = Fraction(0) if grace or length is None else length * scale * self._spanned(element)
        heads = element.findall("note") if element.tag == "chord" else [element]
        if element.tag in ("note", "chord"):
            for head in heads:
                self._note(head, element, self._bar_start + at, quarters, grace, place)
            if grace:
                self._grace_order[place] = self._grace_order.get(place, 0) + 1
            else:
                self._grace_order.pop(place, None)
        if element.get("fermata"):
            self.piece.controls.fermatas.add(self._bar_start + at)
        return at + quarters

    def _spanned(self, element: Any) -> Fraction:
        """What a tuplet span makes of the durations of its notes."""
        names = {element.get(XML_ID), *(note.get(XML_ID) for note in element.findall("note"))}
        for name in names & self._spans.keys():
            self._span = self._spans[name]
        if self._span is None:
            return Fraction(1)
        ratio, last = self._span
        if last in names:
            self._span = None
        return ratio

    def _note(
        self, head: Any, element: Any, at: Fraction, quarters: Fraction, grace: bool, place: tuple[int, int]
    ) -> None:
        staff = place[0]
        pitch = self._accidentals.pitch(head, staff)
        if pitch is None or not 0 <= pitch + self._transpose.get(staff, 0) <= 127:
            self._doubts.add(FILE, "notes without a usable pitch are left out", serious=True)
            return
        tie = head.get("tie") or element.get("tie") or ""
        cue = "true" in (head.get("cue"), element.get("cue"))
        note = WrittenNote(
            part=self._part_of.get(staff, 0),
            tick=0,
            length=0,
            pitch=pitch + self._transpose.get(staff, 0),
            id=head.get(XML_ID),
            staff=whole(head.get("staff") or element.get("staff"), staff),
            voice=place[1],
            kind=NoteKind.CUE if cue else NoteKind.GRACE if grace or not quarters else NoteKind.PLAIN,
            grace_order=self._grace_order.get(place, 0) if grace else 0,
            tied_on="i" in tie or "m" in tie,
            tied_back="t" in tie or "m" in tie,
        )
        self.piece.notes.append((at, quarters, note))
        for name in {head.get(XML_ID), element.get(XML_ID)} - {None}:
            self.piece.named.setdefault(name, []).append(note)


def _tuplet_spans(score: Any) -> dict[str | None, tuple[Fraction, str]]:
    """By the id of the first note: the ratio, and the id of the last note."""
    spans: dict[str | None, tuple[Fraction, str]] = {}
    for span in score.iter("tupletSpan"):
        first, last = span.get("startid"), span.get("endid")
        count = whole(span.get("num"), 3)
        in_time_of = whole(span.get("numbase"), 1 << max((count - 1).bit_length() - 1, 0) if count > 1 else 1)
        if first and last and count > 0 and in_time_of > 0:
            spans[first.removeprefix("#")] = (Fraction(in_time_of, count), last.removeprefix("#"))
    return spans


def _label(element: Any) -> str:
    label = element.find("label")
    text = "".join(label.itertext()) if label is not None else element.get("label") or ""
    return " ".join(text.split())
