"""Gives every note of a score file an id of ours, so that each can be found again in what is drawn of it.

Ids in files may be missing, double, or of a form that another program changes. So a copy of the
file gets fresh ones, and our own reader reads the copy too: it makes the same notes in the same
order, which tells for each note of the score which element of the file it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from repetiteur.bridges.scores import score_of
from repetiteur.bridges.scores.mei_event import XML_ID
from repetiteur.bridges.scores.opening import Kind, Source
from repetiteur.bridges.scores.xml_tree import lxml_etree
from repetiteur.realtime.score import Score

PREFIX = "rep-"


@dataclass(frozen=True, slots=True)
class Stamped:
    """``ids``: for each note of the score the id it has in ``content``."""

    content: bytes
    ids: tuple[str, ...]


def stamp(source: Source, score: Score, parts: tuple[str, ...] | None) -> Stamped | None:
    """None where nothing can be engraved from this kind of file."""
    match source.kind:
        case Kind.MUSICXML:
            root = faithful(source.content)
            for number, note in enumerate(root.iter("{*}note")):
                note.set("id", f"{PREFIX}{number}")
        case Kind.MEI:
            root = faithful(source.content)
            _name_nameless(root)
        case Kind.KERN:
            return Stamped(source.content, score.note_ids)  # Verovio names notes by line and field, as we do
        case Kind.MIDI:
            return None
    content = lxml_etree().tostring(root, encoding="UTF-8", xml_declaration=True)
    again = score_of(replace(source, content=content), parts)
    if len(again.note_ids) != len(score.note_ids):
        return None
    return Stamped(content, again.note_ids)


def element_number(name: str) -> int:
    """Which <note> of a MusicXML file, counted from 0, got this id."""
    return int(name.removeprefix(PREFIX))


def faithful(content: bytes) -> Any:
    """The tree with nothing left out, comments and blanks included; nothing from elsewhere is read."""
    etree = lxml_etree()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(content, parser)


def _name_nameless(root: Any) -> None:
    """MEI refers to its notes by id: those that have one keep it."""
    taken: set[str] = set()
    for number, note in enumerate(root.iter("{*}note")):
        name = note.get(XML_ID)
        if not name or name in taken:
            note.set(XML_ID, f"{PREFIX}{number}")
        else:
            taken.add(name)
