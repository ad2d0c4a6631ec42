"""How loud one key sounds in a short piece of sound: the level of its first partials, in the mean."""

from __future__ import annotations

import math

import numpy as np

from repetiteur.kernels.jit import kernel
from repetiteur.kernels.spectral_grid import FLOOR, SAMPLE_RATE_HZ

PIECE = 1024  # samples, 64 ms
PARTIALS = 6
HIGHEST_HZ = 7600.0  # of a partial that counts


def window() -> np.ndarray:
    """A raised cosine; a full-scale sine then has power 1."""
    cosine = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(PIECE) + 0.5) / PIECE)
    return cosine * (2.0 / cosine.sum())


@kernel
def loudness_db(piece, window, pitch_hz):
    """Of PIECE samples, dB of full scale; silence is as loud as the floor of the spectra.
    ``pitch_hz`` is below HIGHEST_HZ.

    Levels are averaged, not powers: so the brightness counts, by which a key struck harder differs too, and
    one partial that another key shares does not count for all.
    """
    level_db, partials = 0.0, 0
    for partial in range(1, PARTIALS + 1):
        hz = partial * pitch_hz
        if hz > HIGHEST_HZ:
            break
        turn = 2.0 * math.pi * hz / SAMPLE_RATE_HZ
        along, across = math.cos(turn), math.sin(turn)
        x, y, real, imaginary = 1.0, 0.0, 0.0, 0.0
        for n in range(PIECE):
            value = piece[n] * window[n]
            real += value * x
            imaginary += value * y
            x, y = x * along - y * across, x * across + y * along
        level_db += 10.0 * math.log10(FLOOR + real * real + imaginary * imaginary)
        partials += 1
    return level_db / partials
