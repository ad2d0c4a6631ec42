"""What lies between a piano and the samples: room, microphone, noise, level, clipping, a codec.

Drawn at random as plain numbers; ``recording.py`` does it to sound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repetiteur.models.encoder.heads import SAMPLE_RATE_HZ

NYQUIST_HZ = SAMPLE_RATE_HZ / 2
CURVE_HZ = np.concatenate([[0.0], np.geomspace(20.0, NYQUIST_HZ, 120)])  # where a microphone's gain is given
LONGEST_ECHO_S = 1.2
LONGEST_ECHO = int(LONGEST_ECHO_S * SAMPLE_RATE_HZ)  # samples
NO_ROOM, FAR_AWAY = 0.25, 0.35  # shares of recordings; the others have the microphone close by
FARTHEST_M, SOUND_M_PER_S = 7.0, 343.0
SILENT_DB = -140.0


@dataclass(frozen=True, slots=True)
class Room:
    """One way from the strings to the samples. Levels are dB of full scale."""

    impulse: np.ndarray  # float32; the first sample is the moment the string is struck
    microphone: np.ndarray  # gain at CURVE_HZ
    level_db: float  # of a note in the middle, struck with REFERENCE_VELOCITY
    noise: np.ndarray  # gain of white noise at CURVE_HZ, RMS of the whole as wanted
    hum_db: float
    hum_hz: float
    clipped_db: float  # by how much the loudest sample is too loud
    codec_db: float  # how far under each band a codec's noise lies; 0: no codec


def draw_room(random: np.random.Generator) -> Room:
    return Room(
        impulse=_some_impulse(random),
        microphone=_microphone(random),
        level_db=random.uniform(-36, -8),
        noise=_noise(random) if random.random() < 0.6 else np.zeros(len(CURVE_HZ)),
        hum_db=random.uniform(-75, -45) if random.random() < 0.1 else SILENT_DB,
        hum_hz=random.choice([50.0, 60.0]) * random.uniform(0.999, 1.001),
        clipped_db=random.uniform(3, 9) if random.random() < 0.05 else 0.0,
        codec_db=random.uniform(9, 24) if random.random() < 0.1 else 0.0,
    )


def _some_impulse(random: np.random.Generator) -> np.ndarray:
    kind = random.random()
    if kind < NO_ROOM:
        return np.ones(1, np.float32)
    return _from_afar(random) if kind < NO_ROOM + FAR_AWAY else _close(random)


def _close(random: np.random.Generator) -> np.ndarray:
    """The direct sound at once, a few early echoes, and a tail."""
    reverberation_s = _between(random, 0.15, 1.8)
    tail_level_db = random.uniform(-24, -6) + 3 * np.log2(reverberation_s)
    tail = _tail(random, reverberation_s)
    tail[: int(random.uniform(0.002, 0.02) * SAMPLE_RATE_HZ)] = 0
    tail *= 4 * 10 ** (tail_level_db / 20) / _strength(tail)
    tail[0] = 1.0
    for _ in range(random.integers(0, 7)):
        tail[random.integers(8, int(0.04 * SAMPLE_RATE_HZ))] += random.uniform(-0.4, 0.4)
    return tail.astype(np.float32)


def _from_afar(random: np.random.Generator) -> np.ndarray:
    """From some metres away: the sound comes late, and what the walls throw back, dense from the beginning
    and swelling for a few milliseconds, may be louder than what comes straight."""
    late = int(random.uniform(1, FARTHEST_M) / SOUND_M_PER_S * SAMPLE_RATE_HZ)
    tail = _tail(random, _between(random, 0.4, 2.2))
    swell_s = _between(random, 0.002, 0.02)
    tail *= 1 - np.exp(-np.arange(len(tail)) / (swell_s * SAMPLE_RATE_HZ))
    tail /= _strength(tail)
    direct = 10 ** (random.uniform(-12, 4) / 20)
    tail[0] += direct
    for _ in range(random.integers(2, 9)):
        tail[random.integers(8, int(0.03 * SAMPLE_RATE_HZ))] += direct * random.uniform(-0.6, 0.6)
    return np.concatenate([np.zeros(late), tail / _strength(tail)]).astype(np.float32)[:LONGEST_ECHO]


def _tail(random: np.random.Generator, reverberation_s: float) -> np.ndarray:
    """Noise that dies away, its treble first."""
    length = min(int(reverberation_s * SAMPLE_RATE_HZ), LONGEST_ECHO)
    time_s = np.arange(length) / SAMPLE_RATE_HZ
    bright = random.standard_normal(length) * 10 ** (
        -3 * time_s / (reverberation_s * random.uniform(0.3, 0.8))
    )
    dark = _low_passed(random.standard_normal(length), random.uniform(800, 2500)) * 10 ** (
        -3 * time_s / reverberation_s
    )
    return dark + 0.5 * bright


def _strength(impulse: np.ndarray) -> float:
    return float(np.sqrt(np.sum(impulse**2))) + 1e-9


def _low_passed(white: np.ndarray, cut_hz: float) -> np.ndarray:
    spectrum = np.fft.rfft(white)
    return np.fft.irfft(
        spectrum / (1 + (np.linspace(0, NYQUIST_HZ, len(spectrum)) / cut_hz) ** 2), len(white)
    )


def _microphone(random: np.random.Generator) -> np.ndarray:
    """A smooth random curve, and sometimes no bass or no treble."""
    frequency_hz = np.maximum(CURVE_HZ, 1.0)
    octave = np.log2(np.maximum(frequency_hz, 20.0) / 20.0)
    decibel = np.zeros(len(frequency_hz))
    for waves in range(1, 7):
        phase = random.uniform(0, 2 * np.pi)
        decibel += random.normal(0, 4.0 / waves**0.7) * np.cos(2 * np.pi * octave * waves / 9 + phase)
    gain = 10 ** (np.clip(decibel, -18, 14) / 20)
    if random.random() < 0.35:
        gain /= np.sqrt(1 + (_between(random, 30, 180) / frequency_hz) ** 4)
    if random.random() < 0.3:
        gain /= np.sqrt(1 + (frequency_hz / _between(random, 2000, 7000)) ** 6)
    return gain


def _noise(random: np.random.Generator) -> np.ndarray:
    """White to brown."""
    curve = np.maximum(CURVE_HZ, 20.0) ** -random.uniform(0, 1.2)
    power = np.trapezoid(curve**2, CURVE_HZ) / NYQUIST_HZ
    return curve / np.sqrt(power) * 10 ** (random.uniform(-75, -38) / 20)


def _between(random: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(random.uniform(np.log(low), np.log(high))))
