"""How much memory is held and processor time used, second by second."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import numpy as np

_STATM = Path("/proc/self/statm")


class Resources:
    """``sample`` now and then; room for as many is made beforehand."""

    def __init__(self, most: int) -> None:
        self._rows = np.ones((most, 2))
        self._count = 0
        self._began_s, self._cpu_s = time.monotonic(), time.process_time()

    def sample(self) -> None:
        if self._count < len(self._rows):
            self._rows[self._count] = time.monotonic() - self._began_s, resident_mb()
            self._count += 1

    @property
    def memory_mb(self) -> np.ndarray:
        return self._rows[: self._count, 1]

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
