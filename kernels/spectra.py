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

import numpy as np

from repetiteur.kernels.fourier import (
    LARGE,
    LARGE_TURNS,
    SCRATCH,
    SMALL,
    SMALL_TURNS,
    power_512,
    power_2048,
    turns,
)
from repetiteur.kernels.jit import inline, kernel
from repetiteur.kernels.spectral_grid import (
    BINS,
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
WEIGHTS = 4096  # room for those of a bank
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


# A filterbank without its zeros.
BANK = np.dtype([
    ("bands", "i8"),
    ("triangles", TRIANGLE, (BINS,)),
    ("weights", "f4", (WEIGHTS,)),
], align=True)  # fmt: skip

# One record for all the tables: to hand many arrays to a kernel takes longer than a spectrum.
PLAN = np.dtype([
    ("hop_samples", "i8"),
    ("decimator", "f4", (DECIMATOR_TAPS,)),  # oldest sample first
    ("long_window", "f4", (LARGE,)),
    ("middle_window", "f4", (LARGE,)),
    ("short_window", "f4", (SMALL,)),
    ("large", LARGE_TURNS),
    ("small", SMALL_TURNS),
    ("long_bank", BANK),
    ("middle_bank", BANK),
    ("short_bank", BANK),
], align=True)  # fmt: skip

# What one stream still needs of its past, and room to work in.
EAR = np.dtype([
    ("filled", "i8"),  # samples of the hop under way that have come
    ("sound", "f4", (LARGE,)),  # ending with the hop under way
    ("slow", "f4", (LARGE,)),  # the same at a quarter of the rate, up to the last full hop
    ("power", "f4", (FFT_BINS,)),
    ("scratch", SCRATCH),
], align=True)  # fmt: skip


def spectra_plan(a4_hz: float = 440.0, hop_samples: int = HOP_SAMPLES) -> np.ndarray:
    """PLAN[1] for a piano tuned to ``a4_hz`` (415 to 466 Hz) and a hop of 10 or 5 ms."""
    if hop_samples not in HOPS:
        raise ValueError(f"a hop of {hop_samples} samples: only {HOPS}")
    plan = np.zeros(1, PLAN)
    plan["hop_samples"] = hop_samples
    plan["decimator"] = decimator()[::-1]
    plan["large"], plan["small"] = turns(LARGE), turns(SMALL)
    for name, window in zip(("long", "middle", "short"), WINDOWS, strict=True):
        plan[f"{name}_window"] = shape(window)
        plan[f"{name}_bank"] = bank_of(filterbank(window, a4_hz))
    return plan


def mel_plan(bands: int) -> np.ndarray:
    """BANK[1]: plain mels on the middle window, at most BINS of them, for ``mels``."""
    return bank_of(mel_filterbank(bands))


def bank_of(matrix: np.ndarray) -> np.ndarray:
    """BANK[1] from (FFT bins, bands)."""
    if matrix.shape[1] > BINS or np.count_nonzero(matrix) > WEIGHTS:
        raise ValueError(f"{matrix.shape[1]} bands: at most {BINS}, and {WEIGHTS} weights")
    bank = np.zeros(1, BANK)
    bank["bands"] = matrix.shape[1]
    filled = 0
    for band, column in enumerate(matrix.T):
        places = np.flatnonzero(column)
        first, last = (int(places[0]), int(places[-1]) + 1) if len(places) else (0, 0)
        bank["triangles"][0, band] = (first, last, filled)
        bank["weights"][0, filled : filled + last - first] = column[first:last]
        filled += last - first
    return bank


def new_ear() -> np.ndarray:
    """EAR[1]: a stream that was silent so far."""
    return np.zeros(1, EAR)


@kernel
def listen(plan, ear, sound, begin, row, amplitudes):
    """Take in ``sound[begin:]`` up to the end of the hop; where to go on, or MORE if it is not over yet."""
    tables, own = plan[0], ear[0]
    hop, past = tables.hop_samples, own.sound
    filled = own.filled
    taken = min(hop - filled, len(sound) - begin)
    place = LARGE - hop + filled
    for at in range(taken):
        past[place + at] = _sane(sound[begin + at])
    if filled + taken < hop:
        own.filled = filled + taken
        return MORE
    _slow_down(past, own.slow, tables.decimator, hop)
    power_2048(own.slow, tables.long_window, tables.large, own.scratch, own.power)
    _logs(tables.long_bank, own.power, row[0])
    power_512(past[LARGE - SMALL :], tables.short_window, tables.small, own.scratch, own.power)
    _logs(tables.short_bank, own.power, row[2])
    power_2048(past, tables.middle_window, tables.large, own.scratch, own.power)
    _logs(tables.middle_bank, own.power, row[1])
    for at in range(FFT_BINS):
        amplitudes[at] = np.sqrt(own.power[at])
    for at in range(LARGE - hop):
        past[at] = past[at + hop]
    own.filled = 0
    return begin + taken


@kernel
def mels(bank, amplitudes, power, out):
    """Log mels from the middle window's amplitudes, scaled as the spectra; ``power`` is room for as many."""
    for at in range(FFT_BINS):
        power[at] = amplitudes[at] * amplitudes[at]
    _logs(bank[0], power, out)


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
    for band in range(bank.bands):
        first = triangles[band].first
        weights = bank.weights[triangles[band].weight :]
        total = NOTHING
        for at in range(triangles[band].last - first):
            total += weights[at] * power[first + at]
        out[band] = total
    for band in range(bank.bands):
        out[band] = np.log(out[band] * GAIN + ONE) * SCALE
    for band in range(bank.bands, len(out)):
        out[band] = NOTHING
