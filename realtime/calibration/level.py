"""Is the input turned up as far as it should be?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from repetiteur.realtime.calibration.frames import clipped_runs, dbfs, levels_dbfs

BEST_PEAK_DBFS = -9.0  # of loud playing: the loudest chord of all is still to come
HOT_DBFS, SOFT_DBFS = -3.0, -30.0
OVER_NOISE_DB = 8.0  # less than this is nobody playing
PIECE_S = 0.05


class Level(StrEnum):
    NOTHING = "nothing"  # but noise
    SOFT = "soft"
    FINE = "fine"
    HOT = "hot"
    CLIPPED = "clipped"


@dataclass(frozen=True, slots=True)
class Loudness:
    level: Level
    peak_dbfs: float
    clipped: int  # places
    change_db: float  # to be turned up by, or down where negative


def hear_level(sound: np.ndarray, rate_hz: float, noise_dbfs: float, clipped: int = 0) -> Loudness:
    """From somebody playing soft and loud. ``clipped``: places seen before channels were mixed."""
    clipped = max(clipped, clipped_runs(sound))
    centred = sound - np.mean(sound) if len(sound) else sound
    peak_dbfs = dbfs(float(np.abs(centred).max(initial=0.0)))
    loudest_dbfs = float(levels_dbfs(sound, rate_hz, PIECE_S).max(initial=-np.inf))
    if loudest_dbfs < noise_dbfs + OVER_NOISE_DB:
        level = Level.NOTHING
    elif clipped:
        level = Level.CLIPPED
    elif peak_dbfs > HOT_DBFS:
        level = Level.HOT
    else:
        level = Level.SOFT if peak_dbfs < SOFT_DBFS else Level.FINE
    change_db = 0.0 if level in (Level.FINE, Level.NOTHING) else BEST_PEAK_DBFS - peak_dbfs
    return Loudness(level, peak_dbfs, clipped, change_db)
