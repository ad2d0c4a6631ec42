"""The descriptors A4, A7, A8 and A9 of every hop, live: as ``models/encoder/descriptors.py`` from a stream.

    tables = descriptor_tables()        # read only, may be shared
    past = new_past()                   # one stream's: nothing remembered
    out = np.zeros(DESCRIPTORS, np.float32)
    describe(tables, past, amplitudes, out)   # once a hop, with the amplitudes ``kernels/spectra.py`` gives

``out`` is A4 (8 octave bands), A7, A8 and A9 (12 each). What the paper takes over a segment is a fading sum
over the past here, so a hop costs the same however long the stream is. Nothing is allocated; the interpreter
is not held. One thread at a time for each past.
"""

from __future__ import annotations

import math

import numpy as np

from repetiteur.kernels.descriptor_tables import (
    A4_BANDS,
    A4_EDGES,
    CLASSES,
    HANN_GAIN,
    LEAST_SPREAD,
    MEMORY_S,
    NO_CLASS,
    PEAKS,
    PRESENT,
    RATIO_WIDTH,
    RATIOS,
    lowest_peak,
    pitch_classes,
)
from repetiteur.kernels.jit import inline, kernel
from repetiteur.kernels.spectral_grid import HOP_S, MIDDLE, fft_frequencies_hz

FFT_BINS = MIDDLE.samples // 2 + 1
LOWEST_PEAK = lowest_peak()
A4, A7, A8, A9 = 0, A4_BANDS, A4_BANDS + CLASSES, A4_BANDS + 2 * CLASSES  # where each begins
SHARPNESS = -0.5 / RATIO_WIDTH**2
FAR = 0.13  # octaves: what is further from a ratio counts less than a billionth
FACTORS = 32  # as many factors, each up to 120 dB above full scale, still make a finite number


TABLES = np.dtype([
    ("kept", "f8"),  # of the past, from hop to hop
    ("edges", "i8", (A4_BANDS + 1,)),
    ("classes", "i8", (FFT_BINS,)),
    ("octaves", "f8", (FFT_BINS,)),  # log2 of the bin number
    ("ratios", "f8", (CLASSES,)),  # log2
], align=True)  # fmt: skip

# Fading sums, the last hop, and room to work in.
PAST = np.dtype([
    ("hops", "f8"),  # fading number of hops; 0 before the first
    ("highest", "f8"),  # the highest flux, fading
    ("energy", "f8", (A4_BANDS,)),  # of the last hop
    ("change", "f8", (A4_BANDS,)),  # fading sums of the changes
    ("square", "f8", (A4_BANDS,)),  # and of their squares
    ("present", "f8", (CLASSES,)),  # fading number of hops in which the ratio was there
    ("rational", "f8", (CLASSES,)),
    ("peaks", "i8", (PEAKS,)),  # bins, highest first
    ("magnitudes", "f4", (FFT_BINS,)),  # of the last hop
], align=True)  # fmt: skip


def descriptor_tables(hop_s: float = HOP_S) -> np.ndarray:
    """TABLES[1]"""
    tables = np.zeros(1, TABLES)
    tables["kept"] = math.exp(-hop_s / MEMORY_S)
    tables["edges"] = A4_EDGES
    tables["classes"] = pitch_classes(fft_frequencies_hz(MIDDLE))
    tables["octaves"] = np.log2(np.maximum(np.arange(FFT_BINS), 1))
    tables["ratios"] = np.log2(RATIOS)
    return tables


def new_past() -> np.ndarray:
    """PAST[1]: nothing remembered."""
    return np.zeros(1, PAST)


