"""When a sample sounded: samples counted, and held against the times they were captured."""

from __future__ import annotations

DEAD_ZONE_S = 0.002  # stamps jitter by this much and mean nothing
SETTLES_S = 10.0  # of sound, until a sound card that is too fast or slow is followed
BROKEN_S = 1.0  # a stamp further off than this: time went on and nobody listened


class SoundClock:
    """Turns seconds of sound taken in into stream time. Starts with the first stamp it is given."""

    def __init__(self) -> None:
        self._ahead_s: float | None = None  # stream time minus sound taken in

    def stamped(self, t_s: float, taken_in_s: float, lasts_s: float) -> None:
        """What begins at ``taken_in_s`` was captured at ``t_s`` and lasts so long."""
        ahead_s = t_s - taken_in_s
        if self._ahead_s is None:
            self._ahead_s = ahead_s
            return
        gap_s = ahead_s - self._ahead_s
        if gap_s > BROKEN_S:
            self._ahead_s = ahead_s
        elif abs(gap_s) > DEAD_ZONE_S:
            self._ahead_s += gap_s * min(1.0, lasts_s / SETTLES_S)

    def jump(self, seconds: float) -> None:
        """So much time passed for which no sound was taken in."""
        if self._ahead_s is not None:
            self._ahead_s += seconds

    def at_s(self, taken_in_s: float) -> float:
        """Stream time of that much sound."""
        return taken_in_s + (self._ahead_s or 0.0)
