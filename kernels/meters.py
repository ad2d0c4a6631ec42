"""The first thing that happens to sound: to one channel, cleaned, and measured on the way.

Blocks as a device gives them (float, int16 or int32; interleaved, or samples by channels) become
mono float32, the mean of the channels, full scale being 1.0. Used by the thread that owns the
stream, before the resampler; compiled, without the interpreter lock, no allocation in the kernel.

* What is no sound (NaN, infinite, or beyond 60 dB over full scale) becomes 0 and is counted, per
  value. What is too quiet to matter (below -400 dB) becomes 0 uncounted: such numbers, and the
  subnormal ones that filters would make of them, take processors a hundred times as long.
* Clipping is looked for in each channel before mixing: three or more samples running at full
  scale with the same sign are one clipped run, however long, and across blocks.
* Levels are in dBFS, 0 dBFS being a constant of full scale: a full sine has an RMS of -3.0 and a
  peak of 0. The RMS and the offset (DC) are of the mix, and the RMS is without the offset; the
  peak is the largest of any channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log10

import numpy as np

from repetiteur.kernels.jit import floats, inline, kernel

MOST_CHANNELS = 64
FULL = np.float32(0.99996)  # the largest int16 is 0.99997
CLIPPED_RUN = 3  # samples at full scale in a row
LOUDEST, QUIETEST = np.float32(1e3), np.float32(1e-20)  # of what is taken for sound
FLOOR_DBFS = -120.0  # told for silence

METER = np.dtype(
    [
        ("samples", "i8"),  # of the mix, since the levels were last asked for; so are the next three
        ("sum", "f8"),
        ("squares", "f8"),
        ("peak", "f8"),
        ("clipped", "i8"),  # runs, since the beginning
        ("scrubbed", "i8"),  # values, since the beginning
    ],
    align=True,
)


@dataclass(frozen=True, slots=True)
class Levels:
    """What a meter shows."""

    rms_dbfs: float
    peak_dbfs: float
    offset: float  # DC, as a share of full scale
    clipped: int  # runs since the beginning of the stream
    scrubbed: int  # values since the beginning of the stream


@inline
def _run(run, value):
    """The run at full scale after one more sample: its length, negative at the lower end."""
    if value >= FULL:
        return max(run, 0) + 1
    if value <= -FULL:
        return min(run, 0) - 1
    return 0


@kernel
def mix_down(frames, scale, meter, runs, mono):
    """Clean, measure and mix ``frames`` (samples by channels), each times ``scale``, into ``mono``."""
    own = meter[0]
    channels = frames.shape[1]
    share = np.float32(1.0 / channels)
    peak, total, squares = own.peak, own.sum, own.squares
    for n in range(frames.shape[0]):
        mixed = np.float32(0.0)
        for channel in range(channels):
            value = frames[n, channel] * scale
            size = abs(value)
            if not size <= LOUDEST:  # NaN neither is nor is not
                value = size = np.float32(0.0)
                own.scrubbed += 1
            elif size < QUIETEST:
                value = size = np.float32(0.0)
            run = _run(runs[channel], value)
            if abs(run) == CLIPPED_RUN:
                own.clipped += 1
            runs[channel] = run
            peak = max(peak, np.float64(size))
            mixed += value
        mixed *= share
        mono[n] = mixed
        total += np.float64(mixed)
        squares += np.float64(mixed) * np.float64(mixed)
    own.samples += frames.shape[0]
    own.peak, own.sum, own.squares = peak, total, squares


def dbfs(amplitude: float) -> float:
    """An amplitude as dBFS, not below what is told for silence."""
    return max(FLOOR_DBFS, 20 * log10(amplitude)) if amplitude > 0.0 else FLOOR_DBFS


class Meter:
    """From a device's blocks of ``channels`` channels to clean mono, with levels."""

    def __init__(self, channels: int = 1) -> None:
        if not 1 <= channels <= MOST_CHANNELS:
            raise ValueError(f"{channels} channels: must be 1 to {MOST_CHANNELS}")
        self.channels = channels
        self._meter = np.zeros(1, METER)
        self._runs = np.zeros(channels, np.int64)
        self._mono = np.zeros(4096, np.float32)

    def push(self, block: np.ndarray) -> np.ndarray:
        """As mono float32, good until the next ``push``; an unfinished frame at its end is dropped."""
        scale = np.float32(1.0 / -float(np.iinfo(block.dtype).min) if block.dtype.kind == "i" else 1.0)
        frames = len(block) if block.ndim == 2 else len(block) // self.channels
        block = floats(block[: frames if block.ndim == 2 else frames * self.channels])
        if frames > len(self._mono):  # a longer block than ever before: the one time this allocates
            self._mono = np.zeros(2 * frames, np.float32)
        mono = self._mono[:frames]
        mix_down(block.reshape(frames, self.channels), scale, self._meter, self._runs, mono)
        return mono

    @property
    def clipped(self) -> int:
        """Runs since the beginning of the stream."""
        return int(self._meter["clipped"][0])

    @property
    def scrubbed(self) -> int:
        """Values since the beginning of the stream."""
        return int(self._meter["scrubbed"][0])

    def levels(self) -> Levels:
        """Levels since this was last asked."""
        own = self._meter[0]
        samples = max(int(own["samples"]), 1)
        offset = float(own["sum"]) / samples
        power = max(float(own["squares"]) / samples - offset * offset, 0.0)
        levels = Levels(
            dbfs(power**0.5), dbfs(float(own["peak"])), offset, int(own["clipped"]), int(own["scrubbed"])
        )
        for field in ("samples", "sum", "squares", "peak"):
            own[field] = 0
        return levels

    def reset(self) -> None:
        """A new stream begins."""
        self._meter[:] = 0
        self._runs[:] = 0
