"""Where the player may be: a beam of hypotheses, and the branches of one played note.

A hypothesis says which chord sounded last, when, which keys of the recent chords have
been heard, how fast the player is and by which way through the play order he came. For
each note every hypothesis branches (``branching``), fresh starts elsewhere come in from
the relocator as *seeds* (``relocate``), and the best few survive (``choosing``). The cost
of a note depends on the width of the beam alone, never on the length of the score, and
nothing is allocated.

A hypothesis is one record, copied word by word: each survivor of a note is a copy of its
parent, put right.
"""

from __future__ import annotations

import math
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
NO_KEY = -1  # of a branch: on to a chord, but by a slip
UNMATCHED, ORNAMENTAL = -1, -2  # in a hypothesis' meaning
OCTAVE_OFF = -10  # there as well: less the key that was played in another octave

RECENT = np.dtype([
    ("chord", "i8"),  # -1 empty
    ("heard", "i8"),  # keys heard of it
    ("time", "f8"),  # s, when it began or should have
    ("which_pass", "i8"),  # which time through
])  # fmt: skip

HYPOTHESIS = np.dtype([
    ("logp", "f8"),
    ("chord", "i8"),  # sounded last (or about to sound: anchor is NaN)
    ("anchor", "f8"),  # s, when its first key sounded
    ("latest", "f8"),  # s, when its latest key sounded: rolled chords come key by key
    ("pulse", "f8"),  # s, when it was due by the player's own pulse
    ("slack", "f8"),  # s^2, variance of that
    ("ratio", "f8"),  # log of player's seconds per nominal second
    ("pace", "f8"),  # player's seconds per nominal second
    ("doubt", "f8"),  # variance of the ratio
    ("travel", "f8"),  # quarters travelled minus quarters as written
    ("root", "i8"),  # changes with every fresh start
    ("since", "i8"),  # number of the note that fresh start began with
    ("octave", "i8"),  # semitones by which a hand was last out of its octave
    ("octave_note", "i8"),  # number of the note that told so
    ("strays", "i8"),  # stray notes in a row
    ("fit", "f8"),  # share of recent notes that fitted, 0 to 1
    ("meaning", "i4", (MEMORY,)),  # key index of note n at n % MEMORY, or a code
    ("meaning_pass", "i4", (MEMORY,)),
    ("ring", RECENT, (RING,)),  # recent chords, newest first
])  # fmt: skip

WORD = 8  # bytes
WORDS, RECENT_WORDS = HYPOTHESIS.itemsize // WORD, RECENT.itemsize // WORD
RING_AT = HYPOTHESIS.fields["ring"][1] // WORD  # pyright: ignore[reportOptionalSubscript]

BRANCH = np.dtype([
    ("logp", "f8"),
    ("parent", "i8"),
    ("kind", "i8"),  # STRAY, FURTHER, ONWARD or SEED
    ("slot", "i8"),  # FURTHER: place in the ring; ONWARD: chords passed over; STRAY: the meaning
    ("chord", "i8"),  # ONWARD: the new chord
    ("octave", "i8"),  # ONWARD, FURTHER: semitones the note sounds above the written key
    ("bit", "i8"),  # which key of the chord, or NO_KEY
    ("wait_s", "f8"),  # ONWARD: nominal seconds from the old chord
    ("slip_fit", "f8"),  # STRAY: how well it fits all the same, 0 to 1, or NO_VERDICT
    ("way0", "i8"),  # ONWARD: ways taken to get there, -1 none
    ("way1", "i8"),
])  # fmt: skip

PATH = np.dtype([
    ("chord", "i8"),  # next to look at
    ("segment", "i8"),
    ("steps", "i8"),
    ("way0", "i8"),
    ("way1", "i8"),
    ("offset_s", "f8"),  # what to add to a chord's nominal time to get the wait
    ("cost", "f8"),  # so far
])  # fmt: skip

SURVIVOR = np.dtype([
    ("branch", "i8"),
    ("logp", "f8"),  # of that branch
    ("digest", "i8"),  # of its state, to keep them distinct
])  # fmt: skip
DIGESTS = 256  # survivors are counted by the low bits of their digest

COUNTS = np.dtype([
    ("branches", "i8"),  # of the current note, so far
    ("considered", "i8"),  # of these
    ("chosen", "i8"),
    ("own", "i8"),  # likeliest branch that came there without a fresh start, -1 none
])  # fmt: skip


