"""Tied heads become one note; the first head keeps its id."""

from __future__ import annotations

from collections import defaultdict

from repetiteur.bridges.scores.doubts import FILE, Doubts
from repetiteur.bridges.scores.written import WrittenNote
from repetiteur.realtime.score import NoteKind

# A tie over a rest this short means "hold on" (arpeggios written out, voices that change);
# notes after longer gaps are struck anew by the pianists whose takes we compared.
LONGEST_GAP_Q = 1.0

_Held = list[tuple[int, WrittenNote, WrittenNote]]  # where the head ends, that head, first of its chain


def join_ties(notes: list[WrittenNote], ticks_per_quarter: int, doubts: Doubts) -> list[WrittenNote]:
    """Notes in order of time. A tie leads to the next head of the same pitch in the same part."""
    open_ties: dict[tuple[int, int], _Held] = defaultdict(list)
    longest_gap = round(LONGEST_GAP_Q * ticks_per_quarter)
    joined: list[WrittenNote] = []
    loose = bridged = 0
    for note in sorted(notes, key=lambda note: (note.tick, note.kind != NoteKind.GRACE)):
        held = open_ties[(note.part, note.pitch)]
        first, gap = _claim(held, note, longest_gap) if note.tied_back else (None, 0)
        if first is None:
            loose += note.tied_back
            joined.append(note)
        else:
            bridged += gap > 0
            first.length = note.tick + note.length - first.tick
            first.ornament |= note.ornament
            if NoteKind.PLAIN in (first.kind, note.kind):
                first.kind = NoteKind.PLAIN
        if note.tied_on:
            held.append((note.tick + note.length, note, first or note))
    if loose:
        doubts.add(FILE, f"{loose} ties that come from nowhere are ignored: those notes are played anew")
    if bridged:
        doubts.add(FILE, f"{bridged} ties lead over a short rest; the notes are held on")
    return joined


def _claim(held: _Held, note: WrittenNote, longest_gap: int) -> tuple[WrittenNote | None, int]:
    """The first head of the chain that goes on with ``note``: the nearest, in the same voice if several."""
    near = [entry for entry in held if 0 <= note.tick - entry[0] <= longest_gap]
    if not near:
        return None, 0

    def likeness(entry: tuple[int, WrittenNote, WrittenNote]) -> tuple[int, int]:
        end, head, _ = entry
        return end, (head.voice == note.voice) + (head.staff == note.staff)

    chosen = max(near, key=likeness)
    held.remove(chosen)
    return chosen[2], note.tick - chosen[0]
