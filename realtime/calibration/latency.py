"""How late sound is heard, from a test sound that went out and came back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Latency:
    round_trip_s: float  # from handing the sound to the output until the input says it was captured
    late_s: float  # the same without what the output says it needs itself: nobody else knows of this
    gain_db: float  # of what came back