class Beam(NamedTuple):
    """The hypotheses, best first."""

    size: np.ndarray  # i8[1] how many are alive
    hypotheses: np.ndarray  # HYPOTHESIS[WIDTH]
    words: np.ndarray  # i8[WIDTH, WORDS] the same memory
    visits: np.ndarray  # i4[WIDTH, S] times each segment was entered


class Candidates(NamedTuple):
    """Branches of the current note, and those chosen."""

    counts: np.ndarray  # COUNTS[1]
    branches: np.ndarray  # BRANCH[CANDIDATES]
    paths: np.ndarray  # PATH[PATHS] scratch of the look-ahead
    chosen: np.ndarray  # SURVIVOR[WIDTH] best first
    digests: np.ndarray  # i8[DIGESTS] how many of the chosen have such a digest


def new_beam(segments: int) -> Beam:
    """An empty beam for a score of that many segments."""
    hypotheses = np.zeros(WIDTH, HYPOTHESIS)
    hypotheses["ring"]["chord"] = -1
    hypotheses["meaning"] = UNMATCHED
    words = hypotheses.view(np.int64).reshape(WIDTH, WORDS)
    return Beam(np.zeros(1, np.int64), hypotheses, words, np.zeros((WIDTH, segments), np.int32))


def new_candidates() -> Candidates:
    """Room for the branches of one note."""
    return Candidates(
        np.zeros(1, COUNTS), np.zeros(CANDIDATES, BRANCH), np.zeros(PATHS, PATH),
        np.zeros(WIDTH, SURVIVOR), np.zeros(DIGESTS, np.int64),
    )  # fmt: skip


@kernel
def place(beam, score, chord, visits, travel, ratio, doubt, root):
    """Put the whole beam before ``chord``: the next note is expected there, at any time."""
    beam.size[0] = 1
    beam.words[0, :] = 0
    copy_all(visits, beam.visits[0])
    segment = score.chords[chord].segment
    beam.visits[0, segment] = max(1, beam.visits[0, segment])
    only = beam.hypotheses[0]
    only.chord = chord
    only.anchor = np.nan
    only.latest = np.nan
    only.pulse = np.nan
    set_tempo(only, ratio)
    only.doubt = doubt
    only.travel = travel
    only.root = root
    only.since = LONG_AGO
    only.octave_note = LONG_AGO
    only.fit = 0.75
    for n in range(MEMORY):
        only.meaning[n] = UNMATCHED
    forget_chords(only)
    remember(only, 0, chord, np.nan, beam.visits[0, segment])


@kernel
def expect_tempo(beam, ratio, doubt):
    """Every hypothesis takes up this tempo."""
    for h in range(beam.size[0]):
        set_tempo(beam.hypotheses[h], ratio)
        beam.hypotheses[h].doubt = doubt


@inline
def copy_all(source, target):
    """Written out, because a slice assignment may make an array."""
    for i in range(len(source)):
        target[i] = source[i]


@inline
def set_tempo(own, ratio):
    own.ratio = ratio
    own.pace = math.exp(ratio)


@inline
def forget_chords(own):
    for r in range(RING):
        own.ring[r].chord = -1
        own.ring[r].heard = 0


@inline
def remember(own, r, chord, t, which_pass):
    """A chord takes that place in the ring, unheard."""
    recent = own.ring[r]
    recent.chord = chord
    recent.heard = 0
    recent.time = t
    recent.which_pass = which_pass


@inline
def copy(old, h, new, k, passed):
    """Hypothesis ``k`` of ``new`` becomes ``h`` of ``old``, ``passed`` places free in front of its ring."""
    for word in range(RING_AT):
        new.words[k, word] = old.words[h, word]
    shift = passed * RECENT_WORDS
    for word in range(RING_AT, WORDS - shift):
        new.words[k, word + shift] = old.words[h, word]
    copy_all(old.visits[h], new.visits[k])


@kernel
def copy_beam(source, target):
    """All of one beam into another."""
    target.size[0] = source.size[0]
    for h in range(source.size[0]):
        copy_all(source.words[h], target.words[h])
        copy_all(source.visits[h], target.visits[h])


@inline
def add_branch(out, logp, parent, kind, slot, chord, octave, bit, wait_s, way0, way1):
    i = out.counts[0].branches
    if i >= CANDIDATES:
        return
    out.counts[0].branches = i + 1
    branch = out.branches[i]
    branch.logp = logp
    branch.parent = parent
    branch.kind = kind
    branch.slot = slot
    branch.chord = chord
    branch.octave = octave
    branch.bit = bit
    branch.wait_s = wait_s
    branch.way0 = way0
    branch.way1 = way1
