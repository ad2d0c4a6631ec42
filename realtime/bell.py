"""Waking a thread that waits, from one that must not."""

from __future__ import annotations

from queue import Empty, SimpleQueue


class Bell:
    """One thread waits, any rings. Rung several times before it is heard, it is heard once."""

    def __init__(self) -> None:
        self._rings: SimpleQueue[None] = SimpleQueue()  # waits in the system, without Python's lock

    def ring(self) -> None:
        """Never waits. What was done before it is seen by whoever hears it."""
        if self._rings.empty():
            self._rings.put(None)

    def wait(self, wait_s: float) -> bool:
        """Whether it rang within that time, or had already."""
        try:
            self._rings.get(timeout=wait_s)
            return True
        except Empty:
            return False
