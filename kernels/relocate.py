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
from repetiteur.kernels.branching import key_bit
from repetiteur.kernels.jit import inline, kernel
from repetiteur.kernels.likelihood import (
    DENSEST,
    EXTRA_RARE,
    EXTRA_RUN,
    FLAT,
    chord_density,
    leaving_cost,
    onset_density,
    popcount,
)

POSTINGS = 384  # chords looked at per note
STALE = 5  # notes a run survives without being heard
HISTORY = 64  # notes remembered
NEAR_S = 2.5  # nominal
NEAR = -6.0  # nobody breaks off to start afresh this near without a pause
FAR_S, FAR = 20.0, -9.0  # nor so far away
AWAY, AWAY_S = -5.0, 60.0  # the further the less likely, towards this much
AHEAD = -1.5  # who has stopped goes back rather than on
BEHIND = 14.0  # nats a seed may be behind the beam's best and still be tried
SHARPEST, SCATTER = 0.03, 0.3  # s and share of the wait by which an onset in a run is off

RUN = np.dtype([
    ("value", "f8"),  # log probability, with all that was played before the run
    ("time", "f8"),  # s, when its last chord began
    ("heard", "i8"),  # keys heard of its last chord
    ("start", "i8"),  # number of its first note
    ("origin", "i8"),  # chord of its first note
])  # fmt: skip

PAST = np.dtype([
    ("pitch", "i8"),
    ("onset", "f8"),  # s
    ("so_far", "f8"),  # the beam's best log probability before it
    ("best", "f8"),  # and after it
    ("entry_bonus", "f8"),
    ("here_s", "f8"),  # nominal, where the beam was
])  # fmt: skip


class Relocator(NamedTuple):
    """Runs, one per chord that ends there, and the recent notes.

    Most runs are of one note alone. These are not written down, only that there is one: what
    it would say follows from the note.
    """

    last: np.ndarray  # i4[N] number of the run's last note twice, plus one if it is a run of this note alone
    runs: np.ndarray  # RUN[N]
    likeliest: np.ndarray  # f8[2, STALE + 1] what a run of one note so long ago comes to at most, near or
    # (row 1) surely far away, but for the entry
    asked: np.ndarray  # f8[3] the last density asked for: offset, spread, answer
    past: np.ndarray  # PAST[HISTORY] note n at n % HISTORY
    seeds: np.ndarray  # i8[1] how many were found for this note
    seed_chord: np.ndarray  # i8[SEEDS]
    seed_logp: np.ndarray  # f8[SEEDS]


def new_relocator(chords: int) -> Relocator:
    """Nothing heard yet."""
    return Relocator(
        np.full(chords, -(10**9), np.int32), np.zeros(chords, RUN), np.zeros((2, STALE + 1)),
        np.full(3, np.nan), np.zeros(HISTORY, PAST),
        np.zeros(1, np.int64), np.zeros(SEEDS, np.int64), np.zeros(SEEDS),
    )  # fmt: skip


@kernel
def forget(searched):
    """As new."""
    searched.last[:] = -(10**9)
    for note in searched.past:
        note.best = note.so_far = note.entry_bonus = 0.0


@inline
def _gap(age):
    """What the notes since cost that the run did not explain."""
    return EXTRA_RARE * min(age - 1, 1) + EXTRA_RUN * max(age - 2, 0)


@inline
def _away(away_s):
    """How much less likely a fresh start is so far from where the player is."""
    return AWAY * away_s / (away_s + AWAY_S)


@inline
def _alone(past, chord_s, entry):
    """Log probability that the player starts afresh with this note, at the chord of that time."""
    away_s = abs(chord_s - past.here_s)
    bonus = past.entry_bonus + _away(away_s)
    if past.entry_bonus > 0.0:
        bonus += AHEAD if chord_s > past.here_s else 0.0
    else:
        bonus += NEAR if away_s < NEAR_S else FAR if away_s > FAR_S else 0.0
    return past.so_far + FLAT + bonus + entry


@inline
def _heard_alone(past, score, k):
    """Keys heard of chord ``k`` when that note was the only one."""
    return np.int64(1) << key_bit(score, score.chords[k], past.pitch)


@inline
def write_down(searched, score, k):
    """The run that ends at chord ``k``, though it be of one note alone."""
    run = searched.runs[k]
    if searched.last[k] & 1:
        n = np.int64(searched.last[k] >> 1)
        chord, past = score.chords[k], searched.past[n % HISTORY]
        run.value = _alone(past, chord.s, chord.entry)
        run.time = past.onset
        run.heard = _heard_alone(past, score, k)
        run.start = n
        run.origin = k
        searched.last[k] = 2 * n
    return run


@inline
def _most(searched, k, age, entry, away_s):
    """What comes of going on from chord ``k``'s run at most; ``entry``: there, if it is of one note alone."""
    if searched.last[k] & 1:
        return searched.likeliest[1 if away_s > FAR_S else 0, age] + _away(away_s) + entry
    return searched.runs[k].value + _gap(age) + DENSEST


@inline
def _key_density(searched, offset_s, spread_s):
    """``chord_density``, which most chords of a note ask for with the same numbers."""
    asked = searched.asked
    if asked[0] != offset_s or asked[1] != spread_s:
        asked[0], asked[1], asked[2] = offset_s, spread_s, chord_density(offset_s, spread_s)
    return asked[2]


