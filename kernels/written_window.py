"""The keys of the score around the place of the follower, with the time each was heard or is due."""

from __future__ import annotations

import math

from repetiteur.kernels.beam import RING
from repetiteur.kernels.jit import inline, kernel
from repetiteur.kernels.judging import due_s


@inline
def _write(score, c, heard, which_pass, at_s, ahead, newest, lasts_s, pace, rows, count):
    chord = score.chords[c]
    size = chord.last - chord.first
    sounded = 0
    for bit in range(size):
        sounded += (heard >> bit) & 1
    for bit in range(size):
        if count == rows.shape[0]:
            return count
        row = rows[count]
        key = chord.first + bit
        row.key = key
        row.which_pass = which_pass
        row.pitch = score.key_pitch[key]
        row.due_s = at_s
        row.lasts_s = lasts_s[key] * pace
        row.heard = (heard >> bit) & 1
        row.needed = (chord.needed >> bit) & 1
        row.ahead = ahead
        row.newest = newest
        row.size = size
        row.rank = bit
        row.sounded = sounded
        count += 1
    return count


@kernel
def written_window(score, chords, heard, times, passes, here, anchor, pace, now, past, ahead, lasts_s, rows):
    """Fill ``rows``, what is to come first, then newest first, and return how many.

    Of what was passed, chords due from ``now - past`` on; of what comes next in the same segment, those due
    before ``now + ahead`` at this pace. ``here`` sounded last, at ``anchor`` (NaN: it is still to come).
    ``lasts_s``: nominal seconds of each key.
    """
    count = 0
    if not math.isnan(anchor):
        chord = score.chords[here]
        for c in range(here + 1, score.segments[chord.segment].last):
            at_s = anchor + (score.chords[c].s - chord.s) * pace
            if at_s > now + ahead:
                break
            if at_s >= now - past:
                count = _write(score, c, 0, passes[0], at_s, True, False, lasts_s, pace, rows, count)
    for r in range(RING):
        c = chords[r]
        if c < 0:
            break
        at_s = due_s(score, chords, heard, times, passes, r)
        if at_s >= now - past:
            newest = r == 0
            count = _write(score, c, heard[r], passes[r], at_s, False, newest, lasts_s, pace, rows, count)
    return count
