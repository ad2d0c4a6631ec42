"""Notes out of evidence for every key, hop by hop: begun early, confirmed or withdrawn later, ended.

Evidence is one row of heads for each key and hop. Triangles stand in it round each onset and
offset; a peak is seen one hop after it, or at once where another head tells already what
comes after it. Moments are counted in hops from the start, with fractions. The numbers of the
heads and their delays come from whoever made the evidence.

Beside the notes stand the *traces*: every peak of the sure head, however faint, with what all heads say of
it. Whoever knows what should have been played can tell more from these than from the notes.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from repetiteur.kernels.jit import inline, kernel

PROVISIONAL, CONFIRMED, WITHDRAWN, ENDED = range(4)

CHANGE = np.dtype([
    ("kind", "i8"),
    ("note", "i8"),  # counts from 0
    ("hop", "i8"),  # the newest that was used
    ("key", "i8"),
    ("moment", "f8"),  # hops from the start: where it begins, or ends (of ENDED)
    ("velocity", "f8"),  # 0 to 1, and NaN where nobody can say yet
    ("confidence", "f8"),  # height of the peak
])  # fmt: skip

TRACE = np.dtype([
    ("note", "i8"),  # the confirmed note it is, or -1
    ("hop", "i8"),  # the newest that was used
    ("key", "i8"),
    ("moment", "f8"),  # hops from the start
    ("sure", "f8"),  # heights of the onset heads there, 0 to 1
    ("middle", "f8"),
    ("early", "f8"),
    ("before", "f8"),  # whether the key sounded before it,
    ("sounds", "f8"),  # right after it
    ("lasting", "f8"),  # and somewhat later
    ("velocity", "f8"),
])  # fmt: skip
BEFORE, AROUND = 5, 2  # hops

WAITING = 4  # provisional notes of one key at a time
CHANGES_OF_A_KEY = WAITING + 3  # most that one hop can bring: withdrawn, an end, a confirmed, a provisional
REMEMBERED = 32  # hops of evidence: more than any head is late

SHORTEST = 2.0  # hops: no note ends sooner
RISING = 1.05  # times as much said of the next moment by a quicker head: the top is still to come


class Heads(NamedTuple):
    """Where in a row each head is, and how many hops late it speaks."""

    early: int  # onset head of provisional notes
    tells_early: bool  # whether there are such notes
    early_delay: int  # told even where there are none
    at_once: bool  # the head before it is one hop quicker, and tells what comes after a peak
    sure: int
    sure_delay: int
    middle: int  # of traces: an onset head before the sure one
    middle_delay: int
    quick: int  # and one before that
    quick_delay: int
    frame: int  # as late as ``sure``
    frame_early: int  # sooner than that
    offset: int  # as late as ``sure``
    velocity_early: int
    velocity_early_delay: int
    velocity: int  # as late as ``sure``


class Limits(NamedTuple):
    """What is taken for a note. Heights are 0 to 1, times are hops."""

    early: float
    sure: float
    faint: float  # a trace
    frame: float
    offset: float
    apart: float  # between onsets of one key
    same: float  # a provisional onset this close to a sure one is the same note
    silent: int  # hops below ``frame`` that end a note


class Keys(NamedTuple):
    """What is known of every key. ``new_keys`` makes it; kernels write in it."""

    recent: np.ndarray  # REMEMBERED x keys x heads: a ring
    count: np.ndarray  # [hops so far, notes so far]
    waiting: np.ndarray  # how many provisional notes of the key wait to be confirmed, oldest first
    waiting_note: np.ndarray
    waiting_moment: np.ndarray
    waiting_velocity: np.ndarray
    waiting_confidence: np.ndarray
    last_early: np.ndarray  # moment of the newest provisional note
    last_sure: np.ndarray  # ... and confirmed one
    sounding: np.ndarray  # the note, or -1
    below: np.ndarray  # hops its frame has been below the limit
    below_since: np.ndarray


def new_keys(keys: int, heads: int) -> Keys:
    """Nothing heard yet."""
    return Keys(
        recent=np.zeros((REMEMBERED, keys, heads), np.float32),
        count=np.zeros(2, np.int64),
        waiting=np.zeros(keys, np.int64),
        waiting_note=np.zeros((keys, WAITING), np.int64),
        waiting_moment=np.zeros((keys, WAITING)),
        waiting_velocity=np.zeros((keys, WAITING)),
        waiting_confidence=np.zeros((keys, WAITING)),
        last_early=np.full(keys, -math.inf),
        last_sure=np.full(keys, -math.inf),
        sounding=np.full(keys, -1, np.int64),
        below=np.zeros(keys, np.int64),
        below_since=np.zeros(keys),
    )


@inline
def _is_peak(before, here, after, limit):
    return here >= limit and here > before and here >= after


@inline
def _beside(before, here, after):
    """How far from the middle hop a triangle's top is: whatever its height, -0.5 to 0.5 hops."""
    return 0.5 * (after - before) / (here - min(before, after))


