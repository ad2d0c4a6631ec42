"""What the spectra are: rate, hop, windows, grid of bins, filters. One definition for training and for live.

NumPy only, any thread, nothing for the hot loop: ``kernels/spectra.py`` and ``models/encoder/spectra.py``
make their tables here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

SAMPLE_RATE_HZ = 16_000
HOP_SAMPLES = 160
HOP_S = HOP_SAMPLES / SAMPLE_RATE_HZ
LOWEST_KEY = 21  # MIDI pitch of the first of the 88 keys
KEYS = 88

A0_HZ = 27.5  # the lowest key, at A4 = 440 Hz
BINS_PER_KEY = 3
BINS_PER_OCTAVE = 12 * BINS_PER_KEY
BINS = KEYS * BINS_PER_KEY + 30  # the grid's top is 7.6 kHz
SLOWER = 4  # the long window is taken at 4 kHz
DECIMATOR_TAPS = 33
FLOOR = 1e-8  # power of the faintest partial that is told from silence; a full-scale sine has 1
LOG_SCALE = 6.0  # silence is 0, a full-scale sine about 3


@dataclass(frozen=True, slots=True)
class Window:
    samples: int
    fall: int  # samples, at the newest end
    rate_hz: int
    highest_hz: float  # bins above are left out


LONG = Window(2048, 80, SAMPLE_RATE_HZ // SLOWER, 1600.0)
MIDDLE = Window(2048, 160, SAMPLE_RATE_HZ, 8000.0)
SHORT = Window(512, 80, SAMPLE_RATE_HZ, 8000.0)
WINDOWS = (LONG, MIDDLE, SHORT)


def bin_frequencies_hz(a4_hz: float = 440.0) -> np.ndarray:
    """The grid: three bins to a key, the middle one on the key."""
    return A0_HZ * a4_hz / 440.0 * 2.0 ** ((np.arange(BINS) - 1) / BINS_PER_OCTAVE)


def bins_of(window: Window) -> int:
    """How many of the grid's bins the window fills; the rest are silent."""
    return int(np.sum(bin_frequencies_hz() <= window.highest_hz))


def fft_frequencies_hz(window: Window) -> np.ndarray:
    return np.arange(window.samples // 2 + 1) * (window.rate_hz / window.samples)


def shape(window: Window) -> np.ndarray:
    """A slow rise and a quick fall, scaled so that a full-scale sine has amplitude 1."""
    slow = window.samples - window.fall
    rise = np.sin(np.pi / 2 * (np.arange(slow) + 0.5) / slow)
    fall = np.cos(np.pi / 2 * (np.arange(window.fall) + 0.5) / window.fall)
    both = np.concatenate([rise, fall]) ** 2
    return both * (2.0 / both.sum())


def filterbank(window: Window, a4_hz: float = 440.0) -> np.ndarray:
    """(FFT bins, grid bins): triangles with peak 1, never narrower than the FFT's own bins."""
    spacing_hz = window.rate_hz / window.samples
    centre_hz = bin_frequencies_hz(a4_hz)[: bins_of(window)]
    half_width_hz = np.maximum(centre_hz * (2.0 ** (1 / BINS_PER_OCTAVE) - 1), spacing_hz)
    return np.maximum(0.0, 1.0 - np.abs(fft_frequencies_hz(window)[:, None] - centre_hz) / half_width_hz)


def mel_filterbank(bands: int, lowest_hz: float = 30.0, highest_hz: float = 8000.0) -> np.ndarray:
    """(FFT bins of the middle window, bands): triangles with peak 1, evenly apart in HTK mels.

    With more than some 400 bands the lowest triangles may lie between two FFT bins, and stay silent.
    """
    low, high = _mel(lowest_hz), _mel(highest_hz)
    edges_hz = 700.0 * (10.0 ** (np.linspace(low, high, bands + 2) / 2595.0) - 1.0)
    below, centre, above = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    hz = fft_frequencies_hz(MIDDLE)[:, None]
    return np.maximum(0.0, np.minimum((hz - below) / (centre - below), (above - hz) / (above - centre)))


def _mel(hz: float) -> float:
    return 2595.0 * math.log10(1.0 + hz / 700.0)


def decimator() -> np.ndarray:
    """Low-pass for the long window: flat to its highest bin, nothing left that would alias into it."""
    middle = (DECIMATOR_TAPS - 1) / 2
    place = np.arange(DECIMATOR_TAPS) - middle
    cut = 2000.0 / SAMPLE_RATE_HZ
    taps = 2 * cut * np.sinc(2 * cut * place) * np.hamming(DECIMATOR_TAPS)
    return taps / taps.sum()


def harmonic_taps() -> np.ndarray:
    """(88 keys, taps): where on the padded grid a key's partials, neighbours and likely confusions lie.

    Tap 0 of the padded grid is silence, for places beyond its ends.
    """
    ratios = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 1 / 2, 1 / 3)
    offsets = [round(BINS_PER_OCTAVE * math.log2(ratio)) for ratio in ratios] + [-BINS_PER_KEY, BINS_PER_KEY]
    centres = np.arange(KEYS)[:, None, None] * BINS_PER_KEY + 1 + np.array(offsets)[None, :, None]
    places = centres + np.array([-1, 0, 1])
    return np.where((places >= 0) & (places < BINS), places + 1, 0).reshape(KEYS, -1)
