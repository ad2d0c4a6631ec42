"""Ids as in the source file, made unique."""

from __future__ import annotations

from repetiteur.bridges.scores.doubts import FILE, Doubts
from repetiteur.bridges.scores.written import WrittenNote


def make_unique(notes: list[WrittenNote], doubts: Doubts) -> None:
    """The first note of an id keeps it; others get their part in front, and a number if need be."""
    taken: set[str] = set()
    clashes = 0
    for count, note in enumerate(notes):
        wanted = note.id or f"p{note.part}n{count}"
        name = wanted
        if name in taken:
            clashes += 1
            name = f"p{note.part}-{wanted}"
            again = 2
            while name in taken:
                name = f"p{note.part}-{wanted}-{again}"
                again += 1
        taken.add(name)
        note.id = name
    if clashes:
        doubts.add(FILE, f"{clashes} notes share an id with another; theirs got the part in front")
