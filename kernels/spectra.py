"""The three log spectra of every hop, live: as ``models/encoder/spectra.py``, but from a running stream.

    plan = spectra_plan(a4_hz=440.0)          # tables: read only, may be shared by streams and threads
    ear = new_ear()                           # one stream's past: silence
    row = np.zeros((len(WINDOWS), BINS), np.float32)
    amplitudes = np.zeros(FFT_BINS, np.float32)
    begin = 0
    while (begin := listen(plan, ear, sound, begin, row, amplitudes)) != MORE:
        ...                                   # one hop is over: row and amplitudes are those of this hop

``sound`` is float32, contiguous, one channel, 16 kHz, any length; full scale is 1. A hop is over with its
last sample, and its windows end there. How the stream is cut into pieces changes no bit. A sample that is
not a number is taken as silence, and one beyond ``LOUDEST`` as ``LOUDEST``. Nothing is allocated; the
interpreter is not held. One thread at a time for each ear.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repetiteur.kernels.fourier import LARGE, SMALL, Scratch, Turns, new_scratch, power_512, power_2048, turns
from repetiteur.kernels.jit import inline, kernel
from repetiteur.kernels.spectral_grid import (
    DECIMATOR_TAPS,
    FLOOR,
    HOP_SAMPLES,
    LOG_SCALE,
    MIDDLE,
    SLOWER,
    WINDOWS,
    decimator,
    filterbank,
    mel_filterbank,
    shape,
)

FFT_BINS = MIDDLE.samples // 2 + 1
HOPS = (HOP_SAMPLES, HOP_SAMPLES // 2)  # 10 ms as the encoder wants it, or 5 ms
MORE = -1  # the sound ran out before the hop was over
LOUDEST = np.float32(1000.0)
FAINTEST = np.float32(1e-12)  # smaller samples would only make slow subnormal numbers
NOTHING, ONE = np.float32(0.0), np.float32(1.0)
GAIN, SCALE = np.float32(1.0 / FLOOR), np.float32(1.0 / LOG_SCALE)

TRIANGLE = np.dtype([
    ("first", "i4"),  # FFT bin
    ("last", "i4"),  # one beyond
    ("weight", "i4"),  # place of the first one's weight
])  # fmt: skip


class Bank(NamedTuple):
    """A filterbank without its zeros."""

    triangles: np.ndarray  # TRIANGLE[bands]
    weights: np.ndarray  # f4


class Plan(NamedTuple):
    hop_samples: int
    decimator: np.ndarray  # f4[DECIMATOR_TAPS], oldest sample first
    long_window: np.ndarray  # f4[2048]
    middle_window: np.ndarray
    short_window: np.ndarray  # f4[512]
    large: Turns
    small: Turns
    long_bank: Bank
    middle_bank: Bank
    short_bank: Bank


class Ear(NamedTuple):
    """What one stream still needs of its past, and room to work in."""

    sound: np.ndarray  # f4[2048], ending with the hop under way
    slow: np.ndarray  # f4[2048], the same at a quarter of the rate, up to the last full hop
    filled: np.ndarray  # i8[1], samples of the hop under way that have come
    power: np.ndarray  # f4[FFT_BINS]
    scratch: Scratch


def spectra_plan(a4_hz: float = 440.0, hop_samples: int = HOP_SAMPLES) -> Plan:
    """Tables for a piano tuned to ``a4_hz`` (415 to 466 Hz) and a hop of 10 or 5 ms."""
    if hop_samples not in HOPS:
        raise ValueError(f"a hop of {hop_samples} samples: only {HOPS}")
    long, middle, short = (shape(window).astype(np.float32) for window in WINDOWS)
    banks = [bank_of(filterbank(window, a4_hz)) for window in WINDOWS]
    taps = decimator()[::-1].astype(np.float32)
    return Plan(hop_samples, taps, long, middle, short, turns(LARGE), turns(SMALL), *banks)


def mel_plan(bands: int) -> Bank:
    """Plain mels on the middle window, for ``mels``."""
    return bank_of(mel_filterbank(bands))


def bank_of(matrix: np.ndarray) -> Bank:
    """From (FFT bins, bands)."""
    triangles = np.zeros(matrix.shape[1], TRIANGLE)
    weights = []
    for band, column in enumerate(matrix.T):
        places = np.flatnonzero(column)
        first, last = (int(places[0]), int(places[-1]) + 1) if len(places) else (0, 0)
        triangles[band] = (first, last, sum(map(len, weights)))
        weights.append(column[first:last])
    return Bank(triangles, np.concatenate(weights).astype(np.float32))


def new_ear() -> Ear:
    """A stream that was silent so far."""
    sound, slow = np.zeros((2, LARGE), np.float32)
    return Ear(sound, slow, np.zeros(1, np.int64), np.zeros(FFT_BINS, np.float32), new_scratch())


@kernel
def listen(plan, ear, sound, begin, row, amplitudes):
    """Take in ``sound[begin:]`` up to the end of the hop; where to go on, or MORE if it is not over yet."""
    hop, past = plan.hop_samples, ear.sound
    filled = ear.filled[0]
    taken = min(hop - filled, len(sound) - begin)
    place = LARGE - hop + filled
    for at in range(taken):
        past[place + at] = _sane(sound[begin + at])
    if filled + taken < hop:
        ear.filled[0] = filled + taken
        return MORE
    _slow_down(past, ear.slow, plan.decimator, hop)
    power_2048(ear.slow, plan.long_window, plan.large, ear.scratch, ear.power)
    _logs(plan.long_bank, ear.power, row[0])
    power_512(past[LARGE - SMALL :], plan.short_window, plan.small, ear.scratch, ear.power)
    _logs(plan.short_bank, ear.power, row[2])
    power_2048(past, plan.middle_window, plan.large, ear.scratch, ear.power)
    _logs(plan.middle_bank, ear.power, row[1])
    for at in range(FFT_BINS):
        amplitudes[at] = np.sqrt(ear.power[at])
    for at in range(LARGE - hop):
        past[at] = past[at + hop]
    ear.filled[0] = 0
    return begin + taken


@kernel
def mels(bank, amplitudes, power, out):
    """Log mels from the middle window's amplitudes, scaled as the spectra; ``power`` is room for as many."""
    for at in range(FFT_BINS):
        power[at] = amplitudes[at] * amplitudes[at]
    _logs(bank, power, out)


