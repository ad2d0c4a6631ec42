"""MusicXML, read directly: partitura leaves out what a follower needs most.

(Cue notes, arpeggios, tremolos, rehearsal and metronome marks, printed-only jumps,
repeat counts; and it needs 0.25 ms for each note.) Ids of notes without one are those
that partitura would give.
"""

from __future__ import annotations

from itertools import accumulate
from math import lcm
from typing import Any

from repetiteur.bridges.scores.doubts import FILE, Doubts
from repetiteur.bridges.scores.musicxml_join import join
from repetiteur.bridges.scores.musicxml_page import PartPage
from repetiteur.bridges.scores.musicxml_part import PartReader
from repetiteur.bridges.scores.opening import Source
from repetiteur.bridges.scores.written import MOST_TICKS_PER_QUARTER, Written
from repetiteur.bridges.scores.xml_tree import lxml_etree, number, parse
from repetiteur.realtime.errors import InputError


def read_musicxml(source: Source, doubts: Doubts) -> Written:
    root = parse(source)
    if root.tag == "score-timewise":
        turn_partwise(root)
    ticks_per_quarter = _ticks_per_quarter(root, doubts)
    names, elements = _parts(root, doubts)
    if not any(element is not None for element in elements):
        raise InputError(source.where, "the score has no parts", "export it again with its music")
    readers = []
    for index, element in enumerate(elements):
        reader = PartReader(index, ticks_per_quarter, doubts)
        for measure in element if element is not None else ():
            if measure.tag == "measure":
                reader.measure(measure)
        readers.append(reader)
    for index, reader in enumerate(readers):
        _name_notes(index, reader.page)
    written = Written(_title(root, source), names, ticks_per_quarter)
    join([reader.page for reader in readers], written, doubts)
    return written


def turn_partwise(root: Any) -> None:
    """<measure><part> to <part><measure>, in place."""
    etree = lxml_etree()
    parts: dict[str, Any] = {}
    for measure in root.findall("measure"):
        for part in measure.findall("part"):
            name = part.get("id") or ""
            if name not in parts:
                parts[name] = etree.SubElement(root, "part", id=name)
            moved = etree.SubElement(parts[name], "measure", dict(measure.attrib))
            moved.extend(list(part))
        root.remove(measure)


def _ticks_per_quarter(root: Any, doubts: Doubts) -> int:
    """A count of ticks that holds every division of the file exactly."""
    ticks = 1
    for element in root.iter("divisions"):
        divisions = number(element.text)
        if divisions and divisions > 0:
            whole = round(divisions) if divisions == round(divisions) else round(divisions * 1000)
            ticks = lcm(ticks, max(whole, 1))
        if ticks > MOST_TICKS_PER_QUARTER:
            doubts.add(FILE, "too many kinds of divisions; positions are rounded a little")
            return MOST_TICKS_PER_QUARTER
    return ticks


def _parts(root: Any, doubts: Doubts) -> tuple[list[str], list[Any]]:
    """Names and elements, in the order of the part list."""
    found: dict[str, Any] = {}
    for element in root.findall("part"):
        if element.get("id", "P1") in found:
            doubts.add(FILE, f"part {element.get('id')} appears twice; the second is left out", serious=True)
        else:
            found[element.get("id", "P1")] = element
    names, elements = [], []
    for listed in root.findall("part-list/score-part"):
        part_id = listed.get("id") or ""
        names.append(" ".join((listed.findtext("part-name") or "").split()) or part_id)
        elements.append(found.pop(part_id, None))
        if elements[-1] is None:
            doubts.add(FILE, f"part '{names[-1]}' is listed but has no music")
    for part_id, element in found.items():
        doubts.add(FILE, f"part {part_id} is missing from the part list")
        names.append(part_id)
        elements.append(element)
    return names, elements


def _name_notes(part: int, page: PartPage) -> None:
    """Notes without an id count through their part, rests included, as in partitura.

    By time; at one time by sort of head (in the order the sorts first appear), then as written.
    """
    starts = list(accumulate((bar.length for bar in page.bars), initial=0))
    first_of: dict[tuple[int, int], int] = {}
    keyed = []
    for order, (bar, tick, sort, note) in enumerate(page.heads):
        at = starts[bar] + tick
        keyed.append((at, first_of.setdefault((at, sort), order), order, note))
    for count, (_, _, _, note) in enumerate(sorted(keyed, key=lambda entry: entry[:3])):
        if note is not None and not note.id:
            note.id = f"p{part}n{count}"


def _title(root: Any, source: Source) -> str:
    work = root.findtext("work/work-title") or ""
    movement = root.findtext("movement-title") or ""
    titles = [" ".join(title.split()) for title in (work, movement) if title.strip()]
    if not titles:
        for credit in root.findall("credit"):
            if (credit.findtext("credit-type") or "").strip() == "title":
                titles.append(" ".join((credit.findtext("credit-words") or "").split()))
                break
    return ", ".join(dict.fromkeys(title for title in titles if title)) or source.path.stem
