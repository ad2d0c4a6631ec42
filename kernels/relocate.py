"""Where else the player might be: a sparse search over the whole score.

For every chord the best *run* of recent notes that ends there is kept: its log
probability since its first note, computed like the beam's. A note touches only the
chords that contain its pitch, and of those at most ``POSTINGS``, nearest first: the
cost is bounded whatever the length of the score. Runs that explain the recent past
better than the beam does, after paying for the jump, become seeds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repetiteur.kernels.beam import MEMORY, SEED, SEEDS, add_branch
from repetiteur.kernels.jit import inline, kernel
from repetiteur.kernels.likelihood import (
    EXTRA_RARE,
    EXTRA_RUN,
    FLAT,
    chord_density,
    leaving_cost,
    onset_density,
    popcount,
)

POSTINGS = 1024  # chords looked at per note
STALE = 5  # notes a run survives without being heard
HISTORY = 64  # notes remembered
NEAR_S = 2.5  # nominal
NEAR = -6.0  # nobody breaks off to start afresh this near without a pause
FAR_S, FAR = 20.0, -6.0  # nor so far away
AWAY, AWAY_S = -5.0, 60.0  # the further the less likely, towards this much
AHEAD = -1.5  # who has stopped goes back rather than on
BEHIND = 14.0  # nats a seed may be behind the beam's best and still be tried


class Relocator(NamedTuple):
    """Runs, one per chord, and the recent notes. Axis 0 of the runs is the chord."""

    value: np.ndarray  # f8[N] log probability of the run that ends here
    note: np.ndarray  # i8[N] number of its last note, very negative when none
    time: np.ndarray  # f8[N] s, when its last chord began
    heard: np.ndarray  # i8[N] keys heard of its last chord
    start: np.ndarray  # i8[N] number of its first note
    origin: np.ndarray  # i4[N] chord of its first note
    pitch: np.ndarray  # i4[HISTORY] of note n at n % HISTORY
    onset: np.ndarray  # f8[HISTORY] s
    best: np.ndarray  # f8[HISTORY] the beam's best after note n
    seeds: np.ndarray  # i4[1] how many were found for this note
    seed_chord: np.ndarray  # i4[SEEDS]
    seed_logp: np.ndarray  # f8[SEEDS]


def new_relocator(chords: int) -> Relocator:
    """Nothing heard yet."""
    return Relocator(
        np.zeros(chords), np.full(chords, -(10**9), np.int64), np.zeros(chords),
        np.zeros(chords, np.int64), np.zeros(chords, np.int64), np.zeros(chords, np.int32),
        np.zeros(HISTORY, np.int32), np.zeros(HISTORY), np.zeros(HISTORY),
        np.zeros(1, np.int32), np.zeros(SEEDS, np.int32), np.zeros(SEEDS),
    )  # fmt: skip


@kernel
def forget(runs):
    """As new."""
    runs.note[:] = -(10**9)
    runs.best[:] = 0.0


@inline
def _extend(runs, score, j, bit, n, t, pace, entry_bonus):
    """Best way for note n to end a run at chord j; stores it."""
    values, notes, times, heards = runs.value, runs.note, runs.time, runs.heard
    value = FLAT + entry_bonus + score.chord_entry[j]
    heard = np.int64(1) << bit
    start, origin, began = n, j, t
    age = n - notes[j]
    if 0 < age <= STALE and (heards[j] >> bit) & 1 == 0:
        gap = EXTRA_RARE * min(age - 1, 1) + EXTRA_RUN * max(age - 2, 0)
        v = values[j] + gap + chord_density(t - times[j], score.chord_spread_s[j])
        if v > value:
            value, heard = v, heards[j] | heard
            start, origin, began = runs.start[j], runs.origin[j], times[j]
    skipped = 0.0
    passing, seconds = score.chord_passing, score.chord_s
    first = max(score.segment_first[score.chord_segment[j]], j - 5)
    k = j - 1
    while k >= first:
        age = n - notes[k]
        if 0 < age <= STALE:
            gap = EXTRA_RARE * min(age - 1, 1) + EXTRA_RUN * max(age - 2, 0)
            needed = score.chord_needed[k]
            left = leaving_cost(popcount(needed), popcount(heards[k] & needed))
            wait = (seconds[j] - seconds[k]) * pace
            density = onset_density(t - times[k] - wait, wait, 0.03 + 0.3 * wait)
            v = values[k] + gap + left + skipped + density
            if v > value:
                value, heard = v, np.int64(1) << bit
                start, origin, began = runs.start[k], runs.origin[k], t
        skipped += passing[k]
        k -= 1
    values[j] = value
    notes[j] = n
    times[j] = began
    heards[j] = heard
    runs.start[j] = start
    runs.origin[j] = origin


@inline
def _offer(runs, j, logp):
    """Keep the best few runs of this note as seeds."""
    count = runs.seeds[0]
    if count == SEEDS and logp <= runs.seed_logp[count - 1]:
        return
    k = count
    if count == SEEDS:
        k = count - 1
    else:
        runs.seeds[0] = count + 1
    while k > 0 and runs.seed_logp[k - 1] < logp:
        runs.seed_logp[k] = runs.seed_logp[k - 1]
        runs.seed_chord[k] = runs.seed_chord[k - 1]
        k -= 1
    runs.seed_logp[k] = logp
    runs.seed_chord[k] = j


@kernel
def search(runs, score, n, pitch, t, pace, here, entry_bonus):
    """Let note n extend the runs; find the seeds. ``here`` is the chord the beam is at."""
    runs.pitch[n % HISTORY] = pitch
    runs.onset[n % HISTORY] = t
    runs.seeds[0] = 0
    first, last = score.posting_first[pitch], score.posting_first[pitch + 1]
    if last - first > POSTINGS:
        middle = first + np.searchsorted(score.posting_chord[first:last], here)
        first = max(first, min(middle - POSTINGS // 2, last - POSTINGS))
        last = first + POSTINGS
    here_s = score.chord_s[here]
    # Downwards, so that a run one chord earlier has not yet been overwritten by this note.
    for i in range(last - 1, first - 1, -1):
        j = score.posting_chord[i]
        away_s = abs(score.chord_s[j] - here_s)
        bonus = entry_bonus + AWAY * away_s / (away_s + AWAY_S)
        if entry_bonus > 0.0:
            bonus += AHEAD if j > here else 0.0
        else:
            bonus += NEAR if away_s < NEAR_S else FAR if away_s > FAR_S else 0.0
        _extend(runs, score, j, score.posting_bit[i], n, t, pace, bonus)
        start = runs.start[j]
        if n - start < min(HISTORY, MEMORY) - 1:
            _offer(runs, j, runs.value[j] + runs.best[(start - 1) % HISTORY])


@kernel
def add_seeds(runs, beam, out):
    """Put the seeds among the branches of the note."""
    if beam.size[0] == 0:
        return
    best = -1e300
    for i in range(out.count[0]):
        best = max(best, out.logp[i])
    for k in range(runs.seeds[0]):
        if runs.seed_logp[k] > best - BEHIND:
            j = runs.seed_chord[k]
            bit = 0
            while (runs.heard[j] >> bit) & 1 == 0:
                bit += 1
            add_branch(out, runs.seed_logp[k], 0, SEED, k, j, 0, bit, 0.0, -1, -1)

