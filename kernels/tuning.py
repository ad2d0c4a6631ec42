"""How the instrument is tuned: where A4 lies, from the spectra of what is played.

Takes magnitude spectra of 2048 points at 16 kHz (1025 bins, 7.8 Hz apart), one each hop, of any
window (asymmetric ones too; the window is given once). Used by the one thread that owns the
stream; compiled, without the interpreter lock, no allocation per call, nothing looked up ahead.

In each frame spectral peaks up to 1700 Hz are found, interpolated between bins by a parabola
through their levels (what the parabola errs for this window is taken off), and partials of lower
peaks are left out: the third is 2 cents off the tempered scale, the fifth 14 cents, the seventh
31. Second partials count a little, for basses. The rest goes, by its distance from the tempered
scale of A4 = 440 Hz, into a circular histogram of a semitone, which is slowly forgotten: half in
``HALF_LIFE_S`` of sounding music. The estimate is the middle of its highest hill, so that odd
partials that got in do not pull; the confidence is how well everything in it agrees (the length of
the circular mean: 1 on one spot, near 0 for noise), times how much was heard.

*What cannot be known.* A scale a semitone higher is the same scale: A4 = 415.3 Hz (-100 cents) looks
exactly like 440. ``cents`` is in (-50, 50]. ``a4_hz(near_hz)`` is, of all A4 with that deviation, the
one nearest to ``near_hz``: what was asked for (415 for a baroque pitch), or the last answer. So
between 440 and 415 only the asking decides, while 430 (-40 cents), 435, 442 and 445 are found.
"""

from __future__ import annotations

from math import cos, exp, floor, log, log2, pi, sqrt

import numpy as np

from repetiteur.kernels.jit import floats, inline, kernel

RATE_HZ, POINTS, HOP_S = 16_000, 2048, 0.01
BIN_HZ = RATE_HZ / POINTS
BASS_HZ, LOWEST_HZ, HIGHEST_HZ = 45.0, 100.0, 1700.0  # where peaks are found, and where they count
SHARP_HZ = 400.0  # from here on a peak counts fully: below, a bin is many cents
FAINTEST_DBFS, FAINTEST_DB = -75.0, -40.0  # quietest peak heard: of a full sine, of the frame's loudest
AROUND, STANDING_OUT = 5, 2.0  # a peak is so many times its neighbours so many bins away
SEPARATE = 2  # and the loudest of so many bins on either side
PARTIALS = 12  # of a lower peak, left out up to this one ...
PARTIAL_WIDTH = 0.035  # ... within this share of its frequency, stretched strings included
OCTAVE_SHARE = 0.25  # of the second partial, which agrees with the scale
MOST_PEAKS = 48
HALF_LIFE_S = 8.0
KEPT = 0.5 ** (HOP_S / HALF_LIFE_S)
ENOUGH = 60.0  # peaks, fully counted: with so many heard two thirds of the confidence are there
NIL = 1e-30  # magnitude that has a logarithm
STEPS = 64  # of the interpolation's correction, over one bin
CENTS = 100  # classes of the histogram
HILL_CENTS = 20  # a hill reaches so far from its middle; strings and pianos are not exact
HILL = 0.5 + 0.5 * np.cos(np.pi * np.arange(-HILL_CENTS, HILL_CENTS + 1) / HILL_CENTS)
SURE = 0.4  # confidence from which an answer is given

TUNING = np.dtype(
    [
        ("heard", "f8", (CENTS,)),  # class c: peaks c cents above the scale, weighted
        ("faintest", "f8"),  # magnitude
        ("hz", "f8", (MOST_PEAKS,)),  # of this frame's peaks
    ],
    align=True,
)


def new_correction(window: np.ndarray) -> np.ndarray:
    """True places of a peak (bins from the largest one, -0.5 to 0.5) by what the parabola says.

    The entries stand for parabola values spread evenly from -0.5 to 0.5. From the window's own
    spectrum: that of a real window is symmetric, whatever the window's shape.
    """
    true = np.linspace(-0.5, 0.5, 2 * STEPS + 1)
    padded = np.zeros(POINTS)
    padded[POINTS - len(window) :] = window
    bins = np.array([-1, 0, 1])[:, None] - true
    levels = np.log(np.abs(np.exp(-2j * np.pi / POINTS * bins[..., None] * np.arange(POINTS)) @ padded))
    parabola = 0.5 * (levels[0] - levels[2]) / (levels[0] - 2 * levels[1] + levels[2])
    return np.interp(np.linspace(-0.5, 0.5, STEPS + 1), parabola, true).astype(np.float64)


def new_tuning(window: np.ndarray) -> np.ndarray:
    """Nothing heard yet."""
    state = np.zeros(1, TUNING)
    state["faintest"] = np.sum(window) / 2 * 10 ** (FAINTEST_DBFS / 20)
    return state


@inline
def _corrected(correction, parabola):
    """A peak's true place, between entries of the table."""
    step = (min(max(parabola, -0.5), 0.5) + 0.5) * STEPS
    below = min(int(step), STEPS - 1)
    rest = step - below
    return correction[below] + rest * (correction[below + 1] - correction[below])


