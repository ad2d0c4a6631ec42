"""Any device's sample rate to 16 kHz: a streaming polyphase resampler.

Mono float32 in, mono float32 out. Used by the one thread that owns the stream; compiled,
without the interpreter lock, and with no allocation per call.

*Time.* The filter is of linear phase, and its delay is already taken off: output sample n is
the sound at stream time n / 16000 s, where input sample i is at i / rate. It comes out once
the input up to ``delay_s`` later is in. After N input samples exactly

    ceil((N - half) * 16000 / rate)   outputs exist (none while N <= half; half = delay_s * rate)

and after ``flush`` ceil(N * 16000 / rate), every instant before the end of the input.

*Filter.* A Kaiser-windowed sinc: flat up to 7 kHz, 90 dB down from 8 kHz on, so that nothing
above 8 kHz comes back below it. From rates under 16 kHz: 7/8 and all of half that rate.

*Phases.* Where output instants fall between input samples is counted in whole numbers, so
nothing drifts. Common rates have one row of taps for each of these phases; odd ones (44 099 Hz
has 16 000 phases) share 512 rows, between which the result is interpolated.
"""

from __future__ import annotations

from math import ceil, gcd

import numpy as np

from repetiteur.kernels.jit import floats, kernel, summing

OUT_HZ = 16_000
LOWEST_HZ, HIGHEST_HZ = 4_000, 768_000
FLAT = 7 / 8  # of the band that is kept, up to where it is passed unchanged
STOPBAND_DB = 90.0
BETA = 0.1102 * (STOPBAND_DB - 8.7)  # Kaiser's window of that attenuation
MOST_PHASES = 640  # as from 11 025 Hz; beyond this, rows are shared
SHARED_ROWS = 512  # interpolating between so many errs by less than -100 dB
ROOM = 4096  # input samples between two moves of the line

RESAMPLER = np.dtype(
    [
        ("phases", "i8"),  # output instants fall on so many places between two input samples
        ("whole", "i8"),  # from one output to the next: whole input samples ...
        ("over", "i8"),  # ... and phases
        ("half", "i8"),  # input samples needed after an output's place
        ("filled", "i8"),  # samples in the line
        ("place", "i8"),  # in the line, the sample at or before the next output
        ("phase", "i8"),  # and how far beyond it that output is
        ("made", "i8"),  # outputs since the beginning
    ],
    align=True,
)


def half_length(rate_hz: int) -> int:
    """Input samples on either side of an output; a multiple of 8 (whole vectors)."""
    stop_hz = min(OUT_HZ, rate_hz) / 2
    length = (STOPBAND_DB - 7.95) / 14.36 * rate_hz / (stop_hz * (1 - FLAT))
    return 8 * ceil(length / 16)


def new_taps(rate_hz: int) -> np.ndarray:
    """(rows, 2 * half) float32: row r holds the filter for an output r / rows beyond its sample.

    With shared rows there is one more, for the interpolation beyond the last.
    """
    phases, half = OUT_HZ // gcd(OUT_HZ, rate_hz), half_length(rate_hz)
    shared = phases > MOST_PHASES
    beyond = np.arange(SHARED_ROWS + 1) / SHARED_ROWS if shared else np.arange(phases) / phases
    away = np.arange(1 - half, half + 1) - beyond[:, None]  # input samples, from the output's place
    cutoff = min(OUT_HZ, rate_hz) * (1 + FLAT) / 2 / rate_hz
    inside = np.clip(1 - (away / half) ** 2, 0.0, None)
    taps = np.where(inside > 0.0, np.sinc(cutoff * away) * np.i0(BETA * np.sqrt(inside)), 0.0)
    return (taps / taps.sum(axis=1, keepdims=True)).astype(np.float32)


