"""Is anybody playing? The room's noise, and what stands out of it for long enough.

Takes magnitude spectra of 2048 points at 16 kHz (1025 bins), one each hop of 10 ms. Used by the
one thread that owns the stream; compiled, without the interpreter lock, no allocation per call,
nothing looked up ahead.

*The floor.* In each of 23 bands, a quarter as wide as their frequency or 31 Hz, the noise is what
the power (smoothed over 0.1 s) keeps coming down to: the floor follows downwards at once and rises by
1 dB/s at most, and a little is added because a minimum lies below the mean. It begins at -80 dBFS
and rises by 6 dB/s in the first 5 s. Digital silence teaches nothing. So a new steady noise
is music at first and noise in the end, 20 dB of it after some 20 s; and so is an organ point.

*The gate.* ``above_db`` is the mean over the bands of power over noise (30 dB at most in each),
in decibels: 0 for noise alone. Each hop ends in one of three states:

    SILENT  nothing since ``above_db`` was last under 3 dB; from 6 dB on it is
    MAYBE   something, but not for long: back under 3 dB, SILENT; for 140 ms, it is
    MUSIC   until ``above_db`` has been under 3 dB for a second

140 ms because one click is in 13 frames, however loud: no click opens it, while whoever cannot
wait (a provisional note) may take MAYBE for an answer.
"""

from __future__ import annotations

from enum import IntEnum
from math import log10

import numpy as np

from repetiteur.kernels.jit import floats, kernel, summing

BIN_HZ = 16_000 / 2048
FIRST_BIN, END_BIN = 6, 1025  # 47 Hz to 8 kHz
BAND_SHARE, LEAST_BINS = 0.23, 4  # width of a band: of its lowest bin, but so many
BIAS_DB = 4.8  # mean of noise over its floor, in a band of one bin; less in wide ones, as 1 / sqrt(bins)
SMOOTH = 0.9  # of the smoothed power, kept from hop to hop
RISE_DB, EARLY_RISE_DB, EARLY_HOPS = 0.01, 0.06, 500  # of the floor, each hop
FIRST_DBFS, QUIET_DBFS = -80.0, -100.0  # in one band: the floor at first, and digital silence
MOST_DB = 30.0  # above the floor, in one band
OPEN_DB, CLOSE_DB = 6.0, 3.0
SUSTAIN_HOPS, CLOSE_HOPS = 14, 100
FILL_HOPS = 13  # until a frame holds nothing from before the stream

GATE = np.dtype(
    [
        ("hops", "i8"),  # since the beginning
        ("state", "i8"),
        ("held", "i8"),  # hops: in MAYBE, of sound; in MUSIC, of no sound
        ("above", "f8"),  # mean of power over noise
        ("unit", "f8"),  # power of a full sine
    ],
    align=True,
)
BAND = np.dtype(
    [
        ("first", "i8"),  # bins
        ("end", "i8"),
        ("power", "f8"),  # of a full sine; so are the next two
        ("smooth", "f8"),
        ("floor", "f8"),
        ("mean", "f8"),  # of noise, over its floor
    ],
    align=True,
)


class Sounding(IntEnum):
    """What the gate says."""

    SILENT = 0
    MAYBE = 1
    MUSIC = 2


SILENT, MAYBE, MUSIC = (int(state) for state in Sounding)
_STATES = tuple(Sounding)


def new_bands() -> np.ndarray:
    """The bands, and the floor nobody has heard yet."""
    edges = [FIRST_BIN]
    while edges[-1] < END_BIN:
        edges.append(edges[-1] + max(LEAST_BINS, round(BAND_SHARE * edges[-1])))
    bands = np.zeros(len(edges) - 1, BAND)
    bands["first"], bands["end"] = edges[:-1], np.minimum(edges[1:], END_BIN)
    bands["floor"] = bands["smooth"] = 10 ** (FIRST_DBFS / 10)
    bands["mean"] = 10 ** (BIAS_DB / np.sqrt(bands["end"] - bands["first"]) / 10)
    return bands


def new_gate(window: np.ndarray) -> np.ndarray:
    """Closed. ``window``: that of the spectra, which says how large a full sine is."""
    gate = np.zeros(1, GATE)
    gate["unit"] = (np.sum(window) / 2) ** 2
    gate["above"] = 1.0
    return gate


@summing
def _power(magnitudes):
    total = np.float32(0.0)
    for k in range(len(magnitudes)):
        total += magnitudes[k] * magnitudes[k]
    return total


@kernel
def attend(magnitudes, bands, gate):
    """Take in one frame; returns the state after it. A frame with a NaN in it changes nothing."""
    own = gate[0]
    if not _power(magnitudes) < np.inf:
        return own.state
    own.hops += 1
    if own.hops <= FILL_HOPS:
        return own.state
    rise = 10.0 ** ((EARLY_RISE_DB if own.hops < EARLY_HOPS else RISE_DB) / 10)
    above = 0.0
    for b in range(len(bands)):
        band = bands[b]
        band.power = _power(magnitudes[band.first : band.end]) / own.unit
        if band.power > 10 ** (QUIET_DBFS / 10):
            band.smooth = SMOOTH * band.smooth + (1 - SMOOTH) * band.power
            band.floor = min(band.smooth, band.floor * rise)
        above += min(band.power / (band.floor * band.mean), 10 ** (MOST_DB / 10))
    own.above = above / len(bands)
    if own.state == SILENT:
        if own.above >= 10 ** (OPEN_DB / 10):
            own.state, own.held = MAYBE, 1
    elif own.state == MAYBE:
        own.held += 1
        if own.above < 10 ** (CLOSE_DB / 10):
            own.state = SILENT
        elif own.held >= SUSTAIN_HOPS:
            own.state, own.held = MUSIC, 0
    else:
        own.held = own.held + 1 if own.above < 10 ** (CLOSE_DB / 10) else 0
        if own.held >= CLOSE_HOPS:
            own.state = SILENT
    return own.state


class NoiseGate:
    """One stream of magnitude spectra, one each 10 ms."""

    def __init__(self, window: np.ndarray) -> None:
        """``window``: that of the spectra."""
        self._window = np.asarray(window, np.float64)
        self.reset()

    def push(self, magnitudes: np.ndarray) -> Sounding:
        """One frame: 1025 magnitudes."""
        return _STATES[attend(floats(magnitudes), self._bands, self._gate)]

    @property
    def state(self) -> Sounding:
        return _STATES[int(self._gate["state"][0])]

    @property
    def above_db(self) -> float:
        """How much there is over the noise now: 0 for noise alone."""
        return 10 * log10(max(float(self._gate["above"][0]), 1e-3))

    @property
    def noise_dbfs(self) -> np.ndarray:
        """The noise in each band, 0 being a full sine."""
        return 10 * np.log10(self._bands["floor"] * self._bands["mean"])

    @property
    def band_hz(self) -> np.ndarray:
        """The middle of each band."""
        return (self._bands["first"] + self._bands["end"] - 1) / 2 * BIN_HZ

    def reset(self) -> None:
        """A new stream begins."""
        self._bands, self._gate = new_bands(), new_gate(self._window)
