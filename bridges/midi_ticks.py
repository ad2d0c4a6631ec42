"""MIDI clock as a plan: when each tick is due, worked out from tempo and place, never from sleeping.

24 ticks to the quarter. The first tick after start or continue is the beginning of the place that
was named before it, so a player who is between two sixteenths is met at the next one. No devices,
no clock; times are stream times.
"""

from __future__ import annotations

import math

TICKS_PER_QUARTER = 24
TICKS_PER_SIXTEENTH = 6
LAST_SIXTEENTH = 16_383  # song position has 14 bits

TICK, START, CONTINUE, STOP = b"\xf8", b"\xfa", b"\xfb", b"\xfc"


def song_position(sixteenth: int) -> bytes:
    """Sixteenths from the beginning."""
    return bytes((0xF2, sixteenth & 0x7F, sixteenth >> 7))


class TickTrain:
    """Ticks of one clock. Not thread-safe: a lock is around it."""

    def __init__(self) -> None:
        self.rolling = False
        self._anchor_s = 0.0
        self._anchor_tick = 0.0  # in ticks from the beginning of the piece
        self._ticks_per_s = 2.0 * TICKS_PER_QUARTER
        self._next_tick = 0

    def tempo(self, bpm: float, t_s: float) -> None:
        """From then on; ticks before stay where they were."""
        self._anchor_tick, self._anchor_s = self._tick_at(t_s), t_s
        self._ticks_per_s = bpm / 60.0 * TICKS_PER_QUARTER

    def put_at(self, quarters: float, t_s: float) -> bytes:
        """The player is there at that time: what to say before the next ticks."""
        tick = max(quarters, 0.0) * TICKS_PER_QUARTER
        sixteenth = min(math.ceil(tick / TICKS_PER_SIXTEENTH - 1e-6), LAST_SIXTEENTH)
        self._anchor_tick, self._anchor_s = tick, t_s
        self._next_tick = sixteenth * TICKS_PER_SIXTEENTH
        return song_position(sixteenth)

    def roll(self) -> bytes:
        """From the place it was put at: start, or continue from further on."""
        self.rolling = True
        return START if self._next_tick == 0 else CONTINUE

    def stop(self) -> bytes:
        self.rolling = False
        return STOP

    def due_s(self) -> float:
        """When the next tick is due; never while it stands."""
        if not self.rolling:
            return math.inf
        return self._anchor_s + (self._next_tick - self._anchor_tick) / self._ticks_per_s

    def take(self) -> None:
        """The tick that was due is out."""
        self._next_tick += 1

    def _tick_at(self, t_s: float) -> float:
        return self._anchor_tick + (t_s - self._anchor_s) * self._ticks_per_s
