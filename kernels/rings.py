"""The latest sound, in a ring: one thread writes blocks, one other reads, neither waits.

Positions are samples since the beginning of the stream, so they say when: position / rate seconds.
The writer never waits and never drops: it overwrites the oldest. A reader that falls behind by more
than the ring holds loses what was overwritten, is told how much (``lost``), and goes on at the
right position; time never slips.

*Who may call what.* ``write`` belongs to one thread (the audio callback), ``take`` to one other;
``latest`` and ``window`` change nothing and may be called by both. There is no lock. The writer says
which samples it is about to overwrite (``claimed``), copies, then says how far it has written
(``written``). A reader copies and then looks at ``claimed``: had the writer come so far meanwhile,
the copy counts as overwritten. Both numbers are set in Python, outside the compiled copying, and
in this order; handing over the interpreter lock in between makes it visible in this order too.
"""

from __future__ import annotations

import numpy as np

from repetiteur.kernels.jit import floats, kernel


@kernel
def copy_in(ring, position, block):
    """``block`` to its place in a ring of 2^k samples; of a longer one than the ring, the end."""
    inside = len(ring) - 1
    for n in range(max(0, len(block) - len(ring)), len(block)):
        ring[(position + n) & inside] = block[n]


@kernel
def copy_out(ring, position, out):
    """Samples from ``position`` on; silence for what would be before the beginning."""
    inside = len(ring) - 1
    for n in range(len(out)):
        at = position + n
        out[n] = ring[at & inside] if at >= 0 else np.float32(0.0)


class SampleRing:
    """At least ``capacity`` samples of mono float32; in truth the next power of two."""

    def __init__(self, capacity: int) -> None:
        self.samples = np.zeros(1 << max(int(capacity) - 1, 15).bit_length(), np.float32)
        self.written = 0  # samples in the ring or once in it
        self.taken = 0  # position of the next sample for ``take``
        self.lost = 0  # samples that ``take`` never saw
        self._claimed = 0

    def write(self, block: np.ndarray) -> None:
        """Append. By the writing thread."""
        block = floats(block)
        position = self.written
        self._claimed = position + len(block)
        copy_in(self.samples, position, block)
        self.written = position + len(block)

    def _whole(self, position: int) -> bool:
        """Whether nothing from ``position`` on has been, or is being, overwritten."""
        return position >= self._claimed - len(self.samples)

    def window(self, end: int, out: np.ndarray) -> bool:
        """The samples just before position ``end`` into ``out``; silence before the beginning.

        False, and ``out`` is of no use, if some are not written yet or no longer there.
        """
        first = end - len(out)
        if end > self.written or not self._whole(max(first, 0)):
            return False
        copy_out(self.samples, first, out)
        return self._whole(max(first, 0))

    def latest(self, out: np.ndarray) -> int:
        """The newest samples into ``out``, at most half the ring; returns the position of their end."""
        if 2 * len(out) > len(self.samples):
            raise ValueError(f"{len(out)} samples asked of a ring of {len(self.samples)}: at most half")
        while True:  # again only if meanwhile half the ring was written
            end = self.written
            if self.window(end, out):
                return end

    def take(self, out: np.ndarray) -> int:
        """The next samples in order into ``out``, as many as there are; returns how many.

        They end at position ``taken``. By the one reading thread.
        """
        while True:
            behind = self._claimed - len(self.samples) - self.taken
            if behind > 0:
                self.lost += behind
                self.taken += behind
            count = max(0, min(self.written - self.taken, len(out)))
            copy_out(self.samples, self.taken, out[:count])
            if self._whole(self.taken):
                self.taken += count
                return count

    def reset(self) -> None:
        """A new stream begins. Only while nobody writes or reads."""
        self.samples[:] = 0.0
        self.written = self.taken = self.lost = self._claimed = 0
