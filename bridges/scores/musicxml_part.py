"""Walks through one <part> of MusicXML with a cursor in ticks."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from repetiteur.bridges.scores.doubts import Doubts
from repetiteur.bridges.scores.jump_words import volta_numbers
from repetiteur.bridges.scores.musicxml_directions import read_direction, read_sound
from repetiteur.bridges.scores.musicxml_note import NoteElement, read_note
from repetiteur.bridges.scores.musicxml_page import PageBar, PageEnding, PartPage, Sign
from repetiteur.bridges.scores.written import WrittenNote
from repetiteur.bridges.scores.xml_tree import number, whole
from repetiteur.realtime.score import NoteKind

_NOTE, _GRACE, _UNPITCHED, _REST = range(4)  # the order in which nameless heads are counted


class PartReader:
    """One part from its first measure to its last. ``page`` is the result."""

    def __init__(self, part: int, ticks_per_quarter: int, doubts: Doubts) -> None:
        self.page = PartPage()
        self._part = part
        self._ticks_per_quarter = ticks_per_quarter
        self._doubts = doubts
        self._divisions = 1.0
        self._transpose: dict[int, int] = {}  # staff (0: all) -> semitones
        self._voices: dict[str, int] = {}
        self._at = 0  # ticks into the bar
        self._chord_at = 0
        self._chord_length = 0
        self._grace_runs: dict[str, tuple[int, int, int]] = defaultdict(lambda: (-1, -1, -1))

    @property
    def bar(self) -> int:
        return len(self.page.bars) - 1

    def measure(self, element: Any) -> None:
        label = (element.get("number") or "").strip()
        if not label:
            label = str(len(self.page.bars) + 1)
            self._doubts.bar(label, "has no printed number; counted instead")
        self.page.bars.append(PageBar(label, element.get("implicit") == "yes"))
        self._at = self._chord_at = self._chord_length = 0
        bar = self.page.bars[-1]
        for child in element:
            self._child(child, bar)
            bar.length = max(bar.length, self._at)

    def _child(self, child: Any, bar: PageBar) -> None:
        tag = child.tag
        if tag == "note":
            self._note(read_note(child))
        elif tag == "backup":
            self._at -= self._ticks(number(child.findtext("duration")) or 0.0)
            if self._at < 0:
                self._doubts.bar(bar.label, "a <backup> goes behind the barline; stopped there", serious=True)
                self._at = 0
        elif tag == "forward":
            self._at += self._ticks(number(child.findtext("duration")) or 0.0)
        elif tag == "attributes":
            self._attributes(child, bar)
        elif tag == "direction":
            read_direction(child, (self.bar, self._at), self.page)
        elif tag == "sound":
            read_sound(child, (self.bar, self._at), "", self.page)
        elif tag == "barline":
            self._barline(child, bar)
        elif tag == "print":
            if child.get("new-page") == "yes":
                self.page.turns.append(((self.bar, 0), "page"))
            elif child.get("new-system") == "yes":
                self.page.turns.append(((self.bar, 0), "system"))

    def _ticks(self, duration: float) -> int:
        return round(duration * self._ticks_per_quarter / self._divisions)

    def _note(self, note: NoteElement) -> None:
        length = 0 if note.grace else self._ticks(note.duration)
        if note.chord:
            tick = self._chord_at
            length = length or self._chord_length
        else:
            tick = self._at
            self._at = max(self._at + length, 0)
            self._chord_at, self._chord_length = tick, length
        if note.fermata:
            self.page.fermatas.append((self.bar, tick))
        written = self._head(note, tick, max(length, 0))
        rank = _GRACE if note.grace else _NOTE
        if written is None:
            rank = _UNPITCHED if note.unpitched else _REST
        else:
            self.page.notes.append((self.bar, written))
        self.page.heads.append((self.bar, tick, rank, written))

    def _head(self, note: NoteElement, tick: int, length: int) -> WrittenNote | None:
        label = self.page.bars[-1].label
        if note.unpitched:
            self._doubts.bar(label, "notes without pitch (percussion) are left out")
        if note.semitones is None:
            return None
        sounding = note.semitones + self._transpose.get(note.staff, self._transpose.get(0, 0))
        pitch = round(sounding)
        if abs(sounding - pitch) > 0.01:
            self._doubts.bar(label, "quarter tones are taken as the nearest key")
        if not 0 <= pitch <= 127:
            self._doubts.bar(label, "a note no instrument reaches is left out", serious=True)
            return None
        if length == 0 and not note.grace:
            self._doubts.bar(label, "a note without duration is taken for a grace note")
        grace = note.grace or length == 0
        return WrittenNote(
            part=self._part,
            tick=tick,
            length=length,
            pitch=pitch,
            id=note.id,
            staff=note.staff,
            voice=self._voice(note.voice),
            kind=NoteKind.CUE if note.cue else NoteKind.GRACE if grace else NoteKind.PLAIN,
            ornament=note.ornament,
            grace_order=self._grace_order(note, tick, grace),
            tied_on=note.tied_on,
            tied_back=note.tied_back,
        )

    def _voice(self, name: str) -> int:
        if name.isdecimal() and int(name) < 1000:
            return int(name)
        return self._voices.setdefault(name, 1000 + len(self._voices))

    def _grace_order(self, note: NoteElement, tick: int, grace: bool) -> int:
        """Place in the run of grace notes of this voice before its next main note."""
        if not grace:
            self._grace_runs.pop(note.voice, None)
            return 0
        bar, at, order = self._grace_runs[note.voice]
        if (bar, at) != (self.bar, tick):
            order = -1
        if not note.chord or order < 0:
            order += 1
        self._grace_runs[note.voice] = (self.bar, tick, order)
        return order

    def _attributes(self, attributes: Any, bar: PageBar) -> None:
        divisions = number(attributes.findtext("divisions"))
        if divisions and divisions > 0:
            self._divisions = divisions
        for time in attributes.findall("time"):
            self._time(time, bar)
        for transpose in attributes.findall("transpose"):
            semitones = whole(transpose.findtext("chromatic"), 0)
            semitones += 12 * whole(transpose.findtext("octave-change"), 0)
            self._transpose[whole(transpose.get("number"), 0)] = semitones
        if attributes.find("measure-style/measure-repeat") is not None:
            self._doubts.bar(bar.label, "a bar repeat sign; the bars it stands for stay empty", serious=True)

    def _time(self, time: Any, bar: PageBar) -> None:
        lowers = [whole(lower.text, 0) for lower in time.findall("beat-type")]
        uppers = [_sum(upper.text) for upper in time.findall("beats")]
        if not lowers or not all(lower > 0 for lower in lowers) or len(lowers) != len(uppers):
            self._doubts.bar(bar.label, "has no metre; bars are as long as their notes")
            return
        lower = max(lowers)
        upper = sum(part * lower // below for part, below in zip(uppers, lowers, strict=True))
        if 0 < upper < 1000 and lower <= 256:
            bar.upper, bar.lower = upper, lower

    def _barline(self, barline: Any, bar: PageBar) -> None:
        location = barline.get("location") or "right"
        place = (self.bar, 0 if location == "left" else max(bar.length, self._at))
        if location == "middle":
            place = (self.bar, self._at)
        repeat = barline.find("repeat")
        if repeat is not None and repeat.get("direction") == "forward":
            self.page.signs.append((place, Sign.REPEAT_START))
        elif repeat is not None:
            self.page.repeat_ends.append((place, whole(repeat.get("times"), 2)))
        ending = barline.find("ending")
        if ending is not None:
            numbers = volta_numbers(ending.get("number")) or volta_numbers(ending.text)
            self.page.endings.append(PageEnding(place, ending.get("type") == "start", numbers))
        if barline.find("segno") is not None:
            self.page.signs.append((place, Sign.SEGNO))
        if barline.find("coda") is not None:
            self.page.bare_codas.append(place)
        if barline.find("fermata") is not None:
            self.page.fermatas.append(place)


def _sum(beats: str | None) -> int:
    """``3+2`` is five."""
    return sum(whole(part, 0) for part in (beats or "").split("+"))