def new_resampler(rate_hz: int) -> np.ndarray:
    """State at the beginning of a stream: a record of one."""
    state = np.zeros(1, RESAMPLER)
    common = gcd(OUT_HZ, rate_hz)
    phases, step = OUT_HZ // common, rate_hz // common
    state["phases"], state["whole"], state["over"] = phases, step // phases, step % phases
    state["half"] = half_length(rate_hz)
    state["filled"] = state["place"] = state["half"] - 1  # as if silence had come before
    return state


def new_line(rate_hz: int) -> np.ndarray:
    """Input that is still needed."""
    return np.zeros(2 * half_length(rate_hz) + ROOM, np.float32)


@summing
def _weighted(taps, sound):
    total = np.float32(0.0)
    for k in range(len(taps)):
        total += taps[k] * sound[k]
    return total


@kernel
def resample(taps, state, line, block, out):
    """Take in ``block``; write what is complete to ``out`` (long enough); return how many that are."""
    own = state[0]
    phases, half = own.phases, own.half
    shared = len(taps) != phases
    filled, place, phase = own.filled, own.place, own.phase
    made = taken = 0
    while taken < len(block):
        if filled == len(line):
            oldest = place - half + 1
            for i in range(filled - oldest):
                line[i] = line[oldest + i]
            filled -= oldest
            place -= oldest
        more = min(len(block) - taken, len(line) - filled)
        for i in range(more):
            line[filled + i] = block[taken + i]
        filled += more
        taken += more
        while place + half < filled:
            sound = line[place - half + 1 : place + half + 1]
            if shared:
                row = phase * SHARED_ROWS // phases
                rest = np.float32(phase * SHARED_ROWS / phases - row)
                low, high = _weighted(taps[row], sound), _weighted(taps[row + 1], sound)
                out[made] = low + rest * (high - low)
            else:
                out[made] = _weighted(taps[phase], sound)
            made += 1
            place += own.whole
            phase += own.over
            if phase >= phases:
                phase -= phases
                place += 1
    own.filled, own.place, own.phase = filled, place, phase
    own.made += made
    return made


class Resampler:
    """One stream from ``rate_hz`` to 16 kHz. At 16 kHz already, blocks pass through as they are."""

    def __init__(self, rate_hz: int) -> None:
        if not LOWEST_HZ <= rate_hz <= HIGHEST_HZ or rate_hz != int(rate_hz):
            raise ValueError(f"sample rate {rate_hz} Hz: must be whole, from {LOWEST_HZ} to {HIGHEST_HZ} Hz")
        self.rate_hz = int(rate_hz)
        self._same = self.rate_hz == OUT_HZ
        self._taps = np.zeros((1, 16), np.float32) if self._same else new_taps(self.rate_hz)
        self._state = new_resampler(self.rate_hz)
        self._line = new_line(self.rate_hz)
        self._out = np.zeros(OUT_HZ // 10, np.float32)

    @property
    def delay_s(self) -> float:
        """Sound at t is out once input up to t + ``delay_s`` is in."""
        return 0.0 if self._same else int(self._state["half"][0]) / self.rate_hz

    @property
    def made(self) -> int:
        """Output samples so far: the next one is the sound at ``made`` / 16000 s."""
        return int(self._state["made"][0])

    def push(self, block: np.ndarray) -> np.ndarray:
        """What ``block`` (mono float32, any length) completes. Good until the next ``push``."""
        block = floats(block)
        if self._same:
            self._state["made"] += len(block)
            return block
        most = len(block) * OUT_HZ // self.rate_hz + 2
        if most > len(self._out):  # a longer block than ever before: the one time this allocates
            self._out = np.zeros(2 * most, np.float32)
        return self._out[: resample(self._taps, self._state, self._line, block, self._out)]

    def flush(self) -> np.ndarray:
        """The rest, as if silence followed: for the end of a file. Then ``reset``."""
        return self.push(np.zeros(0 if self._same else int(self._state["half"][0]), np.float32))

    def reset(self) -> None:
        """A new stream begins."""
        self._state[:] = new_resampler(self.rate_hz)
        self._line[:] = 0.0