@inline
def _as_partial(hz, peaks, count):
    """What a peak counts, being or not being a whole multiple of a lower one."""
    share = 1.0
    for lower in range(count):
        ratio = hz / peaks[lower]
        number = floor(ratio + 0.5)
        if 2 <= number <= PARTIALS and abs(ratio - number) < PARTIAL_WIDTH * number:
            share = min(share, OCTAVE_SHARE if number == 2 else 0.0)
    return share


@kernel
def listen(magnitudes, correction, state):
    """Take in one frame. Returns how many of its peaks counted."""
    own = state[0]
    heard = own.heard
    first, last = int(BASS_HZ / BIN_HZ), int(HIGHEST_HZ / BIN_HZ)
    loudest = np.float32(0.0)
    for k in range(first, last + 1):
        loudest = max(loudest, magnitudes[k])
    least = max(own.faintest, loudest * 10 ** (FAINTEST_DB / 20))
    peaks = counted = 0
    for k in range(first, last + 1):
        here = magnitudes[k]
        if not least <= here < np.inf or peaks == MOST_PEAKS:
            continue
        if not 0.0 <= magnitudes[k - 1] < here or not here >= magnitudes[k + 1] >= 0.0:
            continue  # so asked, NaN beside it is no peak
        if not magnitudes[k - SEPARATE] < here >= magnitudes[k + SEPARATE]:
            continue
        if not STANDING_OUT * max(magnitudes[k - AROUND], magnitudes[k + AROUND]) <= here:
            continue
        low, mid, high = log(magnitudes[k - 1] + NIL), log(here), log(magnitudes[k + 1] + NIL)
        hz = (k + _corrected(correction, 0.5 * (low - high) / (low - 2.0 * mid + high))) * BIN_HZ
        share = _as_partial(hz, own.hz, peaks) * sqrt(here / loudest) * min(1.0, (hz / SHARP_HZ) ** 2)
        own.hz[peaks] = hz
        peaks += 1
        if share == 0.0 or hz < LOWEST_HZ:
            continue
        if counted == 0:  # silence is not forgotten
            for c in range(CENTS):
                heard[c] *= KEPT
        counted += 1
        cents = CENTS * 12.0 * log2(hz / 440.0)
        below = floor(cents)
        heard[int(below) % CENTS] += share * (1.0 - (cents - below))
        heard[(int(below) + 1) % CENTS] += share * (cents - below)
    return counted


@inline
def _hill(away):
    """Weight of what is so many cents from the middle of a hill."""
    return 0.5 + 0.5 * cos(pi * away / HILL_CENTS)


@kernel
def middle(heard):
    """Of the histogram's highest hill, in cents, -50 to 50; 0 for an empty one."""
    top, highest = 0.0, 0.0
    for c in range(CENTS):
        height = 0.0
        for away in range(-HILL_CENTS, HILL_CENTS + 1):
            height += heard[(c + away) % CENTS] * HILL[away + HILL_CENTS]
        if height > highest:
            top, highest = float(c), height
    if highest == 0.0:
        return 0.0
    for _ in range(8):  # to where the hill is as heavy on either side
        pull = weight = 0.0
        for c in range(CENTS):
            away = (c - top + CENTS / 2) % CENTS - CENTS / 2
            if abs(away) < HILL_CENTS:
                pull += heard[c] * _hill(away) * away
                weight += heard[c] * _hill(away)
        top += pull / weight
    return (top + CENTS / 2) % CENTS - CENTS / 2


class Tuning:
    """A running estimate of A4 for one stream of magnitude spectra, one each 10 ms."""

    def __init__(self, window: np.ndarray, a4_hz: float = 440.0) -> None:
        """``window``: that of the spectra (as long as the frame or shorter); ``a4_hz``: what is expected."""
        self._window = np.asarray(window, np.float64)
        self._correction = new_correction(self._window)
        self._state = new_tuning(self._window)
        self._asked_hz = self._last_hz = a4_hz

    def push(self, magnitudes: np.ndarray) -> None:
        """One frame: 1025 magnitudes."""
        listen(floats(magnitudes), self._correction, self._state)

    @property
    def cents(self) -> float:
        """Deviation from the tempered scale of A4 = 440 Hz, in (-50, 50]; 0 before anything is heard."""
        cents = middle(self._state["heard"][0])
        return cents if cents > -50.0 else 50.0

    @property
    def confidence(self) -> float:
        """0 (nothing known) to 1 (much was heard, and all of it agrees)."""
        heard = self._state["heard"][0]
        weight = float(heard.sum())
        if weight == 0.0:
            return 0.0
        agreement = abs(heard @ np.exp(2j * np.pi / CENTS * np.arange(CENTS))) / weight
        return float(agreement) * (1.0 - exp(-weight / ENOUGH))

    def a4_hz(self, near_hz: float | None = None) -> float:
        """A4 as heard, nearest to ``near_hz`` or else to the last answer; that itself while unsure."""
        near_hz = self._last_hz if near_hz is None else near_hz
        if self.confidence < SURE:
            return near_hz
        semitones = log2(near_hz / 440.0) * 12.0
        away = self.cents / CENTS - semitones
        self._last_hz = 440.0 * 2.0 ** ((semitones + away - floor(away + 0.5)) / 12.0)
        return self._last_hz

    def reset(self) -> None:
        """Another instrument, or another stream: nothing heard yet."""
        self._state = new_tuning(self._window)
        self._last_hz = self._asked_hz
