"""What lies between a piano and the samples: room, microphone, noise, level. Drawn at random, from a seed."""

from __future__ import annotations

import numpy as np

from repetiteur.models.encoder.heads import SAMPLE_RATE_HZ

NYQUIST_HZ = SAMPLE_RATE_HZ / 2


def through_a_room(dry: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The same sound as a microphone somewhere would have it (float32, same length, no delay added)."""
    wet = _filtered(dry, _room(random) if random.random() < 0.7 else np.ones(1), random)
    loudest = np.abs(wet).max() + 1e-9
    wet *= 10 ** (random.uniform(-32, -1) / 20) / loudest
    if random.random() < 0.6:
        wet += _noise(len(wet), random) * 10 ** (random.uniform(-75, -38) / 20)
    if random.random() < 0.1:
        wet += _hum(len(wet), random) * 10 ** (random.uniform(-75, -45) / 20)
    if random.random() < 0.05:
        wet = np.clip(wet * 10 ** (random.uniform(3, 9) / 20), -np.abs(wet).max(), np.abs(wet).max())
    return wet.astype(np.float32)


def _filtered(dry: np.ndarray, room: np.ndarray, random: np.random.Generator) -> np.ndarray:
    length = 1 << int(np.ceil(np.log2(len(dry) + len(room))))
    spectrum = np.fft.rfft(dry, length) * np.fft.rfft(room, length)
    spectrum *= _microphone(np.arange(len(spectrum)) * (SAMPLE_RATE_HZ / length), random)
    return np.fft.irfft(spectrum, length)[: len(dry)]


def _room(random: np.random.Generator) -> np.ndarray:
    """An impulse response: the direct sound, a few early echoes and a tail that loses its treble first."""
    reverberation_s = np.exp(random.uniform(np.log(0.15), np.log(1.8)))
    tail_level_db = random.uniform(-24, -6) + 3 * np.log2(reverberation_s)
    length = int(min(reverberation_s, 1.2) * SAMPLE_RATE_HZ)
    time_s = np.arange(length) / SAMPLE_RATE_HZ
    bright = random.standard_normal(length) * 10 ** (-3 * time_s / (reverberation_s * random.uniform(0.3, 0.8)))
    dark = _low_passed(random.standard_normal(length), random.uniform(800, 2500))
    dark *= 10 ** (-3 * time_s / reverberation_s)
    gap = int(random.uniform(0.002, 0.02) * SAMPLE_RATE_HZ)
    tail = dark + 0.5 * bright
    tail[:gap] = 0
    tail *= 10 ** (tail_level_db / 20) / (np.sqrt(np.sum(tail**2)) + 1e-9) * 4
    tail[0] = 1.0
    for _ in range(random.integers(0, 7)):
        tail[random.integers(8, int(0.04 * SAMPLE_RATE_HZ))] += random.uniform(-0.4, 0.4)
    return tail


def _low_passed(noise: np.ndarray, cut_hz: float) -> np.ndarray:
    spectrum = np.fft.rfft(noise)
    frequency = np.linspace(0, NYQUIST_HZ, len(spectrum))
    return np.fft.irfft(spectrum / (1 + (frequency / cut_hz) ** 2), len(noise))


def _microphone(frequency_hz: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Gain over frequency: a smooth random curve, and sometimes no bass or no treble."""
    octave = np.log2(np.maximum(frequency_hz, 20.0) / 20.0)
    decibel = np.zeros(len(frequency_hz))
    for waves in range(1, 7):
        phase = random.uniform(0, 2 * np.pi)
        decibel += random.normal(0, 4.0 / waves**0.7) * np.cos(2 * np.pi * octave * waves / 9 + phase)
    gain = 10 ** (np.clip(decibel, -18, 14) / 20)
    if random.random() < 0.35:
        gain = gain / np.sqrt(1 + (np.exp(random.uniform(np.log(30), np.log(180))) / np.maximum(frequency_hz, 1)) ** 4)
    if random.random() < 0.3:
        gain = gain / np.sqrt(1 + (frequency_hz / np.exp(random.uniform(np.log(2000), np.log(7000)))) ** 6)
    return gain


def _noise(length: int, random: np.random.Generator) -> np.ndarray:
    """White to brown, with RMS 1."""
    spectrum = np.fft.rfft(random.standard_normal(length))
    frequency = np.linspace(0, NYQUIST_HZ, len(spectrum))
    noise = np.fft.irfft(spectrum / np.maximum(frequency, 20.0) ** random.uniform(0, 1.2), length)
    return noise / (np.sqrt(np.mean(noise**2)) + 1e-12)


def _hum(length: int, random: np.random.Generator) -> np.ndarray:
    time_s = np.arange(length) / SAMPLE_RATE_HZ
    mains_hz = random.choice([50.0, 60.0]) * random.uniform(0.999, 1.001)
    partials = [random.uniform(0, 1) / number * np.sin(2 * np.pi * mains_hz * number * time_s) for number in (1, 2, 3, 5)]
    return np.sum(partials, axis=0)
