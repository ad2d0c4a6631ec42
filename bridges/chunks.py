"""From a device's or a file's frames to chunks for the ears: one channel, clean, with what was wrong."""

from __future__ import annotations

import numpy as np

from repetiteur.kernels.meters import Meter
from repetiteur.realtime.inputs import Chunk


class ChunkMaker:
    """One stream of frames (samples by channels, or interleaved). Thread: whoever makes chunks."""

    def __init__(self, channels: int, rate_hz: float) -> None:
        self._meter = Meter(channels)
        self._rate_hz = rate_hz
        self._clipped = self._scrubbed = 0  # so far
        self.make(np.zeros((1, channels), np.float32), 0.0)  # compiled before the first sound
        self._meter.reset()

    def make(self, frames: np.ndarray, t_s: float, lost: int = 0) -> Chunk:
        """The chunk of these frames, the first of which is at ``t_s``."""
        sound = self._meter.push(frames).copy()  # the meter uses its room again
        clipped, scrubbed = self._meter.clipped, self._meter.scrubbed
        chunk = Chunk(t_s, sound, self._rate_hz, lost, clipped - self._clipped, scrubbed - self._scrubbed)
        self._clipped, self._scrubbed = clipped, scrubbed
        return chunk
