"""A test sound, and when it came back: how late everything is heard.

Five short chirps at uneven distances: as one pattern they are found in noise, music and a room's
echoes, and nothing else looks like them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

STARTS_S = (0.0, 0.37, 0.82, 1.12, 1.69)
CHIRP_S, FROM_HZ, TO_HZ = 0.02, 500.0, 6000.0
PEAK = 0.5
STANDS_OUT = 12.0  # a true peak is so many times the spread of the correlation
ALIKE = 0.3  # of the five the faintest that came back is at least this share of the loudest
NEAR_S = 0.02  # so far around a peak the correlation is its own


@dataclass(frozen=True, slots=True)
class Echo:
    at_s: float  # into the recording, where the pattern begins
    gain_db: float  # of what came back
    stands_out: float  # over the rest of the correlation; ``STANDS_OUT`` is needed


def clicks(rate_hz: float) -> np.ndarray:
    """The test sound, float32, nearly two seconds."""
    chirp = _chirp(rate_hz)
    sound = np.zeros(round(STARTS_S[-1] * rate_hz) + len(chirp))
    for start_s in STARTS_S:
        first = round(start_s * rate_hz)
        sound[first : first + len(chirp)] += chirp
    return sound.astype(np.float32)


def find_clicks(heard: np.ndarray, rate_hz: float) -> Echo | None:
    """Where ``clicks`` are in this recording, to the sample; None where they are not."""
    pattern = clicks(rate_hz).astype(np.float64)
    places = len(heard) - len(pattern) + 1
    if places < 2:
        return None
    size = 1 << (len(heard) + len(pattern)).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(pattern, size))
    likeness = np.abs(np.fft.irfft(spectrum, size)[:places])  # a microphone may be wired the wrong way round
    best = int(np.argmax(likeness))
    rest = likeness.copy()
    near = round(NEAR_S * rate_hz)
    rest[max(0, best - near) : best + near + 1] = 0.0
    spread = float(np.sqrt(np.mean(rest**2)))
    if not likeness[best] > STANDS_OUT * spread or not _all_five(heard[best:], rate_hz):
        return None
    gain = float(likeness[best] / np.sum(pattern**2))
    stands_out = float(likeness[best]) / max(spread, 1e-12)
    return Echo(best / rate_hz, 20 * float(np.log10(gain)), min(stands_out, 1e6))


def _chirp(rate_hz: float) -> np.ndarray:
    time_s = np.arange(round(CHIRP_S * rate_hz)) / rate_hz
    rise_hz = (min(TO_HZ, 0.4 * rate_hz) - FROM_HZ) / CHIRP_S
    return PEAK * np.sin(2 * np.pi * (FROM_HZ + rise_hz * time_s / 2) * time_s) * np.hanning(len(time_s))


def _all_five(heard: np.ndarray, rate_hz: float) -> bool:
    """Whether each chirp is there, about as loud as the others: one knock is not the pattern."""
    chirp = _chirp(rate_hz)
    firsts = [round(start_s * rate_hz) for start_s in STARTS_S]
    found = np.array([heard[first : first + len(chirp)] @ chirp for first in firsts])
    return float(np.abs(found).min()) > ALIKE * float(np.abs(found).max())