@inline
def _write(changes, count, kind, note, hop, key, moment, velocity, confidence):
    change = changes[count]
    change.kind = kind
    change.note = note
    change.hop = hop
    change.key = key
    change.moment = moment
    change.velocity = velocity
    change.confidence = confidence
    return count + 1


@inline
def _no_longer_waits(keys, key, place):
    last = keys.waiting[key] - 1
    for k in range(place, last):
        keys.waiting_note[key, k] = keys.waiting_note[key, k + 1]
        keys.waiting_moment[key, k] = keys.waiting_moment[key, k + 1]
        keys.waiting_velocity[key, k] = keys.waiting_velocity[key, k + 1]
        keys.waiting_confidence[key, k] = keys.waiting_confidence[key, k + 1]
    keys.waiting[key] = last


@inline
def _withdraw_oldest(keys, key, hop, changes, count):
    count = _write(changes, count, WITHDRAWN, keys.waiting_note[key, 0], hop, key,
                   keys.waiting_moment[key, 0], keys.waiting_velocity[key, 0],
                   keys.waiting_confidence[key, 0])  # fmt: skip
    _no_longer_waits(keys, key, 0)
    return count


@inline
def _end(keys, key, hop, moment, changes, count):
    moment = max(moment, keys.last_sure[key] + SHORTEST)
    count = _write(changes, count, ENDED, keys.sounding[key], hop, key, moment, math.nan, math.nan)
    keys.sounding[key] = -1
    return count


@inline
def _highest(keys, key, head, hop):
    """Of a head, round a hop."""
    highest = 0.0
    for near in range(hop - AROUND, hop + AROUND + 1):
        highest = max(highest, keys.recent[near % REMEMBERED, key, head] * 1.0)
    return highest


@kernel
def _look_for_trace(keys, heads, limits, key, hop, rows, traces, count):
    """Whatever may be an onset at all."""
    before, here, after = rows[0][key, heads.sure], rows[1][key, heads.sure], rows[2][key, heads.sure]
    told = hop - 1 - heads.sure_delay  # so many hops after a head's delay it spoke of this moment
    if told < 0 or not _is_peak(before, here, after, limits.faint):
        return count
    trace = traces[count]
    trace.hop = hop
    trace.key = key
    trace.moment = hop - heads.sure_delay + _beside(before, here, after)
    trace.note = keys.sounding[key] if keys.last_sure[key] == trace.moment else -1
    trace.sure = here
    trace.middle = _highest(keys, key, heads.middle, told + heads.middle_delay)
    trace.early = _highest(keys, key, heads.quick, told + heads.quick_delay)
    trace.before = keys.recent[(hop - 1 - BEFORE) % REMEMBERED, key, heads.frame]
    trace.sounds = rows[2][key, heads.frame]
    trace.lasting = rows[2][key, heads.frame_early]
    trace.velocity = rows[1][key, heads.velocity]
    return count + 1


@kernel
def _look_for_sure(keys, heads, limits, key, hop, rows, changes, count):
    """A note that is one: a provisional one confirmed, or one nobody foresaw."""
    before, here, after = rows[0][key, heads.sure], rows[1][key, heads.sure], rows[2][key, heads.sure]
    if not _is_peak(before, here, after, limits.sure):
        return count
    moment = hop - heads.sure_delay + _beside(before, here, after)
    if moment < keys.last_sure[key] + limits.apart:
        return count
    if keys.sounding[key] >= 0:
        count = _end(keys, key, hop, moment, changes, count)
    nearest, distance = -1, limits.same
    for k in range(keys.waiting[key]):
        away = abs(keys.waiting_moment[key, k] - moment)
        if away <= distance:
            nearest, distance = k, away
    if nearest >= 0:
        note = keys.waiting_note[key, nearest]
        _no_longer_waits(keys, key, nearest)
    else:
        note = keys.count[1]
        keys.count[1] = note + 1
    keys.last_sure[key] = moment
    keys.sounding[key] = note
    keys.below[key] = 0
    return _write(changes, count, CONFIRMED, note, hop, key, moment, rows[1][key, heads.velocity], here)


