"""Where notes are missed and where false ones are heard: by register, loudness, company and likeness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from repetiteur.benchmarks.note_metrics import TOLERANCE_S
from repetiteur.benchmarks.transcription_metrics import Notes, pairs

REGISTERS = (("below 40", 0, 40), ("40 to 59", 40, 60), ("60 to 79", 60, 80), ("from 80", 80, 128))
LOUDNESS = (("below 40", 0, 40), ("40 to 59", 40, 60), ("60 to 79", 60, 80), ("from 80", 80, 128))
COMPANY = (("1", 0, 2), ("2 to 3", 2, 4), ("4 to 6", 4, 7), ("from 7", 7, 1000))
HARMONICS = (12, 19, 24, 28, 31, 34, 36)  # semitones above the fundamental
AGAIN_S = 0.15  # a note told twice, or at quite the wrong time

_Column = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # of true notes, missed, of heard ones, false


@dataclass(frozen=True, slots=True)
class Group:
    """Notes of one kind: true ones by what they are, heard ones by what they were heard as."""

    by: str
    name: str
    true: int
    missed: int
    heard: int
    false: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Groups in a fixed order, and what the false notes are like."""

    groups: tuple[Group, ...]
    like: Counter[str]


def breakdown(takes: Sequence[tuple[Notes, Notes]]) -> Breakdown:
    """Of (true, heard) of several takes."""
    sorted_by: dict[str, list[_Column]] = {"register": [], "velocity": [], "sounding": []}
    like: Counter[str] = Counter()
    for true, heard in takes:
        found = pairs(true, heard)
        missed, false = np.ones(len(true), bool), np.ones(len(heard), bool)
        missed[found[:, 0]] = False
        false[found[:, 1]] = False
        company = sounding(true, true.onset_s), sounding(true, heard.onset_s)
        sorted_by["register"].append((true.pitch, missed, heard.pitch, false))
        sorted_by["velocity"].append((true.velocity, missed, heard.velocity, false))
        sorted_by["sounding"].append((company[0], missed, company[1], false))
        like += likeness(true, heard.where(false))
    groups = [
        _group(by, name, sorted_by[by], low, high)
        for by, ranges in (("register", REGISTERS), ("velocity", LOUDNESS), ("sounding", COMPANY))
        for name, low, high in ranges
    ]
    return Breakdown(tuple(groups), like)


def sounding(notes: Notes, at_s: np.ndarray) -> np.ndarray:
    """How many notes sound at each time, those that begin within the tolerance with them."""
    begun = np.searchsorted(np.sort(notes.onset_s), at_s + TOLERANCE_S, side="right")
    offsets_s = np.where(np.isnan(notes.offset_s), notes.onset_s, notes.offset_s)
    ended = np.searchsorted(np.sort(offsets_s), at_s, side="right")
    return begun - ended


def likeness(true: Notes, false: Notes) -> Counter[str]:
    """Each false note as the first of these that it is: the same key again, a harmonic of a note that
    sounds, one that has a sounding note as its harmonic, a neighbour; or nothing of the kind."""
    kinds: Counter[str] = Counter()
    order = np.argsort(true.onset_s, kind="stable")
    onset_s, pitch = true.onset_s[order], true.pitch[order]
    offset_s = np.where(np.isnan(true.offset_s[order]), onset_s, true.offset_s[order])
    for at_s, key in zip(false.onset_s, false.pitch, strict=True):
        begun = int(np.searchsorted(onset_s, at_s + AGAIN_S, side="right"))
        near = np.maximum(offset_s[:begun], onset_s[:begun] + AGAIN_S) >= at_s
        struck = onset_s[:begun] <= at_s + TOLERANCE_S
        above = set((key - pitch[:begun][near & struck]).tolist())
        if 0 in set((key - pitch[:begun][near]).tolist()):
            kinds["the same key again"] += 1
        elif above & set(HARMONICS):
            kinds["octave above" if 12 in above else "another harmonic above"] += 1
        elif above & {-interval for interval in HARMONICS}:
            kinds["octave below" if -12 in above else "a note further below"] += 1
        elif above & {-1, 1}:
            kinds["a semitone beside"] += 1
        else:
            kinds["like nothing that sounds"] += 1
    return kinds


def _group(by: str, name: str, columns: Sequence[_Column], low: float, high: float) -> Group:
    counts = np.zeros(4, int)
    for true, missed, heard, false in columns:
        ours, theirs = (true >= low) & (true < high), (heard >= low) & (heard < high)
        counts += (ours.sum(), (ours & missed).sum(), theirs.sum(), (theirs & false).sum())
    return Group(by, name, *map(int, counts))
