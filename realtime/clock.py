"""Where "now" comes from. Live and offline differ in nothing else."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Seconds of stream time, never going back. May be read from any thread."""

    def now_s(self) -> float: ...


class LiveClock:
    """Real time, zero when made."""

    def __init__(self) -> None:
        self._zero_s = time.monotonic()

    def now_s(self) -> float:
        return time.monotonic() - self._zero_s


class ManualClock:
    """Stands still until it is told to go on."""

    def __init__(self, now_s: float = 0.0) -> None:
        self._now_s = now_s

    def now_s(self) -> float:
        return self._now_s

    def advance(self, by_s: float) -> None:
        if by_s < 0:
            raise ValueError(f"time cannot go back by {-by_s} s: advance by zero or more")
        self._now_s += by_s
