"""Rooms, microphones and meddling systems, made by hand."""

from __future__ import annotations

import numpy as np
import pytest

RATE_HZ = 48_000


class Studio:
    """Sounds at 48 kHz, and what drivers do to them."""

    rate_hz = RATE_HZ

    @staticmethod
    def noise(seconds: float, dbfs: float, seed: int = 1) -> np.ndarray:
        """A room's: the lower the louder, with hiss below everything."""
        samples = round(RATE_HZ * seconds)
        die = np.random.default_rng(seed)
        spectrum = np.fft.rfft(die.standard_normal(samples))
        spectrum /= np.sqrt(np.fft.rfftfreq(samples, 1 / RATE_HZ) + 30.0)
        sound = np.fft.irfft(spectrum, samples)
        return (sound / sound.std() * 10 ** (dbfs / 20)).astype(np.float32)

    @staticmethod
    def chords(seconds: float, a4_hz: float = 440.0, peak_dbfs: float = -12.0) -> np.ndarray:
        time_s = np.arange(round(RATE_HZ * seconds)) / RATE_HZ
        sound = np.zeros(len(time_s))
        for start, chord in enumerate(((48, 60, 64, 67), (53, 60, 65, 69), (43, 59, 62, 67)) * 8):
            since_s = time_s - 0.7 * start
            heard = since_s >= 0
            for pitch in chord:
                for partial in range(1, 7):
                    hz = partial * a4_hz * 2 ** ((pitch - 69) / 12)
                    fading = np.exp(-since_s[heard] * (2.0 + partial))
                    sound[heard] += np.sin(2 * np.pi * hz * since_s[heard]) * fading / partial**1.3
        return (sound / np.abs(sound).max() * 10 ** (peak_dbfs / 20)).astype(np.float32)

    @staticmethod
    def band(sound: np.ndarray, to_hz: float) -> np.ndarray:
        """A telephone's: nothing above."""
        spectrum = np.fft.rfft(sound)
        spectrum[np.fft.rfftfreq(len(sound), 1 / RATE_HZ) > to_hz] = 0.0
        return np.fft.irfft(spectrum, len(sound)).astype(np.float32)

    @staticmethod
    def fade(sound: np.ndarray, from_db: float, to_db: float, over_s: float = 1.5) -> np.ndarray:
        """As a gain that settles."""
        since_s = np.arange(len(sound)) / RATE_HZ
        gain_db = to_db + (from_db - to_db) * np.exp(-since_s / (over_s / 3))
        return (sound * 10 ** (gain_db / 20)).astype(np.float32)


@pytest.fixture(scope="session")
def studio() -> type[Studio]:
    return Studio
