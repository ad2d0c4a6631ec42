"""Lays the parts of a MusicXML file side by side: one line of bars, everything in score ticks."""

from __future__ import annotations

from repetiteur.bridges.scores.doubts import Doubts
from repetiteur.bridges.scores.musicxml_page import PageEnding, PartPage, Place, Sign
from repetiteur.bridges.scores.written import TempoMark, Written, WrittenBar, WrittenJump, WrittenVolta


def join(pages: list[PartPage], written: Written, doubts: Doubts) -> None:
    """Fill ``written`` from the pages of all parts."""
    _bars(pages, written, doubts)
    line = _Line(written.bars)
    seen_tempi: set[int] = set()
    for page in pages:
        if len(page.bars) < len(written.bars) and page.bars:
            last = page.bars[-1].label
            doubts.bar(last, "the last of a part that has fewer bars than another", serious=True)
        for bar, note in page.notes:
            note.tick += written.bars[bar].tick
            written.notes.append(note)
        for place, quarter_bpm, words in page.tempi:
            tick = line.tick(place)
            if quarter_bpm is not None or tick not in seen_tempi:
                written.tempi.append(TempoMark(tick, quarter_bpm, words))
        seen_tempi.update(mark.tick for mark in written.tempi)
        written.fermatas.update(line.tick(place) for place in page.fermatas)
        for place, label in page.marks:
            mark = (line.tick(place), label)
            if mark not in written.marks:
                written.marks.append(mark)
        for place, what in page.turns:
            if what == "page" or line.tick(place) not in written.turns:
                written.turns[line.tick(place)] = what
        _signs(page, line, written, doubts)
    written.notes.sort(key=lambda note: note.tick)
    _bare_codas(pages, line, written, doubts)


class _Line:
    """Where bars start and end."""

    def __init__(self, bars: list[WrittenBar]) -> None:
        self.bars = bars

    def tick(self, place: Place) -> int:
        bar = self.bars[place[0]]
        return bar.tick + min(place[1], bar.length)

    def start(self, place: Place) -> int:
        """The barline a landing belongs to: the one before it, unless it is at the end of its bar."""
        bar = self.bars[place[0]]
        return bar.tick + bar.length if place[1] >= bar.length > 0 else bar.tick

    def end(self, place: Place) -> int:
        """The barline a departure belongs to."""
        bar = self.bars[place[0]]
        return bar.tick + bar.length


def _bars(pages: list[PartPage], written: Written, doubts: Doubts) -> None:
    """Each bar is as long as its longest part."""
    tick = 0
    nominal = 4 * written.ticks_per_quarter
    for index in range(max((len(page.bars) for page in pages), default=0)):
        here = [page.bars[index] for page in pages if index < len(page.bars)]
        bar = next((bar for bar in here if bar.lower), here[0])
        if bar.lower:
            nominal = bar.upper * 4 * written.ticks_per_quarter // bar.lower
        lengths = {other.length for other in here if other.length}
        length = max(lengths, default=0)
        if not length:
            doubts.bar(bar.label, "is empty; it lasts as long as its time signature says")
            length = nominal
        elif len(lengths) > 1 and length > nominal:
            doubts.bar(bar.label, "parts differ in length; the longest counts")
        implicit = here[0].implicit
        written.bars.append(WrittenBar(tick, length, here[0].label, bar.upper, bar.lower, implicit))
        tick += length


def _signs(page: PartPage, line: _Line, written: Written, doubts: Doubts) -> None:
    signs = written.signs
    for place, sign in page.signs:
        match sign:
            case Sign.REPEAT_START:
                signs.repeat_starts.add(line.tick(place))
            case Sign.SEGNO:
                signs.segnos.add(line.start(place))
            case Sign.CODA:
                signs.codas.add(line.start(place))
            case Sign.TO_CODA:
                signs.to_codas.add(line.end(place))
            case Sign.FINE:
                signs.fines.add(line.end(place))
    for place, times in page.repeat_ends:
        tick = line.tick(place)
        signs.repeat_ends[tick] = max(signs.repeat_ends.get(tick, 0), times)
    for jump in page.jumps:
        tick = line.end(jump.place)
        signs.jumps.setdefault(tick, WrittenJump(jump.kind, tick, jump.until))
    signs.voltas.update(_voltas(page, line, doubts))


def _voltas(page: PartPage, line: _Line, doubts: Doubts) -> list[WrittenVolta]:
    """Pairs of starts and stops; one without the other brackets a single bar."""
    voltas: list[WrittenVolta] = []
    begun: PageEnding | None = None
    for ending in page.endings:
        label = page.bars[ending.place[0]].label
        if ending.starts:
            if begun is not None:
                doubts.bar(label, "an ending begins before the one before it stopped")
                voltas.append(_volta(begun, line.tick(ending.place), line))
            begun = ending
        elif begun is not None:
            voltas.append(_volta(begun, line.tick(ending.place), line))
            begun = None
        else:
            doubts.bar(label, "an ending stops that never began; a single bar is assumed", serious=True)
            bar = line.bars[ending.place[0]]
            voltas.append(WrittenVolta(bar.tick, line.tick(ending.place), ending.numbers or (1,)))
    if begun is not None:
        label = page.bars[begun.place[0]].label
        doubts.bar(label, "an ending begins that never stops; a single bar is assumed", serious=True)
        voltas.append(_volta(begun, line.end(begun.place), line))
    return [volta for volta in voltas if volta.end_tick > volta.start_tick]


def _volta(begun: PageEnding, end_tick: int, line: _Line) -> WrittenVolta:
    return WrittenVolta(line.tick(begun.place), end_tick, begun.numbers or (1,))


def _bare_codas(pages: list[PartPage], line: _Line, written: Written, doubts: Doubts) -> None:
    """Coda glyphs without a word: of two the first is where to leave, the second where to land."""
    places = sorted({place for page in pages for place in page.bare_codas})
    signs = written.signs
    if places and not signs.to_codas and (len(places) > 1 or signs.codas):
        signs.to_codas.add(line.end(places.pop(0)))
        doubts.add("file", "the first coda sign is taken for 'To Coda', the next for the coda itself")
    signs.codas.update(line.start(place) for place in places)
