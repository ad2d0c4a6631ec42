"""Tied heads become one note; the first head keeps its id."""

from __future__ import annotations

from collections import defaultdict

from repetiteur.bridges.scores.doubts import FILE, Doubts
from repetiteur.bridges.scores.written import WrittenNote
from repetiteur.realtime.score import NoteKind


def join_ties(notes: list[WrittenNote], doubts: Doubts) -> list[WrittenNote]:
    """Notes in order of time. A tie leads to the next head of the same pitch in the same part."""
    waiting: dict[tuple[int, int, int], list[WrittenNote]] = defaultdict(list)  # where it should go on
    joined: list[WrittenNote] = []
    loose = 0
    for note in sorted(notes, key=lambda note: (note.tick, note.kind != NoteKind.GRACE)):
        first = _pick(waiting.get((note.part, note.pitch, note.tick), []), note) if note.tied_back else None
        if first is None:
            loose += note.tied_back
            first = note
            joined.append(note)
        else:
            first.length += note.length
            first.ornament |= note.ornament
            if first.kind != note.kind and NoteKind.PLAIN in (first.kind, note.kind):
                first.kind = NoteKind.PLAIN
        if note.tied_on:
            waiting[(note.part, note.pitch, note.tick + note.length)].append(first)
    if loose:
        what = "ties that lead to a note from nowhere are ignored: it is played anew"
        doubts.add(FILE, f"{loose} {what}")
    return joined


def _pick(candidates: list[WrittenNote], note: WrittenNote) -> WrittenNote | None:
    """The one in the same voice and staff, if several."""
    if not candidates:
        return None
    best = max(candidates, key=lambda other: (other.voice == note.voice) + (other.staff == note.staff))
    candidates.remove(best)
    return best