@kernel
def describe(plan, memory, amplitudes, out):
    """One hop: from the middle window's amplitudes (f4[FFT_BINS]) to f4[DESCRIPTORS]."""
    tables, past = plan[0], memory[0]
    first = past.hops == 0.0
    past.hops = past.hops * tables.kept + 1.0
    rising = 0.0
    for at in range(FFT_BINS):
        magnitude = amplitudes[at] * np.float32(HANN_GAIN)
        rising += max(magnitude - past.magnitudes[at], np.float32(0.0))
        past.magnitudes[at] = magnitude
    _octave_dynamics(tables, past, first, out)
    _find_peaks(past)
    _rational(tables, past)
    _weighted_chroma(tables, past, 0.0 if first else rising, out)
    total = rare_total = 0.0
    for ratio in range(CLASSES):
        strength = past.rational[ratio]
        past.present[ratio] = past.present[ratio] * tables.kept + (1.0 if strength > PRESENT else 0.0)
        share = past.present[ratio] / past.hops
        rare = strength * min(max(-math.log(share + 1e-3), 0.0), 5.0)
        out[A7 + ratio] = strength
        out[A9 + ratio] = rare
        total += strength
        rare_total += rare
    for ratio in range(CLASSES):
        out[A7 + ratio] /= total + 1e-4
        out[A9 + ratio] /= rare_total + 1e-4


@inline
def _octave_dynamics(tables, past, first, out):
    """How fast each octave's energy changes, against how it did lately."""
    for band in range(A4_BANDS):
        low, high = tables.edges[band], tables.edges[band + 1]
        total = 0.0
        for start in range(low, high, FACTORS):  # one logarithm for many bins
            product = 1.0
            for at in range(start, min(start + FACTORS, high)):
                product *= 1.0 + past.magnitudes[at]
            total += math.log(product)
        energy = total / (high - low)
        change = 0.0 if first else energy - past.energy[band]
        past.energy[band] = energy
        past.change[band] = past.change[band] * tables.kept + change
        past.square[band] = past.square[band] * tables.kept + change * change
        mean = past.change[band] / past.hops
        spread = math.sqrt(max(past.square[band] / past.hops - mean * mean, 0.0))
        out[A4 + band] = min(max((change - mean) / max(spread, LEAST_SPREAD), -8.0), 8.0) / 4.0


@inline
def _find_peaks(past):
    """The highest bins, highest first; of equal ones the lowest."""
    peaks, magnitudes = past.peaks, past.magnitudes
    found = 0
    for at in range(LOWEST_PEAK, FFT_BINS):
        here = magnitudes[at]
        if found == PEAKS and here <= magnitudes[peaks[PEAKS - 1]]:
            continue
        found = min(found + 1, PEAKS)
        place = found - 1
        while place > 0 and here > magnitudes[peaks[place - 1]]:
            peaks[place] = peaks[place - 1]
            place -= 1
        peaks[place] = at


@inline
def _rational(tables, past):
    """How strongly each simple ratio of frequencies is there between the peaks."""
    for ratio in range(CLASSES):
        past.rational[ratio] = 0.0
    for one in range(PEAKS):
        for other in range(one + 1, PEAKS):
            low, high = past.peaks[one], past.peaks[other]
            weight = math.sqrt(past.magnitudes[low]) * math.sqrt(past.magnitudes[high])
            interval = abs(tables.octaves[high] - tables.octaves[low])
            interval -= math.floor(interval)
            for ratio in range(CLASSES):
                away = abs(interval - tables.ratios[ratio])
                away = min(away, 1.0 - away)
                if away < FAR:
                    past.rational[ratio] += weight * math.exp(SHARPNESS * away * away)


@inline
def _weighted_chroma(tables, past, rising, out):
    """Shares of the pitch classes, weighted by how much begins."""
    past.highest = max(past.highest * tables.kept, rising + 1e-6)
    for pitch_class in range(CLASSES):
        out[A8 + pitch_class] = 0.0
    for at in range(FFT_BINS):
        if tables.classes[at] != NO_CLASS:
            out[A8 + tables.classes[at]] += past.magnitudes[at]
    total = 1e-4
    for pitch_class in range(CLASSES):
        total += out[A8 + pitch_class]
    weight = rising / past.highest / total
    for pitch_class in range(CLASSES):
        out[A8 + pitch_class] *= weight
