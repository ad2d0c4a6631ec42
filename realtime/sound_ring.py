"""Sound on its way from the device's callback to the ears: a ring, so that neither waits for the other.

The samples lie in a ``SampleRing``, and beside it, in a ring of their own, the time and the trouble of each
block. Nothing is made in the callback and nothing queues without bound: ears that fall behind by more than
the ring holds lose the oldest, and are told how much in the next chunk, so that time stays right. What they
take is everything there is, in one piece: whoever is late hears in larger pieces, which costs less.
"""

from __future__ import annotations

import numpy as np

from repetiteur.kernels.rings import SampleRing
from repetiteur.realtime.bell import Bell
from repetiteur.realtime.inputs import Chunk

CAPACITY = 1 << 17  # samples: 2.7 s at 48 kHz
BLOCKS = 1 << 12  # of whatever length
MOST_AT_ONCE = 1 << 14  # samples in one chunk

_BLOCK = np.dtype([
    ("position", np.int64), ("length", np.int64), ("t_s", np.float64), ("rate_hz", np.float64),
    ("lost", np.int64), ("clipped", np.int64), ("scrubbed", np.int64),  # all counted from the beginning
])  # fmt: skip


class SoundRing:
    """``put`` belongs to one thread, ``take`` to one other. See ``kernels/rings.py`` for how they agree."""

    def __init__(self, capacity: int = CAPACITY, blocks: int = BLOCKS) -> None:
        self._ring = SampleRing(capacity)
        self._ring.write(np.zeros(1, np.float32))  # compiled before the first sound
        self._ring.window(1, np.zeros(1, np.float32))
        self._ring.reset()
        self._blocks = np.zeros(blocks, _BLOCK)
        self._bell = Bell()
        # The writer's
        self._written = self._claimed = 0  # blocks
        self._lost = self._clipped = self._scrubbed = 0
        # The reader's
        self._taken = 0  # blocks
        self._told = 0, 0, 0  # lost, clipped and scrubbed, up to the last chunk
        self._next = 0  # position of the sample after the last chunk
        self.overrun = 0  # samples that were overwritten before anybody took them

    def put(self, chunk: Chunk) -> bool:
        """In the device's callback. There is always room: the oldest makes it."""
        number = self._written
        self._lost += chunk.lost
        self._clipped += chunk.clipped
        self._scrubbed += chunk.scrubbed
        self._claimed = number + 1
        self._blocks[number % len(self._blocks)] = (
            self._ring.written, len(chunk.samples), chunk.t_s, chunk.rate_hz,
            self._lost, self._clipped, self._scrubbed,
        )  # fmt: skip
        self._ring.write(chunk.samples)
        self._written = number + 1
        self._bell.ring()
        return True

    def take(self, wait_s: float) -> Chunk | None:
        """All there is of one rate without a gap; None where nothing is, at the latest after ``wait_s``."""
        if self._taken == self._written and not self._bell.wait(wait_s):
            return None
        while self._taken < self._written:
            chunk = self._join()
            if chunk is not None:
                return chunk
        return None

    def _join(self) -> Chunk | None:
        """The oldest block and those that go on from it. None, and on, where they were overwritten."""
        self._taken = max(self._taken, self._claimed - len(self._blocks))
        position = self._block(self._taken)[0]
        if position < self._ring.written - len(self._ring.samples):
            self._taken += 1
            return None
        position, length, t_s, rate_hz, lost, clipped, scrubbed = self._block(self._taken)
        blocks = 1
        while length and self._taken + blocks < self._written:
            _, more, _, same_hz, no_more, clips, scrubs = self._block(self._taken + blocks)
            if not (same_hz == rate_hz and no_more == lost and 0 < more <= MOST_AT_ONCE - length):
                break
            length, clipped, scrubbed, blocks = length + more, clips, scrubs, blocks + 1
        samples = np.empty(length, np.float32)
        there = self._ring.window(position + length, samples)
        if self._taken < self._claimed - len(self._blocks):
            return None  # what was read of the blocks may be wrong: again
        self._taken += blocks
        if not there:
            return None
        overrun, self._next = position - self._next, position + length
        self.overrun += overrun
        before, self._told = self._told, (lost, clipped, scrubbed)
        return Chunk(
            t_s, samples, rate_hz, lost - before[0] + overrun, clipped - before[1], scrubbed - before[2]
        )

    def _block(self, number: int) -> tuple[int, int, float, float, int, int, int]:
        return self._blocks[number % len(self._blocks)].item()
