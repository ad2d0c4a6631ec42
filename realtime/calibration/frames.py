"""Spectra and levels of a whole recording, for what is asked of it afterwards."""

from __future__ import annotations

import math

import numpy as np

from repetiteur.kernels.resample import Resampler
from repetiteur.kernels.spectra import FFT_BINS, MORE, listen, new_ear, spectra_plan
from repetiteur.kernels.spectral_grid import BINS, MIDDLE, SAMPLE_RATE_HZ, WINDOWS, shape

WINDOW = shape(MIDDLE)  # of ``amplitudes``
SILENT_DBFS = -120.0  # told for digital silence
FULL = 0.99996  # as the meter's: the largest 16-bit sample is 0.99997
CLIPPED_RUN = 3


def amplitudes(sound: np.ndarray, rate_hz: float) -> np.ndarray:
    """(hops, 1025): the spectra of the ears' middle window, every 10 ms. A full-scale sine has 1."""
    heard = np.asarray(sound, np.float32)
    if rate_hz != SAMPLE_RATE_HZ:
        resampler = Resampler(int(rate_hz))
        heard = np.concatenate([resampler.push(heard), resampler.flush()])
    plan, ear = spectra_plan(), new_ear()
    row, frame = np.zeros((len(WINDOWS), BINS), np.float32), np.zeros(FFT_BINS, np.float32)
    frames, begin = [], 0
    while (begin := listen(plan, ear, heard, begin, row, frame)) != MORE:
        frames.append(frame.copy())
    return np.array(frames, np.float32).reshape(-1, FFT_BINS)


def rms_dbfs(sound: np.ndarray) -> float:
    """Without its offset. As the meter's: a full-scale sine has -3."""
    return dbfs(float(np.std(sound, dtype=np.float64))) if len(sound) else SILENT_DBFS


def dbfs(amplitude: float) -> float:
    return max(SILENT_DBFS, 20 * math.log10(amplitude)) if amplitude > 0 else SILENT_DBFS


def levels_dbfs(sound: np.ndarray, rate_hz: float, piece_s: float) -> np.ndarray:
    """The RMS of one piece after the other; an unfinished one at the end is left out."""
    samples = max(1, round(rate_hz * piece_s))
    pieces = np.asarray(sound[: len(sound) // samples * samples], np.float64).reshape(-1, samples)
    power = np.maximum(pieces.var(axis=1), 10 ** (SILENT_DBFS / 10))
    return 10 * np.log10(power)


def clipped_runs(sound: np.ndarray) -> int:
    """Places where three samples or more in a row stand at one end of the scale."""
    total = 0
    for at_end in (sound >= FULL, sound <= -FULL):
        held = np.convolve(at_end, np.ones(CLIPPED_RUN), "valid") == CLIPPED_RUN
        total += int(np.sum(held[1:] & ~held[:-1])) + int(held[:1].sum())
    return total
