"""Where the player is between two notes: on at his own tempo, but never ahead of what he must play next."""

from __future__ import annotations

import math
from dataclasses import dataclass

from repetiteur.realtime.follower import Follower

SHORT_OF_NEXT_Q = 0.06  # the next onset is announced by its note, never by the clock
GRACE_SHORT_Q = 0.04  # a grace note sounds just before its main note
COAST_AFTER_S = 1.0  # silence before anybody is said to coast
LATE_SHARE = 0.25  # of the wait for the next onset
END_AFTER_S = 2.0  # silence after the last chord before the piece counts as over


@dataclass(frozen=True, slots=True)
class Glide:
    """A straight line in time, valid from one note to the next."""

    from_q: float
    since_s: float
    q_per_s: float
    limit_q: float
    overdue_s: float  # from here on the player is late enough to be called silent
    last: bool  # nothing is expected after this chord

    def q_at(self, t_s: float) -> float:
        return min(self.from_q + max(t_s - self.since_s, 0.0) * self.q_per_s, self.limit_q)


def standing_at(q: float, t_s: float) -> Glide:
    """Held in place until a note comes."""
    return Glide(q, t_s, 0.0, q, math.inf, False)


def glide_from(follower: Follower, t_s: float) -> Glide:
    """The line on from the chord the follower has just heard at ``t_s``."""
    layout, chord = follower.layout, follower.chord
    chord_q, chord_s = layout.chord_q[chord], layout.chord_s[chord]
    from_q = chord_q - GRACE_SHORT_Q if layout.chord_grace[chord] else chord_q
    following = next_chord(follower)
    if following is not None and layout.chord_q[following] > chord_q - 1e-9:
        span_q = layout.chord_q[following] - from_q
        span_s = layout.chord_s[following] - chord_s
    else:
        segment = layout.arrays.segments[layout.chord_segment[chord]]
        span_q = float(segment["end_q"]) - from_q
        span_s = float(segment["end_s"]) - chord_s
    wait_s = max(span_s * follower.pace, 1e-3)
    limit_q = max(from_q, from_q + span_q - SHORT_OF_NEXT_Q)
    overdue_s = follower.anchor_s + wait_s * (1.0 + LATE_SHARE)
    last = following is None
    if last:
        overdue_s = max(overdue_s, t_s + END_AFTER_S)
    return Glide(from_q, follower.anchor_s, span_q / wait_s, limit_q, overdue_s, last)


def next_chord(follower: Follower) -> int | None:
    """The chord the notation wants next, or None at the end."""
    layout, chord = follower.layout, follower.chord
    segment = layout.chord_segment[chord]
    if chord + 1 < layout.chords and layout.chord_segment[chord + 1] == segment:
        return chord + 1
    visit_bit = 1 << (min(max(follower.which_pass, 1), 60) - 1)
    segments, ways = layout.arrays.segments, layout.arrays.ways
    for way in ways[segments["way_first"][segment] : segments["way_last"][segment]]:
        if int(way["when"]) & visit_bit:
            return int(segments["first"][way["target"]])
    return None
