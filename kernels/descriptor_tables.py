"""What the causal descriptors A4, A7, A8 and A9 are made of: one definition for training and for live.

NumPy only, any thread, nothing for the hot loop. ``kernels/descriptors_exact.py`` has the paper's own forms
and says how these differ from them.
"""

from __future__ import annotations

import math

import numpy as np

from repetiteur.kernels.spectral_grid import HOP_S, MIDDLE, fft_frequencies_hz

A4_BANDS, CLASSES = 8, 12
DESCRIPTORS = A4_BANDS + 3 * CLASSES  # A4, A7, A8, A9
HANN_GAIN = MIDDLE.samples / 4  # the paper's magnitude of a full-scale sine
A4_EDGES = (6, 12, 24, 48, 96, 192, 384, 768, 1025)  # FFT bins: octaves from 47 Hz
PEAKS = 8
LOWEST_PEAK_HZ, LOWEST_CHROMA_HZ, C1_HZ = 50.0, 30.0, 32.7
RATIOS = (1, 16 / 15, 9 / 8, 6 / 5, 5 / 4, 4 / 3, 7 / 5, 3 / 2, 8 / 5, 5 / 3, 7 / 4, 15 / 8)
RATIO_WIDTH = 0.02  # octaves
MEMORY_S = 4.0  # what the paper takes over a 4 s segment is taken over a fading past of that length
KEPT = math.exp(-HOP_S / MEMORY_S)
LEAST_SPREAD = 1e-2
PRESENT = 0.05
NO_CLASS = -1


def pitch_classes(frequencies_hz: np.ndarray) -> np.ndarray:
    """Which of the 12 classes from C each frequency belongs to, or NO_CLASS where it is too low."""
    audible = frequencies_hz >= LOWEST_CHROMA_HZ
    semitones = np.round(12 * np.log2(np.where(audible, frequencies_hz, C1_HZ) / C1_HZ))
    return np.where(audible, semitones % CLASSES, NO_CLASS).astype(np.int64)


def lowest_peak() -> int:
    """The first FFT bin of the middle window that may be a peak."""
    return int(np.searchsorted(fft_frequencies_hz(MIDDLE), LOWEST_PEAK_HZ))
