"""Everything that was found out about one input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repetiteur.realtime.calibration.level import Loudness, hear_level
from repetiteur.realtime.calibration.pitch import Pitch, hear_pitch
from repetiteur.realtime.calibration.processing import Evidence, Suspicion, suspicions
from repetiteur.realtime.calibration.room import Room, hear_room


@dataclass(frozen=True, slots=True)
class Findings:
    room: Room
    loudness: Loudness
    pitch: Pitch | None  # None: too little was played, or out of tune with itself
    suspicions: tuple[Suspicion, ...]


def find_out(heard: Evidence, clipped: int = 0, expected_hz: float = 440.0) -> Findings:
    """From the recordings. ``clipped``: places seen while playing, before channels were mixed."""
    room = hear_room(heard.before, heard.rate_hz)
    return Findings(
        room,
        hear_level(heard.music, heard.rate_hz, room.noise_dbfs, clipped),
        hear_pitch(heard.music, heard.rate_hz, expected_hz),
        suspicions(heard),
    )


def steady_noise(rate_hz: float, seconds: float) -> np.ndarray:
    """For a loudspeaker: float32 noise of one level, the same every time, 300 Hz to 5 kHz."""
    samples = round(rate_hz * seconds)
    spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal(samples))
    hz = np.fft.rfftfreq(samples, 1 / rate_hz)
    spectrum[(hz < 300.0) | (hz > 5000.0)] = 0.0
    sound = np.fft.irfft(spectrum, samples)
    return (0.05 * sound / sound.std()).astype(np.float32)
