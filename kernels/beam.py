"""Where the player may be: a beam of hypotheses, and the branches of one played note.

A hypothesis says which chord sounded last, when, which keys of the recent chords have
been heard, how fast the player is and by which way through the play order he came. For
each note every hypothesis branches (``branching``), fresh starts elsewhere come in from
the relocator as *seeds* (``relocate``), and the best few survive (``choosing``). The cost
of a note depends on the width of the beam alone, never on the length of the score, and
nothing is allocated.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repetiteur.kernels.jit import inline, kernel

WIDTH = 40  # hypotheses kept
RING = 24  # recent chords remembered by each
MEMORY = 32  # recent notes whose meaning each remembers
CANDIDATES = WIDTH * 10
SEEDS = 6
LONG_AGO = -(10**9)  # a note number before all others
PATHS = 12  # ways open at once while looking ahead
NO_VERDICT = -1.0  # a shake says nothing about fitting

STRAY, FURTHER, ONWARD, SEED = 0, 1, 2, 3
UNMATCHED, ORNAMENTAL = -1, -2  # in Beam.meaning
OCTAVE_OFF = -10  # in Beam.meaning: less the key that was played in another octave


class Beam(NamedTuple):
    """The hypotheses, best first. Axis 0 is the hypothesis everywhere."""

    size: np.ndarray  # i8[1] how many are alive
    logp: np.ndarray  # f8
    chord: np.ndarray  # i4 sounded last (or about to sound: anchor is NaN)
    anchor: np.ndarray  # f8 s, when its first key sounded
    latest: np.ndarray  # f8 s, when its latest key sounded: rolled chords come key by key
    pulse: np.ndarray  # f8 s, when it was due by the player's own pulse
    slack: np.ndarray  # f8 s^2, variance of that
    ratio: np.ndarray  # f8 log of player's seconds per nominal second
    doubt: np.ndarray  # f8 variance of that
    travel: np.ndarray  # f8 quarters travelled minus quarters as written
    root: np.ndarray  # i4 changes with every fresh start
    since: np.ndarray  # i8 number of the note that fresh start began with
    octave: np.ndarray  # i4 semitones by which a hand was last out of its octave
    octave_note: np.ndarray  # i8 number of the note that told so
    strays: np.ndarray  # i4 stray notes in a row
    fit: np.ndarray  # f8 share of recent notes that fitted, 0 to 1
    ring_chord: np.ndarray  # i4[., RING] recent chords, newest first, -1 empty
    ring_heard: np.ndarray  # i8[., RING] keys heard of each
    ring_time: np.ndarray  # f8[., RING] s, when each began or should have
    ring_pass: np.ndarray  # i4[., RING] which time through
    visits: np.ndarray  # i4[., S] times each segment was entered
    meaning: np.ndarray  # i4[., MEMORY] key index of note n at n % MEMORY, or a code
    meaning_pass: np.ndarray  # i4[., MEMORY]


class Candidates(NamedTuple):
    """Branches of the current note, before the best are chosen."""

    count: np.ndarray  # i8[1]
    logp: np.ndarray  # f8
    parent: np.ndarray  # i4
    kind: np.ndarray  # i4 STRAY, FURTHER, ONWARD or SEED
    slot: np.ndarray  # i4 FURTHER: place in the ring; SEED: its number; STRAY: the meaning
    chord: np.ndarray  # i4 ONWARD: the new chord
    octave: np.ndarray  # i4 ONWARD, FURTHER: semitones the note sounds above the written key
    bit: np.ndarray  # i4 which key of the chord
    wait_s: np.ndarray  # f8 ONWARD: nominal seconds from the old chord
    slip_fit: np.ndarray  # f8 STRAY: how well it fits all the same, 0 to 1, or NO_VERDICT
    ways: np.ndarray  # i4[., 2] ONWARD: ways taken to get there, -1 none
    path: np.ndarray  # i8[PATHS, 5] scratch of the look-ahead
    path_sums: np.ndarray  # f8[PATHS, 2]
    chosen: np.ndarray  # i4[WIDTH] the survivors, best first
    digest: np.ndarray  # i8[WIDTH] of their states, to keep them distinct


def new_beam(segments: int) -> Beam:
    """An empty beam for a score of that many segments."""
    w = WIDTH
    return Beam(
        np.zeros(1, np.int64), np.zeros(w), np.zeros(w, np.int32), np.zeros(w), np.zeros(w), np.zeros(w),
        np.zeros(w), np.zeros(w), np.zeros(w), np.zeros(w), np.zeros(w, np.int32), np.zeros(w, np.int64),
        np.zeros(w, np.int32), np.zeros(w, np.int64), np.zeros(w, np.int32), np.zeros(w),
        np.full((w, RING), -1, np.int32), np.zeros((w, RING), np.int64), np.zeros((w, RING)),
        np.zeros((w, RING), np.int32), np.zeros((w, segments), np.int32),
        np.full((w, MEMORY), UNMATCHED, np.int32), np.zeros((w, MEMORY), np.int32),
    )  # fmt: skip


def new_candidates() -> Candidates:
    """Room for the branches of one note."""
    c = CANDIDATES
    return Candidates(
        np.zeros(1, np.int64), np.zeros(c), np.zeros(c, np.int32), np.zeros(c, np.int32),
        np.zeros(c, np.int32), np.zeros(c, np.int32), np.zeros(c, np.int32), np.zeros(c, np.int32),
        np.zeros(c), np.zeros(c),
        np.full((c, 2), -1, np.int32), np.zeros((PATHS, 5), np.int64), np.zeros((PATHS, 2)),
        np.zeros(WIDTH, np.int32), np.zeros(WIDTH, np.int64),
    )  # fmt: skip


@kernel
def place(beam, score, chord, visits, travel, ratio, doubt, root):
    """Put the whole beam before ``chord``: the next note is expected there, at any time."""
    beam.size[0] = 1
    beam.logp[0] = 0.0
    beam.chord[0] = chord
    beam.anchor[0] = np.nan
    beam.latest[0] = np.nan
    beam.pulse[0] = np.nan
    beam.slack[0] = 0.0
    beam.ratio[0] = ratio
    beam.doubt[0] = doubt
    beam.travel[0] = travel
    beam.root[0] = root
    beam.since[0] = LONG_AGO
    beam.octave_note[0] = LONG_AGO
    beam.strays[0] = 0
    beam.fit[0] = 0.75
    beam.ring_chord[0, :] = -1
    beam.ring_heard[0, :] = 0
    beam.visits[0, :] = visits
    segment = score.chord_segment[chord]
    beam.visits[0, segment] = max(1, beam.visits[0, segment])
    beam.ring_chord[0, 0] = chord
    beam.ring_time[0, 0] = np.nan
    beam.ring_pass[0, 0] = beam.visits[0, segment]
    beam.meaning[0, :] = UNMATCHED


@inline
def add_branch(out, logp, parent, kind, slot, chord, octave, bit, wait_s, way0, way1):
    i = out.count[0]
    if i >= CANDIDATES:
        return
    out.count[0] = i + 1
    out.logp[i] = logp
    out.parent[i] = parent
    out.kind[i] = kind
    out.slot[i] = slot
    out.chord[i] = chord
    out.octave[i] = octave
    out.bit[i] = bit
    out.wait_s[i] = wait_s
    out.ways[i, 0] = way0
    out.ways[i, 1] = way1
