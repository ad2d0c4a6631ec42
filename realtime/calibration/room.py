"""How quiet it is while nobody plays."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from repetiteur.kernels.gate import NoiseGate, Sounding
from repetiteur.realtime.calibration.frames import WINDOW, amplitudes, dbfs, rms_dbfs

FAIR_DBFS, NOISY_DBFS = -60.0, -45.0
HUMS_HZ = (50, 60)
PARTIALS = 10
HUM_SHARE = 0.5  # of the noise below ``HUM_TO_HZ``
HUM_FROM_HZ, HUM_TO_HZ = 40.0, 1000.0
LEARNT_S = 25.0  # the gate knows a steady noise by then


class Quiet(StrEnum):
    DEAD = "dead"  # not one sample that is not zero
    QUIET = "quiet"
    FAIR = "fair"
    NOISY = "noisy"


@dataclass(frozen=True, slots=True)
class Room:
    noise_dbfs: float
    quiet: Quiet
    hum_hz: int | None  # of the mains, where most of the noise is that
    offset: float  # DC, as a share of full scale
    gate_opens_dbfs: float  # a tone of this level opens the gate, once it knows the noise
    gate_open: float  # share of the time the noise itself held it open by then


def hear_room(sound: np.ndarray, rate_hz: float) -> Room:
    """From a few seconds of nobody playing."""
    noise_dbfs = rms_dbfs(sound)
    opens_dbfs, opened = _gate(amplitudes(sound, rate_hz))
    offset = float(np.mean(sound, dtype=np.float64)) if len(sound) else 0.0
    quiet, hum_hz = _how_quiet(sound, noise_dbfs), _hum_hz(sound, rate_hz)
    return Room(noise_dbfs, quiet, hum_hz, offset, opens_dbfs, opened)


def _how_quiet(sound: np.ndarray, noise_dbfs: float) -> Quiet:
    if not np.any(sound):
        return Quiet.DEAD
    if noise_dbfs > NOISY_DBFS:
        return Quiet.NOISY
    return Quiet.FAIR if noise_dbfs > FAIR_DBFS else Quiet.QUIET


def _hum_hz(sound: np.ndarray, rate_hz: float) -> int | None:
    """Half of what is below 1 kHz within 2 Hz of the partials of 50 or of 60 Hz: no room sounds so."""
    if len(sound) < rate_hz:
        return None
    power = np.abs(np.fft.rfft((sound - np.mean(sound)) * np.hanning(len(sound)))) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / rate_hz)
    low = (hz > HUM_FROM_HZ) & (hz < HUM_TO_HZ)
    total = float(power[low].sum())
    if not total:
        return None

    def share(mains_hz: int) -> float:
        number = np.round(hz / mains_hz)
        partial = (number >= 1) & (number <= PARTIALS) & (np.abs(hz - number * mains_hz) < 2.0)
        return float(power[low & partial].sum()) / total

    likeliest = max(HUMS_HZ, key=share)
    return likeliest if share(likeliest) > HUM_SHARE else None


def _gate(frames: np.ndarray) -> tuple[float, float]:
    """The same seconds over and over, until the gate has learnt them: what opens it then, and how
    much of the last time through it was open."""
    gate = NoiseGate(WINDOW)
    frames = frames[len(WINDOW) // 160 + 1 :]  # those that began in the recording
    opened = 0
    for _ in range(int(LEARNT_S * 100 / len(frames)) + 1 if len(frames) else 0):
        opened = sum(gate.push(frame) is Sounding.MUSIC for frame in frames)
    # A tone lies in one of the bands; the mean over all must be 4 times the noise (6 dB).
    needed = 3.0 * len(gate.noise_dbfs) * 10 ** (float(np.median(gate.noise_dbfs)) / 10)
    return dbfs(needed**0.5) - 3.0, opened / len(frames) if len(frames) else 0.0
