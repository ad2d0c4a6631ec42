"""The live descriptors follow their definition, and do for music what they are for."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numba.core.runtime import _nrt_python, rtsys  # pyright: ignore

from repetiteur.kernels.descriptor_tables import (
    A4_BANDS,
    A4_EDGES,
    CLASSES,
    DESCRIPTORS,
    HANN_GAIN,
    KEPT,
    LEAST_SPREAD,
    PEAKS,
    PRESENT,
    RATIO_WIDTH,
    RATIOS,
    lowest_peak,
    pitch_classes,
)
from repetiteur.kernels.descriptors import A4, A7, A8, A9, FFT_BINS, describe, descriptor_tables, new_past
from repetiteur.kernels.spectral_grid import MIDDLE, fft_frequencies_hz, shape

C, G = 0, 7


def live(amplitudes: np.ndarray) -> np.ndarray:
    """(hops, FFT_BINS) to (hops, DESCRIPTORS) of a new stream."""
    tables, past = descriptor_tables(), new_past()
    out = np.zeros((len(amplitudes), DESCRIPTORS), np.float32)
    for row, hop in zip(out, amplitudes.astype(np.float32), strict=True):
        describe(tables, past, hop, row)
    return out


def plain(amplitudes: np.ndarray) -> np.ndarray:
    """The same, written down from the definition."""
    magnitudes = amplitudes.astype(np.float32).astype(np.float64) * HANN_GAIN
    hops = len(magnitudes)
    age = np.arange(hops)[:, None] - np.arange(hops)
    weights = np.where(age >= 0, KEPT ** np.maximum(age, 0), 0.0)
    weights /= weights.sum(1, keepdims=True)
    edges = pairwise(A4_EDGES)
    energy = np.stack([np.log1p(magnitudes)[:, low:high].mean(1) for low, high in edges], 1)
    change = np.diff(energy, axis=0, prepend=energy[:1])
    mean = weights @ change
    spread = np.sqrt(np.maximum(weights @ change**2 - mean**2, 0.0))
    a4 = np.clip((change - mean) / np.maximum(spread, LEAST_SPREAD), -8, 8) / 4
    rational = np.array([_rational(hop) for hop in magnitudes])
    rarity = np.clip(-np.log(weights @ (rational > PRESENT) + 1e-3), 0.0, 5.0)
    classes = pitch_classes(fft_frequencies_hz(MIDDLE))
    chroma = magnitudes @ (classes[:, None] == np.arange(CLASSES))
    flux = np.maximum(np.diff(magnitudes, axis=0, prepend=magnitudes[:1]), 0.0).sum(1)
    highest = [max(KEPT**back * (flux[hop - back] + 1e-6) for back in range(hop + 1)) for hop in range(hops)]
    a8 = _shares(chroma) * (flux / highest)[:, None]
    return np.concatenate([a4, _shares(rational), a8, _shares(rational * rarity)], 1)


def _rational(magnitudes: np.ndarray) -> np.ndarray:
    low = lowest_peak()
    peaks = low + np.argsort(-magnitudes[low:], kind="stable")[:PEAKS]
    total = np.zeros(CLASSES)
    for index, one in enumerate(peaks):
        for other in peaks[index + 1 :]:
            away = np.abs(abs(np.log2(one / other)) % 1.0 - np.log2(RATIOS))
            away = np.minimum(away, 1.0 - away)
            total += np.sqrt(magnitudes[one] * magnitudes[other]) * np.exp(-0.5 * (away / RATIO_WIDTH) ** 2)
    return total


def _shares(parts: np.ndarray) -> np.ndarray:
    return parts / (parts.sum(1, keepdims=True) + 1e-4)


def tones(*hz: float) -> np.ndarray:
    """(FFT_BINS) amplitudes of steady sines of a tenth of full scale."""
    at_s = np.arange(MIDDLE.samples) / MIDDLE.rate_hz
    sound = sum((0.1 * np.sin(2 * np.pi * one * at_s) for one in hz), np.zeros(MIDDLE.samples))
    return np.abs(np.fft.rfft(sound * shape(MIDDLE)))


def rough(hops: int, seed: int = 0) -> np.ndarray:
    """Something that changes all the time, some of it very soft."""
    die = np.random.default_rng(seed)
    steps = die.normal(0.0, 0.2, (hops, FFT_BINS)).cumsum(0)
    return np.exp(steps - 9.0 + die.normal(0.0, 2.0, FFT_BINS))


def test_equal_to_the_definition():
    amplitudes = rough(120)
    amplitudes[40:60] = 0.0  # a rest
    assert np.abs(live(amplitudes) - plain(amplitudes)).max() < 1e-4


def test_silence_is_nothing():
    assert not live(np.zeros((50, FFT_BINS))).any()


def test_of_equal_peaks_the_lowest_count():
    """Nine equal bins, two to each octave but the last: the ninth would add fifths."""
    flat = np.zeros((1, FFT_BINS))
    places = [8, 16, 32, 64, 128, 256, 512, 1024]
    flat[0, places] = 0.1
    alone = live(flat)[0, A7:A8]
    flat[0, 768] = 0.05  # lower than all: not among the eight
    assert np.array_equal(live(flat)[0, A7:A8], alone)
    assert alone[0] == pytest.approx(1.0, abs=0.01)  # octaves only
    flat[0, 768] = 0.1  # as high as the rest, and before the last of them
    assert live(flat)[0, A7 + 7] > 0.1
    assert np.abs(live(flat) - plain(flat)).max() < 1e-5


def test_a7_tells_intervals():
    fifth, third = 7, 4
    shares = live(np.stack([tones(400.0, 600.0), tones(400.0, 500.0)]))[:, A7:A8]
    assert shares[0, fifth] > 0.1 > shares[0, third]
    assert shares[1, third] > 0.1 > shares[1, fifth]


def test_a4_tells_which_octave_was_struck():
    hops = np.tile(tones(100.0), (60, 1)) + rough(60) * 1e-3
    hops[50:] += tones(1000.0)
    dynamics = live(hops)[50, A4:A7]
    assert dynamics.argmax() == 4  # 750 to 1500 Hz
    assert dynamics[4] > 1.0
    assert len(dynamics) == A4_BANDS


def test_a8_is_chroma_while_something_begins():
    hops = np.zeros((30, FFT_BINS))
    hops[10:] = tones(261.6, 523.3)
    hops[20:] += tones(392.0, 784.0)
    chroma = live(hops)[:, A8:A9]
    assert not chroma[:10].any() and not chroma[11:20].any()
    assert chroma[10].argmax() == C and chroma[10, C] > 0.3
    assert chroma[20, G] > 0.1


def test_a9_weighs_what_is_rare():
    """After long fifths, in a chord that has one too, the third stands out more than it does in A7."""
    hops = np.concatenate([np.tile(tones(400.0, 600.0), (100, 1)), tones(400.0, 500.0, 600.0)[None]])
    told = live(hops)[-1]
    assert told[A9 + 4] > told[A7 + 4]
    assert told[A9 + 7] < told[A7 + 7]


def test_what_was_heard_fades():
    """A loud bang is no measure any more half a minute later."""
    bang = np.concatenate([np.zeros((1, FFT_BINS)), tones(300.0)[None] * 10, np.zeros((3000, FFT_BINS))])
    soft = np.concatenate([bang, tones(300.0)[None] * 0.1])
    assert live(soft)[-1, A8:A9].max() > 0.3
    assert live(soft[[0, 1, 2, -1]])[-1, A8:A9].max() < 0.1


def test_a_hop_allocates_nothing():
    tables, past, out = descriptor_tables(), new_past(), np.zeros(DESCRIPTORS, np.float32)
    amplitudes = rough(20).astype(np.float32)
    describe(tables, past, amplitudes[0], out)
    _nrt_python.memsys_enable_stats()
    before = rtsys.get_allocation_stats()
    for hop in amplitudes:
        describe(tables, past, hop, out)
    assert rtsys.get_allocation_stats().alloc == before.alloc
