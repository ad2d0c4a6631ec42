"""Where A4 lies in what was played."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repetiteur.kernels.tuning import SURE, Tuning
from repetiteur.realtime.calibration.frames import WINDOW, amplitudes


@dataclass(frozen=True, slots=True)
class Pitch:
    """Within a quarter tone of what was expected: a scale a semitone higher is the same scale."""

    a4_hz: float
    confidence: float  # 0 to 1


def hear_pitch(sound: np.ndarray, rate_hz: float, expected_hz: float = 440.0) -> Pitch | None:
    """From somebody playing; None where that was too little, or agrees on nothing."""
    tuning = Tuning(WINDOW, expected_hz)
    for frame in amplitudes(sound, rate_hz):
        tuning.push(frame)
    return Pitch(tuning.a4_hz(), tuning.confidence) if tuning.confidence >= SURE else None
