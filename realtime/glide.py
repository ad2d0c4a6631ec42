"""Where the player is between two notes: on at his own tempo, but not ahead of what he must play next.

From sound a note is known only some time after it began. To be on time nevertheless, the line goes on
over onsets that are due and, if played, could not be known yet; provided the player is regular enough.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from repetiteur.realtime.layout import Layout
from repetiteur.realtime.shown import Shown

SHORT_OF_NEXT_Q = 0.06  # the next onset is announced by its note, never by the clock
GRACE_SHORT_Q = 0.04  # a grace note sounds just before its main note
COAST_AFTER_S = 1.0  # silence before anybody is said to coast
LATE_SHARE = 0.25  # of the wait for the next onset
END_AFTER_S = 2.0  # silence after the last chord before the piece counts as over
AT_ONCE_S = 0.005  # a note known so soon after it began has not been heard as sound
LATER_S = 0.006  # than foreseen is where onsets are crossed: the early half of them is told by their notes
REGULAR_S = 0.055  # scatter of an onset that may still be foreseen
PATIENCE_S = 0.015  # beyond when an onset should be known, until the line stops
FORESEEN = 4  # onsets crossed at most


@dataclass(frozen=True, slots=True)
class Glide:
    """A straight line in time, and perhaps another one after it."""

    from_q: float
    since_s: float
    q_per_s: float
    limit_q: float
    overdue_s: float  # from here on the player is late enough to be called silent
    last: bool  # nothing is expected after this chord
    then: Glide | None = None

    def q_at(self, t_s: float) -> float:
        if self.then is not None and t_s >= self.then.since_s:
            return self.then.q_at(t_s)
        return min(self.from_q + max(t_s - self.since_s, 0.0) * self.q_per_s, self.limit_q)


def standing_at(q: float, t_s: float) -> Glide:
    """Held in place until a note comes."""
    return Glide(q, t_s, 0.0, q, math.inf, False)


def glide_from(shown: Shown, t_s: float) -> Glide:
    """The line on from the chord that was heard last, as is known at ``t_s``."""
    leg = _leg(shown, shown.chord, shown.anchor_s, t_s)
    behind_s = t_s - shown.anchor_s
    if behind_s < AT_ONCE_S:
        return leg
    known_s = _due_s(shown, shown.chord + 1) + behind_s + PATIENCE_S  # if the next one is played
    return _onward(shown, shown.chord, leg, known_s, FORESEEN)


def _onward(shown: Shown, chord: int, leg: Glide, until_s: float, onsets: int) -> Glide:
    """``leg`` leads on from ``chord``; with what follows, as far as one may go without hearing anything."""
    layout, following = shown.layout, chord + 1
    if onsets and leg.limit_q > leg.from_q and _follows(layout, chord):
        due_s = _due_s(shown, following)
        if due_s + LATER_S < until_s and shown.scatter_s(due_s - shown.anchor_s) < REGULAR_S:
            after = _leg(shown, following, due_s + LATER_S, due_s)
            most_q = after.from_q + (until_s - after.since_s) * after.q_per_s
            after = replace(after, limit_q=min(after.limit_q, most_q))
            then = _onward(shown, following, after, until_s, onsets - 1)
            return replace(leg, limit_q=after.from_q, then=then)
    return leg


def _follows(layout: Layout, chord: int) -> bool:
    """Whether the next chord of the score is next to be played, and no grace note."""
    following = chord + 1
    if following >= layout.chords or layout.chord_segment[following] != layout.chord_segment[chord]:
        return False
    return not layout.chord_grace[following]


def _due_s(shown: Shown, chord: int) -> float:
    """When the player should come to a chord further on."""
    layout = shown.layout
    if chord >= layout.chords:
        return math.inf
    return shown.anchor_s + (layout.chord_s[chord] - layout.chord_s[shown.chord]) * shown.pace


def _leg(shown: Shown, chord: int, since_s: float, t_s: float) -> Glide:
    """The line on from a chord, which begins at ``since_s``, to just before the next one."""
    layout = shown.layout
    chord_q, chord_s = layout.chord_q[chord], layout.chord_s[chord]
    from_q = chord_q - GRACE_SHORT_Q if layout.chord_grace[chord] else chord_q
    following = next_chord(shown, chord)
    if following is not None and layout.chord_q[following] > chord_q - 1e-9:
        span_q = layout.chord_q[following] - from_q
        span_s = layout.chord_s[following] - chord_s
    else:
        segment = layout.arrays.segments[layout.chord_segment[chord]]
        span_q = float(segment["end_q"]) - from_q
        span_s = float(segment["end_s"]) - chord_s
    wait_s = max(span_s * shown.pace, 1e-3)
    limit_q = max(from_q, from_q + span_q - SHORT_OF_NEXT_Q)
    overdue_s = since_s + wait_s * (1.0 + LATE_SHARE)
    last = following is None
    if last:
        overdue_s = max(overdue_s, t_s + END_AFTER_S)
    return Glide(from_q, since_s, span_q / wait_s, limit_q, overdue_s, last)


def next_chord(shown: Shown, chord: int) -> int | None:
    """The chord the notation wants after this one, or None at the end."""
    layout = shown.layout
    segment = layout.chord_segment[chord]
    if chord + 1 < layout.chords and layout.chord_segment[chord + 1] == segment:
        return chord + 1
    visit_bit = 1 << (min(max(shown.which_pass, 1), 60) - 1)
    segments, ways = layout.arrays.segments, layout.arrays.ways
    for way in ways[segments["way_first"][segment] : segments["way_last"][segment]]:
        if int(way["when"]) & visit_bit:
            return int(segments["first"][way["target"]])
    return None
