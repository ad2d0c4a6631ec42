"""Takes a steady offset (DC) off a stream: what a cheap converter adds, and the spectra would take for bass.

The offset is a mean that fades over ``MEMORY_S``; what is left is the sound above some 3 Hz. Before the
encoder, in the thread that listens; sample by sample, so that cutting the stream elsewhere changes nothing.
"""

from __future__ import annotations

import numpy as np

from repetiteur.kernels.jit import floats, kernel
from repetiteur.kernels.spectral_grid import SAMPLE_RATE_HZ

MEMORY_S = 0.05
FADING = 1.0 / (MEMORY_S * SAMPLE_RATE_HZ)


class OffsetRemover:
    """One stream at 16 kHz. It adds no delay."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """The next sample is the first, and taken to be all offset: no stream begins with a click."""
        self._mean = np.full(1, np.nan)

    def push(self, sound: np.ndarray) -> np.ndarray:
        """As much float32 sound as came, in a new array."""
        sound = floats(sound)
        out = np.empty_like(sound)
        remove_offset(self._mean, sound, out)
        return out


@kernel
def remove_offset(mean, sound, out):
    """``out`` is ``sound`` without its ``mean`` (f8[1]), which follows it."""
    for at in range(len(sound)):
        if np.isnan(mean[0]):
            mean[0] = sound[at]
        mean[0] += FADING * (sound[at] - mean[0])
        out[at] = sound[at] - mean[0]
