"""How loud the sound is that is being listened to, for a meter."""

from __future__ import annotations

import math

import numpy as np

from repetiteur.realtime.events import Event
from repetiteur.realtime.hearing.ears import Ears
from repetiteur.realtime.inputs import Chunk, HeardTrace

FLOOR_DBFS = -90.0
FALLS_DB_PER_S = 24.0  # so that a short sound can be seen


class LevelMeter:
    """One thread hears; any may ask."""

    def __init__(self) -> None:
        self._dbfs: float | None = None

    def dbfs(self) -> float | None:
        """Of full scale; None while no sound has ever come."""
        return self._dbfs

    def hear(self, chunk: Chunk) -> None:
        if not len(chunk.samples):
            return
        power = float(np.mean(np.square(chunk.samples, dtype=np.float64)))
        now_db = 10.0 * math.log10(power) if power > 0.0 and math.isfinite(power) else FLOOR_DBFS
        falling = FLOOR_DBFS if self._dbfs is None else self._dbfs
        falling -= FALLS_DB_PER_S * len(chunk.samples) / chunk.rate_hz
        self._dbfs = min(max(now_db, falling, FLOOR_DBFS), 0.0)


class MeteredEars(Ears):
    """Ears that let a meter hear what they are given, once there is one."""

    meter: LevelMeter | None = None

    def push(self, chunk: Chunk) -> list[Event | HeardTrace]:
        if self.meter is not None:
            self.meter.hear(chunk)
        return super().push(chunk)
