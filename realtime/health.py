"""How quickly a session answers, and what it costs: measured on the engine's thread."""

from __future__ import annotations

import time

import numpy as np

from repetiteur.realtime.inputs import HealthMeasured

HEALTH_EVERY_S = 5.0
_KEPT = 1024  # latest latencies


class HealthMeter:
    """Collects latencies of inputs and the thread's CPU time. One thread."""

    def __init__(self) -> None:
        self._latencies_ms = np.zeros(_KEPT)
        self._count = 0
        self._since_s = 0.0
        self._cpu_s = time.thread_time()

    def add(self, latency_s: float) -> None:
        self._latencies_ms[self._count % _KEPT] = latency_s * 1000.0
        self._count += 1

    def due(self, t_s: float) -> bool:
        return t_s - self._since_s >= HEALTH_EVERY_S

    def measure(self, t_s: float, overflows: int, dropped: int) -> HealthMeasured:
        """Sum up since the last time, and begin anew."""
        kept = self._latencies_ms[: min(self._count, _KEPT)]
        p50, p99 = np.percentile(kept, [50, 99]).tolist() if len(kept) else (0.0, 0.0)
        cpu_s = time.thread_time()
        share = (cpu_s - self._cpu_s) / max(t_s - self._since_s, 1e-9)
        self._count, self._since_s, self._cpu_s = 0, t_s, cpu_s
        cpu = round(min(share, 1.0), 4)
        return HealthMeasured(t_s, round(p50, 3), round(p99, 3), overflows, dropped, cpu)
