"""What the Ladder looks at: every field, in this one place.

The performance stream is made of *traces*: local peaks of the encoder's sure onset head, faint ones too.
The score stream is made of *written* keys around the place the follower is at, as he has them at that
moment. A *view* is both at one moment; ``Tokens`` are the numbers the network gets for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repetiteur.kernels.ladder_read import PERFORMANCE_COLUMNS, SCORE_COLUMNS, fill_performance, fill_score

FAINT = 0.005  # height of the least peak that leaves a trace
HEARD = "sure", "middle", "early", "before", "sounds", "lasting", "velocity"
A4_BANDS, D4_STEPS = 8, 4

TRACE = np.dtype([
    ("onset_s", "f8"),
    ("note", "i8"),  # id of the confirmed note it is, -1: of none
    ("pitch", "i4"),
    *((name, "f4") for name in HEARD),  # what the heads say of it, 0 to 1
])  # fmt: skip

WRITTEN = np.dtype([
    ("key", "i4"),  # of the layout
    ("which_pass", "i4"),
    ("pitch", "i4"),
    ("due_s", "f8"),  # heard, or due by the tempo
    ("lasts_s", "f4"),  # at the player's tempo
    ("heard", "?"),  # the follower has heard it
    ("needed", "?"),  # it must be played: no grace note, no cue
    ("ahead", "?"),  # the follower is not there yet
    ("newest", "?"),  # of the chord the follower is at
    ("size", "i2"),  # keys of its chord
    ("rank", "i2"),  # its place in the chord, from below
    ("sounded", "i2"),  # keys of its chord that were heard
])  # fmt: skip

PAST_S, AHEAD_S = 2.5, 0.3  # how far the view reaches
MOST_TRACES, MOST_WRITTEN = 64, 48



@dataclass(frozen=True, slots=True)
class View:
    """Both streams at one moment. ``reading`` and ``link`` are of the traces: how the follower reads each,
    and which row of ``written`` he takes it for."""

    now_s: float
    fit: float  # share of the recent notes that fitted, 0 to 1
    traces: np.ndarray  # TRACE, by onset
    reading: np.ndarray  # i1
    link: np.ndarray  # i2, NO_KEY for none
    written: np.ndarray  # WRITTEN
    a4: np.ndarray  # (traces, A4_BANDS): the octave bands' dynamics at the moment of each; or (traces, 0)
    d4: np.ndarray  # (written, D4_STEPS): the intervals around each in the score; or (written, 0)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the network gets: rows of both streams, and where each row stands for the attention's biases."""

    performance: np.ndarray  # f4 (traces, columns)
    performance_at: np.ndarray  # f4 (traces, 2): pitch, seconds before now
    score: np.ndarray  # f4 (written, columns)
    score_at: np.ndarray
    link: np.ndarray  # i2 (traces,)
    a4: np.ndarray
    d4: np.ndarray


def chosen(traces: np.ndarray, written_pitches: np.ndarray) -> np.ndarray:
    """Which of too many traces are looked at, in order: the highest, and rather those of a written pitch."""
    if len(traces) <= MOST_TRACES:
        return np.arange(len(traces))
    asked = np.zeros(128, bool)
    asked[written_pitches] = True
    worth = traces["sure"] + 0.03 * asked[traces["pitch"]]
    return np.sort(np.argsort(worth, kind="stable")[-MOST_TRACES:])  # of equal ones the later


def tokens_of(view: View) -> Tokens:
    """The numbers themselves: ``kernels/ladder_read.py``."""
    traces, written = len(view.traces), len(view.written)
    performance = np.empty((traces, PERFORMANCE_COLUMNS), np.float32)
    score = np.empty((written, SCORE_COLUMNS), np.float32)
    performance_at, score_at = np.empty((traces, 2), np.float32), np.empty((written, 2), np.float32)
    fill_performance(view.traces, view.reading, view.now_s, view.fit, performance, performance_at)
    fill_score(view.written, view.now_s, view.fit, score, score_at)
    return Tokens(performance, performance_at, score, score_at, view.link, view.a4, view.d4)


def d4_of(pitches: np.ndarray) -> np.ndarray:
    """Local intervals of notes in score order: to the one before and the one after, coarse and clipped."""
    step = np.diff(pitches.astype(np.float32))
    before, after = np.append(np.float32(0), step), np.append(step, np.float32(0))
    near = [np.clip(each / 12, -2, 2) / 2 for each in (before, after)]
    return np.stack([before / 24, after / 24, *near], 1).astype(np.float32)
