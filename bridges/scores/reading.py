"""Chooses the reader for a kind of score; only that one is imported."""

from __future__ import annotations

from repetiteur.bridges.scores.doubts import Doubts
from repetiteur.bridges.scores.opening import Kind, Source
from repetiteur.bridges.scores.written import Written
from repetiteur.realtime.errors import InputError


def read(source: Source, doubts: Doubts) -> Written:
    match source.kind:
        case Kind.MUSICXML:
            from repetiteur.bridges.scores.musicxml import read_musicxml

            written = read_musicxml(source, doubts)
        case Kind.MIDI:
            from repetiteur.bridges.scores.midi import read_midi

            written = read_midi(source, doubts)
        case Kind.MEI:
            from repetiteur.bridges.scores.mei import read_mei

            written = read_mei(source, doubts)
        case Kind.KERN:
            from repetiteur.bridges.scores.kern import read_kern

            written = read_kern(source, doubts)
    if not written.bars or not written.notes:
        raise InputError(source.where, "there is not a single note in it", "use a score with notes")
    return written