@inline
def _extend(searched, score, posting, n, t, pace, value, away_s):
    """Best way for note n to end a run at the posting's chord; returns its value and first note.

    ``value``: of a run of this note alone; ``away_s``: all of it is so far from where
    the beam was, or farther.
    """
    last, runs, chords = searched.last, searched.runs, score.chords
    j, bit = np.int64(posting.chord), np.int64(1) << np.int64(posting.bit)
    start, origin, began, heard = n, j, t, bit
    age = n - (last[j] >> 1)
    oldest = 2 * (n - STALE)
    if last[j] >= oldest and _most(searched, j, age, posting.entry, away_s) > value:
        past = searched.past[(n - age) % HISTORY]
        alone = last[j] & 1
        known_value = _alone(past, posting.s, posting.entry) if alone else runs[j].value
        known_time = past.onset if alone else runs[j].time
        again = past.pitch == searched.past[n % HISTORY].pitch if alone else runs[j].heard & bit != 0
        if not again:
            v = known_value + _gap(age) + _key_density(searched, t - known_time, posting.spread_s)
            if v > value:
                value, began = v, known_time
                heard = bit | (_heard_alone(past, score, j) if alone else runs[j].heard)
                start = n - age if alone else runs[j].start
                origin = j if alone else runs[j].origin
    for k in range(j - 1, j - 1 - posting.before, -1):
        if last[k] < oldest:
            continue
        age = n - (last[k] >> 1)
        if _most(searched, k, age, posting.beside if k == j - 1 else posting.beyond, away_s) <= value:
            continue  # the commonest case
        alone = last[k] & 1
        past = searched.past[(n - age) % HISTORY]
        so_far = _alone(past, chords[k].s, chords[k].entry) if alone else runs[k].value
        so_far += _gap(age)
        skipped = 0.0
        for passed in range(j - 1, k, -1):
            skipped += chords[passed].passing
        if so_far + skipped + DENSEST <= value:
            continue
        needed = chords[k].needed
        known_heard = _heard_alone(past, score, k) if alone else runs[k].heard
        left = leaving_cost(popcount(needed), popcount(known_heard & needed))
        since = t - (past.onset if alone else runs[k].time)
        wait = (posting.s - chords[k].s) * pace
        v = so_far + left + skipped + onset_density(since - wait, wait, SHARPEST + SCATTER * wait)
        if v > value:
            value, heard, began = v, bit, t
            start = n - age if alone else runs[k].start
            origin = k if alone else runs[k].origin
    if start == n:
        last[j] = 2 * n + 1
    else:
        last[j] = 2 * n
        run = searched.runs[j]
        run.value = value
        run.time = began
        run.heard = heard
        run.start = start
        run.origin = origin
    return value, start


@inline
def _offer(searched, j, logp):
    """Keep the best few runs of this note as seeds."""
    count = searched.seeds[0]
    if count == SEEDS and logp <= searched.seed_logp[count - 1]:
        return
    k = count
    if count == SEEDS:
        k = count - 1
    else:
        searched.seeds[0] = count + 1
    while k > 0 and searched.seed_logp[k - 1] < logp:
        searched.seed_logp[k] = searched.seed_logp[k - 1]
        searched.seed_chord[k] = searched.seed_chord[k - 1]
        k -= 1
    searched.seed_logp[k] = logp
    searched.seed_chord[k] = j


@inline
def _window(score, pitch, here):
    """First and last of the postings of a pitch that are looked at: those nearest to ``here``."""
    first, last = np.int64(score.posting_first[pitch]), np.int64(score.posting_first[pitch + 1])
    if last - first > POSTINGS:
        low, high = first, last
        while low < high:
            middle = (low + high) // 2
            if score.postings[middle].chord < here:
                low = middle + 1
            else:
                high = middle
        first = max(first, min(low - POSTINGS // 2, last - POSTINGS))
        last = first + POSTINGS
    return first, last


@kernel
def search(searched, score, n, pitch, t, pace, here, entry_bonus):
    """Let note n extend the runs; find the seeds. ``here`` is the chord the beam is at."""
    now = searched.past[n % HISTORY]
    now.pitch = pitch
    now.onset = t
    now.entry_bonus = entry_bonus
    now.here_s = score.chords[here].s
    now.so_far = searched.past[(n - 1) % HISTORY].best
    searched.seeds[0] = 0
    postings, past = score.postings, searched.past
    lowest_s = highest_s = now.here_s
    for age in range(1, STALE + 1):
        before = past[(n - age) % HISTORY]
        bonus, most = before.entry_bonus, before.so_far + FLAT + _gap(age) + DENSEST
        searched.likeliest[0, age] = most + max(bonus, 0.0)
        searched.likeliest[1, age] = most + (bonus if bonus > 0.0 else FAR)
        lowest_s, highest_s = min(lowest_s, before.here_s), max(highest_s, before.here_s)
    first, last = _window(score, pitch, here)
    # Downwards, so that a run one chord earlier has not yet been overwritten by this note.
    for i in range(last - 1, first - 1, -1):
        posting = postings[i]
        alone = _alone(now, posting.s, posting.entry)
        away_s = max(0.0, lowest_s - posting.s, posting.s - posting.span_s - highest_s)
        value, start = _extend(searched, score, posting, n, t, pace, alone, away_s)
        if n - start < min(HISTORY, MEMORY) - 1:
            _offer(searched, posting.chord, value)


@kernel
def add_seeds(searched, score, beam, out):
    """Put the seeds among the branches of the note."""
    if beam.size[0] == 0:
        return
    best = -1e300
    for i in range(out.counts[0].branches):
        best = max(best, out.branches[i].logp)
    for k in range(searched.seeds[0]):
        if searched.seed_logp[k] > best - BEHIND:
            j = searched.seed_chord[k]
            heard = write_down(searched, score, j).heard
            bit = 0
            while (heard >> bit) & 1 == 0:
                bit += 1
            add_branch(out, searched.seed_logp[k], 0, SEED, k, j, 0, bit, 0.0, -1, -1)
