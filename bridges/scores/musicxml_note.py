"""One <note> of MusicXML: everything it says, before it has a place in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from repetiteur.bridges.scores.ornaments import MUSICXML
from repetiteur.bridges.scores.xml_tree import number, whole
from repetiteur.realtime.score import Ornament

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@dataclass(slots=True)
class NoteElement:
    """``semitones`` is the written pitch as a MIDI number, maybe between two keys."""

    id: str | None
    semitones: float | None = None  # None: a rest, or no definite pitch
    unpitched: bool = False
    duration: float = 0.0  # in the divisions of the moment; below zero in some damaged files
    chord: bool = False
    grace: bool = False
    cue: bool = False
    voice: str = "1"
    staff: int = 1
    tied_on: bool = False
    tied_back: bool = False
    ornament: int = 0
    fermata: bool = False


def read_note(element: Any) -> NoteElement:
    note = NoteElement(element.get("id") or element.get("ID"))
    for child in element:
        tag = child.tag
        if tag == "pitch":
            note.semitones = _semitones(child)
        elif tag == "duration":
            note.duration = number(child.text) or 0.0
        elif tag == "voice":
            note.voice = (child.text or "1").strip()
        elif tag == "staff":
            note.staff = whole(child.text, 1)
        elif tag == "chord":
            note.chord = True
        elif tag == "tie":
            note.tied_on |= child.get("type") == "start"
            note.tied_back |= child.get("type") == "stop"
        elif tag == "grace":
            note.grace = True
        elif tag == "cue":
            note.cue = True
        elif tag == "notations":
            _notations(child, note)
        elif tag == "unpitched":
            note.unpitched = True
    return note


def _semitones(pitch: Any) -> float | None:
    step = _STEPS.get((pitch.findtext("step") or "").strip().upper())
    octave = number(pitch.findtext("octave"))
    if step is None or octave is None:
        return None
    return 12.0 * (octave + 1) + step + (number(pitch.findtext("alter")) or 0.0)


def _notations(notations: Any, note: NoteElement) -> None:
    for child in notations:
        tag = child.tag
        if tag == "ornaments":
            for ornament in child:
                note.ornament |= int(MUSICXML.get(ornament.tag, Ornament.NONE))
        elif tag in ("arpeggiate", "glissando", "slide"):
            note.ornament |= int(MUSICXML[tag])
        elif tag == "fermata":
            note.fermata = True
