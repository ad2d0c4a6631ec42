"""The descriptors in the paper's own form, over a whole segment at once. NumPy; for training and for tests.

A segment is 4 s of sound at 24 kHz (96,000 samples, full scale 1); ``magnitudes`` makes its 188 frames, and
``a4``, ``a7``, ``a8`` and ``a9`` take those. ``d4`` takes a list of pitches. Any thread.

How the causal forms in ``kernels/descriptors.py`` differ, and why:

* *All.* The paper's frames are centred, so each looks 43 ms ahead; they come every 21 ms. The causal form
  takes the asymmetric middle window of the spectra (16 kHz, 2048 samples, ends with the newest) every 10
  ms: nothing ahead, and no second transform. Magnitudes are scaled alike: a full-scale sine has 512.
* *A4.* Bands are the same octaves; the last ends at 8 kHz. Mean and spread of the changes are those of a
  past that fades over 4 s, not of the segment. The spread is at least 0.01 (not 1e-8), or silence would be
  blown up; the result is clipped to 8 spreads and divided by 4, to be of the size of the encoder's other
  inputs.
* *A7.* The eight peaks are sought from 50 Hz on. The paper seeks them everywhere and then leaves those
  below out at the cost of their places. 1e-4 in the divisor makes silence nothing, where the paper's 1e-8
  makes it noise.
* *A8.* The paper divides by the sum of the frame after weighting with the flux, which cancels the weight:
  its A8 is plain chroma except where the flux is 0. The causal form weights the normalised chroma, so the
  attack is seen; the highest flux is that of a past fading over 4 s, not of the segment.
* *A9.* The share of frames with a ratio is of the fading past; the first hops of a stream know little.
* *D4.* A note's next interval is known one note later: ``kernels/intervals.py`` tells each note twice.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from repetiteur.kernels.descriptor_tables import (
    CLASSES,
    LOWEST_PEAK_HZ,
    NO_CLASS,
    PEAKS,
    PRESENT,
    RATIO_WIDTH,
    RATIOS,
    pitch_classes,
)

RATE_HZ = 24_000
FFT, HOP = 2048, 512
A4_EDGES = (4, 8, 16, 32, 64, 128, 256, 512, 1025)  # FFT bins at 24 kHz: octaves from 47 Hz
LEAST = 1e-8  # of every divisor


def magnitudes(segment: np.ndarray) -> np.ndarray:
    """(samples) to (frames, 1025): |STFT| with a periodic Hann window, centred, mirrored at the ends."""
    padded = np.pad(segment.astype(np.float64), FFT // 2, "reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT)[::HOP]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT) / FFT)
    return np.abs(np.fft.rfft(frames * hann))


def a4(magnitudes: np.ndarray) -> np.ndarray:
    """(frames, 8), in standard deviations: octave-band energy dynamics.

    E_b = mean of ln(1 + |X|) over the band; d_b[t] = E_b[t] - E_b[t-1], d_b[0] = 0; then z-scores of each
    band over the segment (sample deviation, at least 1e-8).
    """
    logs = np.log1p(magnitudes)
    bands = pairwise(A4_EDGES)
    energy = np.stack([logs[:, low:high].mean(1) for low, high in bands], 1)
    change = np.diff(energy, axis=0, prepend=energy[:1])
    return (change - change.mean(0)) / np.maximum(change.std(0, ddof=1), LEAST)


def attractions(magnitudes: np.ndarray) -> np.ndarray:
    """(frames, 12), in magnitudes: how strongly each simple ratio is there between the eight highest bins.

    Over all 28 pairs: r = log2(f_j / f_i) mod 1, d its distance round the octave from the ratio's log2;
    exp(-d^2 / (2 * 0.02^2)) * sqrt(m_i m_j + 1e-8). Of the eight, those below 50 Hz count as silent.
    """
    places = np.sort(np.argsort(-magnitudes, axis=1, kind="stable")[:, :PEAKS], axis=1)
    hz = places * (RATE_HZ / FFT)
    high = np.take_along_axis(magnitudes, places, 1) * (hz >= LOWEST_PEAK_HZ)
    octaves = np.log2(np.maximum(hz, LOWEST_PEAK_HZ))
    one, other = np.triu_indices(PEAKS, 1)
    interval = (octaves[:, other] - octaves[:, one]) % 1.0
    away = np.abs(interval[..., None] - np.log2(RATIOS))
    away = np.minimum(away, 1.0 - away)
    weight = np.sqrt(high[:, one] * high[:, other] + LEAST)
    return (np.exp(-0.5 * (away / RATIO_WIDTH) ** 2) * weight[..., None]).sum(1)


def a7(magnitudes: np.ndarray) -> np.ndarray:
    """(frames, 12), shares of 1: rational attractor, ``attractions`` divided by their sum."""
    return _shares(attractions(magnitudes))


def a8(magnitudes: np.ndarray) -> np.ndarray:
    """(frames, 12), shares of 1 or all 0 where nothing rises: onset-weighted chroma.

    C_p = sum of |X| over the bins from 30 Hz on whose round(12 log2(f / 32.7)) mod 12 is p; flux = sum of
    what rose since the last frame, divided by its highest in the segment; C_p flux, divided by the frame's
    sum.
    """
    classes = pitch_classes(np.arange(FFT // 2 + 1) * (RATE_HZ / FFT))
    chroma = magnitudes @ ((classes[:, None] == np.arange(CLASSES)) & (classes[:, None] != NO_CLASS))
    flux = np.maximum(np.diff(magnitudes, axis=0, prepend=magnitudes[:1]), 0.0).sum(1)
    return _shares(chroma * (flux / max(flux.max(), LEAST))[:, None])


def a9(magnitudes: np.ndarray) -> np.ndarray:
    """(frames, 12), shares of 1: rational attractor, rare ratios weighing more.

    df = share of the segment's frames in which the ratio's attraction is above 0.05;
    idf = ln(1 / (df + 1e-3)) between 0 and 5; attraction times idf, divided by the frame's sum.
    """
    raw = attractions(magnitudes)
    rarity = np.clip(-np.log((raw > PRESENT).mean(0) + 1e-3), 0.0, 5.0)
    return _shares(raw * rarity)


def d4(pitches: np.ndarray) -> np.ndarray:
    """(notes, 4) of MIDI pitches by onset, then pitch: intervals to the notes before and after.

    b = p_i - p_(i-1), a = p_(i+1) - p_i, 0 at the ends: b / 24, a / 24, clamp(b / 12, -2, 2) / 2 and so of a.
    """
    interval = np.diff(np.asarray(pitches, np.float64))
    before, after = np.concatenate([[0.0], interval]), np.concatenate([interval, [0.0]])
    both = np.stack([before, after], 1)[: len(pitches)]
    return np.concatenate([both / 24, np.clip(both / 12, -2, 2) / 2], 1)


def _shares(parts: np.ndarray) -> np.ndarray:
    return parts / np.maximum(parts.sum(1, keepdims=True), LEAST)