@kernel
def _look_for_end(keys, heads, limits, key, hop, rows, changes, count):
    """A sounding note ends where its offset peaks, or where its frame went out for good."""
    before, here, after = rows[0][key, heads.offset], rows[1][key, heads.offset], rows[2][key, heads.offset]
    earliest = keys.last_sure[key] + SHORTEST
    if _is_peak(before, here, after, limits.offset):
        moment = hop - heads.sure_delay + _beside(before, here, after)
        if moment >= earliest:
            return _end(keys, key, hop, moment, changes, count)
    sounded, sounds = rows[1][key, heads.frame], rows[2][key, heads.frame]
    now = hop + 1 - heads.sure_delay
    if sounds >= limits.frame or now < earliest:
        keys.below[key] = 0
        return count
    if keys.below[key] == 0:
        went_out = now * 1.0
        if sounded > limits.frame:
            went_out = now - 1.0 + (sounded - limits.frame) / (sounded - sounds)
        keys.below_since[key] = went_out
    keys.below[key] += 1
    if keys.below[key] > limits.silent:
        count = _end(keys, key, hop, keys.below_since[key], changes, count)
    return count


@kernel
def _look_for_early(keys, heads, limits, key, hop, rows, changes, count):
    """A note that seems to begin."""
    if heads.at_once:
        peak, before, here = hop, rows[1][key, heads.early], rows[2][key, heads.early]
        after = rows[2][key, heads.early - 1]
        seen = here >= limits.early and after <= RISING * here
    else:
        peak, before, here = hop - 1, rows[0][key, heads.early], rows[1][key, heads.early]
        after = rows[2][key, heads.early]
        seen = _is_peak(before, here, after, limits.early)
    if not seen:
        return count
    moment = peak + 1 - heads.early_delay
    if here > before:  # else it was seen late
        moment += min(_beside(before, here, after), 1.0)
    place = keys.waiting[key]
    if moment < keys.last_early[key] + limits.apart or place == WAITING:
        return count
    velocity = math.nan
    told = peak - heads.early_delay + heads.velocity_early_delay
    if told <= hop:
        velocity = keys.recent[told % REMEMBERED, key, heads.velocity_early] * 1.0
    note = keys.count[1]
    keys.count[1] = note + 1
    keys.waiting_note[key, place] = note
    keys.waiting_moment[key, place] = moment
    keys.waiting_velocity[key, place] = velocity
    keys.waiting_confidence[key, place] = here
    keys.waiting[key] = place + 1
    keys.last_early[key] = moment
    return _write(changes, count, PROVISIONAL, note, hop, key, moment, velocity, here)


@kernel
def notes_from_evidence(evidence, keys, heads, limits, changes, traces):
    """Take hops in until all are, or there might be no room for what the next one brings.

    Returns how many hops were taken, and how many changes and traces there are.
    """
    taken, count, traced = 0, 0, 0
    many = evidence.shape[1]
    while (
        taken < evidence.shape[0]
        and count + many * CHANGES_OF_A_KEY <= changes.shape[0]
        and traced + many <= traces.shape[0]
    ):
        hop = keys.count[0]
        newest = keys.recent[hop % REMEMBERED]
        for key in range(many):
            for head in range(evidence.shape[2]):
                newest[key, head] = evidence[taken, key, head]
        rows = (
            keys.recent[(hop - 2) % REMEMBERED],
            keys.recent[(hop - 1) % REMEMBERED],
            newest,
        )
        passed = hop - heads.sure_delay + 0.5 - limits.same  # no later peak can be as early as that
        for key in range(many):
            count = _look_for_sure(keys, heads, limits, key, hop, rows, changes, count)
            while keys.waiting[key] > 0 and keys.waiting_moment[key, 0] < passed:
                count = _withdraw_oldest(keys, key, hop, changes, count)
            if keys.sounding[key] >= 0:
                count = _look_for_end(keys, heads, limits, key, hop, rows, changes, count)
            if heads.tells_early:
                count = _look_for_early(keys, heads, limits, key, hop, rows, changes, count)
            if limits.faint < limits.sure:
                traced = _look_for_trace(keys, heads, limits, key, hop, rows, traces, traced)
        keys.count[0] = hop + 1
        taken += 1
    return taken, count, traced


@kernel
def settle_notes(keys, heads, changes):
    """No more will come: what waits is withdrawn, what sounds has ended. Returns how many changes."""
    count = 0
    hop = keys.count[0] - 1
    for key in range(keys.waiting.shape[0]):
        while keys.waiting[key] > 0:
            count = _withdraw_oldest(keys, key, hop, changes, count)
        if keys.sounding[key] >= 0:
            count = _end(keys, key, hop, hop + 1.0 - heads.sure_delay, changes, count)
    return count
