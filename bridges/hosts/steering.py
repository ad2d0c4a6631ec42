"""Keeping a host's playhead with the player: where it must be by now, and which tempo brings it there.

Two kinds of timeline: one that runs at the tempo it is told (counted in quarters), and one that
runs at its own, fixed (counted in seconds), which can only be put somewhere else. No clock: the
times are stream times.
"""

from __future__ import annotations

import math

from repetiteur.bridges.hosts.actions import Tempo
from repetiteur.bridges.hosts.places import Places

SMOOTH_S = 0.8  # time constant of the tempo told; a host should breathe, not tremble
TELL_EVERY_S = 0.25
WORTH_TELLING = 0.004  # of the tempo
CATCH_UP_S = 2.0  # a gap is closed in about this time
MOST_CATCH_UP = 0.08  # of the tempo, faster or slower
OBEYS_WITHIN_S = 0.4  # a locate, even on a slow day
SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0


class Steering:
    """One host that rolls. Same thread as the transport."""

    def __init__(self, places: Places, takes_tempo: bool, lead_s: float) -> None:
        self._places = places
        self._takes_tempo = takes_tempo
        self._lead_s = lead_s
        self._anchor_s = 0.0  # at that stream time the host was, or will be, at _anchor
        self._anchor = 0.0  # quarters, or seconds
        self._put_s = -math.inf
        self._speed = 1.0  # of the host, in these a second
        self._bpm = 0.0  # of the player, smoothed
        self._heard_s = 0.0
        self._told_bpm = 0.0
        self._told_s = -math.inf

    def begin(self, bpm: float, t_s: float) -> Tempo | None:
        """It will roll from now on: the tempo to begin with, where it takes one."""
        self._bpm, self._heard_s = _playable(bpm), t_s
        return self._tell(self._bpm, t_s) if self._takes_tempo else None

    def put_at(self, q: float, t_s: float) -> float:
        """It is put to where the player will be when it obeys; returns that ``q``."""
        ahead_q = q + self._lead_s * self._bpm / 60.0
        self._put_s = t_s
        self._anchor_s, self._anchor = t_s + self._lead_s, self._count(ahead_q)
        return ahead_q

    def seen_at(self, seconds: float, t_s: float) -> None:
        """The host itself tells where it is; while it is still obeying, it does not count."""
        if not self._takes_tempo and t_s >= self._put_s + OBEYS_WITHIN_S:
            self._anchor_s, self._anchor = t_s, seconds

    def gap_s(self, q: float, t_s: float) -> float:
        """How far the player is ahead of it, in seconds."""
        return (self._count(q) - self._now(t_s)) / self._speed

    def follow(self, q: float, bpm: float, t_s: float) -> Tempo | None:
        """The player is at ``q``: another tempo to tell, or None."""
        share = 1.0 - math.exp(-max(t_s - self._heard_s, 0.0) / SMOOTH_S)
        self._bpm *= (_playable(bpm) / self._bpm) ** share
        self._heard_s = t_s
        if not self._takes_tempo or t_s < self._told_s + TELL_EVERY_S - 1e-6:
            return None
        wish = self.gap_s(q, t_s) / CATCH_UP_S
        bpm = self._bpm * (1.0 + min(max(wish, -MOST_CATCH_UP), MOST_CATCH_UP))
        if abs(bpm / self._told_bpm - 1.0) < WORTH_TELLING:
            return None
        return self._tell(bpm, t_s)

    def _tell(self, bpm: float, t_s: float) -> Tempo:
        bpm = round(bpm, 2)
        obeys_s = t_s + self._lead_s
        self._anchor, self._anchor_s = self._now(obeys_s), obeys_s
        self._speed = bpm / 60.0
        self._told_bpm, self._told_s = bpm, t_s
        return Tempo(bpm)

    def _count(self, q: float) -> float:
        return q if self._takes_tempo else self._places.seconds(q)

    def _now(self, t_s: float) -> float:
        return self._anchor + (t_s - self._anchor_s) * self._speed


def _playable(bpm: float) -> float:
    return min(max(bpm, SLOWEST_BPM), FASTEST_BPM)