@inline
def _sane(sample):
    size = abs(sample)
    if not size >= FAINTEST:  # nor if it is no number
        return NOTHING
    return sample if size <= LOUDEST else np.copysign(LOUDEST, sample)


@inline
def _slow_down(past, slow, taps, hop):
    """Every fourth sample of the hop, low-passed."""
    new = hop // SLOWER
    for at in range(LARGE - new):
        slow[at] = slow[at + new]
    for at in range(new):
        heard = past[LARGE - hop + at * SLOWER - (DECIMATOR_TAPS - 1) :]
        total = NOTHING
        for tap in range(DECIMATOR_TAPS):
            total += taps[tap] * heard[tap]
        slow[LARGE - new + at] = total


@inline
def _logs(bank, power, out):
    """The bank's bands of a power spectrum, as logarithms; what the bank does not fill is silent."""
    triangles = bank.triangles
    for band in range(len(triangles)):
        first = triangles[band].first
        weights = bank.weights[triangles[band].weight :]
        total = NOTHING
        for at in range(triangles[band].last - first):
            total += weights[at] * power[first + at]
        out[band] = total
    for band in range(len(triangles)):
        out[band] = np.log(out[band] * GAIN + ONE) * SCALE
    for band in range(len(triangles), len(out)):
        out[band] = NOTHING
