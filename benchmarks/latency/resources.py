"""Memory held, processor time used, and time the host of a virtual machine took away, second by second."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

_STATM, _STAT = Path("/proc/self/statm"), Path("/proc/stat")
_STEAL = 8  # after the name: user, nice, system, idle, waiting for disks, two of interrupts, and this


class Resources:
    """``sample`` now and then; room for as many is made beforehand. Times are those of ``now_s``."""

    def __init__(self, most: int, now_s: Callable[[], float]) -> None:
        self._rows = np.ones((most, 3))
        self._count = 0
        self._now_s = now_s
        self._began_s, self._cpu_s = time.monotonic(), time.process_time()

    def sample(self) -> None:
        if self._count < len(self._rows):
            self._rows[self._count] = self._now_s(), resident_mb(), stolen_s()
            self._count += 1

    @property
    def memory_mb(self) -> np.ndarray:
        return self._rows[: self._count, 1]

    @property
    def stolen_s(self) -> float:
        """Of all cores together, from beginning to end."""
        return float(np.ptp(self._rows[: self._count, 2]))

    def memory_mb_at(self, t_s: float) -> float:
        return float(self._rows[self._before(t_s), 1])

    def stolen_ms_around(self, from_s: float, until_s: float) -> float:
        """Of all cores together, from the last sample before the one time to the first after the other."""
        before = self._before(from_s)
        after = min(self._before(until_s) + 1, self._count - 1)
        return float(self._rows[after, 2] - self._rows[before, 2]) * 1e3

    def _before(self, t_s: float) -> int:
        """The last sample before then; the first where there is none."""
        return max(int(np.searchsorted(self._rows[: self._count, 0], t_s)) - 1, 0)

    @property
    def cpu(self) -> float:
        """Cores kept busy, on average: all threads of this process together."""
        return (time.process_time() - self._cpu_s) / max(time.monotonic() - self._began_s, 1e-9)

    def growth(self) -> float:
        """Share by which the last fifth holds more than what came after the first fifth."""
        held = self.memory_mb
        fifth = len(held) // 5
        if fifth < 1 or math.isnan(held[0]):
            return math.nan
        return float(np.median(held[-fifth:]) / np.median(held[fifth : 2 * fifth]) - 1.0)


def resident_mb() -> float:
    """NaN where the system does not tell."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, ValueError):
        return math.nan


def stolen_s() -> float:
    """For how long, of all cores together and since the system started, a core was wanted here and the host
    let others have it; NaN where the system does not tell."""
    try:
        return int(_STAT.read_text().split(maxsplit=_STEAL + 1)[_STEAL]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return math.nan
