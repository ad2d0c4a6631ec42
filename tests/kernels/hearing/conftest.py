"""Sounds to try the ears on, and their spectra, made plainly."""

from __future__ import annotations

import numpy as np
import pytest

RATE_HZ, HOP = 16_000, 160
CADENCE = ((48, 60, 64, 67), (53, 60, 65, 69), (43, 59, 62, 67), (48, 60, 64, 72))


class Sounds:
    """At 16 kHz; spectra of 2048 points every 10 ms."""

    @staticmethod
    def window(kind: str) -> np.ndarray:
        """``hann``, or ``asymmetric``: a slow rise and a quick fall, so that what is new counts early."""
        if kind == "hann":
            return np.hanning(2048)
        rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(1792) + 0.5) / 1792)
        fall = 0.5 + 0.5 * np.cos(np.pi * (np.arange(256) + 0.5) / 256)
        return np.concatenate([rise, fall])

    @staticmethod
    def spectra(sound: np.ndarray, window: np.ndarray) -> np.ndarray:
        """(hops, 1025) float32 magnitudes; frame n ends with sample 160 (n + 1), silence before the first."""
        padded = np.concatenate([np.zeros(len(window)), sound])
        ends = range(len(window) + HOP, len(padded) + 1, HOP)
        frames = np.array([padded[end - len(window) : end] for end in ends]).reshape(-1, len(window))
        return np.abs(np.fft.rfft(frames * window)).astype(np.float32)

    @staticmethod
    def tone(hz: float, seconds: float, inharmonicity: float = 0.0, decay_s: float = 1.5) -> np.ndarray:
        """Ten partials, dying away, the higher the faster; partial n at n f sqrt(1 + B n^2)."""
        time, die = np.arange(round(RATE_HZ * seconds)) / RATE_HZ, np.random.default_rng(round(hz))
        sound = np.zeros(len(time))
        for n in range(1, 11):
            partial = n * hz * np.sqrt(1 + inharmonicity * n * n)
            if partial < 7_800:
                wave = np.sin(2 * np.pi * partial * time + die.uniform(0, 2 * np.pi))
                sound += wave / n**1.2 * np.exp(-time / decay_s * np.sqrt(n))
        return sound

    def chords(self, a4_hz: float, seconds: float, inharmonicity: float = 0.0) -> np.ndarray:
        """A cadence over and over, about -20 dBFS, the notes ringing into each other."""
        sound = np.zeros(round(RATE_HZ * (seconds + 2.0)))
        for number, start in enumerate(np.arange(0.0, seconds, 0.6)):
            for pitch in CADENCE[number % len(CADENCE)]:
                note = self.tone(a4_hz * 2 ** ((pitch - 69) / 12), 1.5, inharmonicity)
                first = round(start * RATE_HZ)
                sound[first : first + len(note)] += 0.05 * note
        return sound[: round(RATE_HZ * seconds)]

    @staticmethod
    def noise(seconds: float, dbfs: float, seed: int = 1) -> np.ndarray:
        """White, of this RMS."""
        return np.random.default_rng(seed).standard_normal(round(RATE_HZ * seconds)) * 10 ** (dbfs / 20)


@pytest.fixture(scope="session")
def sounds() -> Sounds:
    return Sounds()
