"""What waits for one receiver that cannot take it yet. No sockets.

Positions are latest-wins: an older one still waiting gives way to the newer. Everything
else keeps its order, up to a limit.
"""

from __future__ import annotations

from collections import deque

MOST_WAITING = 2048  # packets other than positions


class _Waiting:
    """One packet; ``data`` is None once a newer position has taken its place."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data: bytes | None = data


class Outbox:
    """Not thread-safe: the server's lock is around it."""

    __slots__ = ("_count", "_limit", "_position", "_queue", "overtaken")

    def __init__(self, limit: int = MOST_WAITING) -> None:
        self._limit = limit
        self._queue: deque[_Waiting] = deque()
        self._position: _Waiting | None = None  # the one in the queue
        self._count = 0  # of all others
        self.overtaken = 0  # positions never sent because a newer one came

    def __len__(self) -> int:
        return self._count + (self._position is not None)

    def put_position(self, data: bytes) -> None:
        old = self._position
        if old is not None:
            self.overtaken += 1
            if self._queue[-1] is old:
                old.data = data
                return
            old.data = None
        self._position = _Waiting(data)
        self._queue.append(self._position)

    def put(self, data: bytes) -> bool:
        """False when there is no room for it."""
        if self._count >= self._limit:
            return False
        self._count += 1
        self._queue.append(_Waiting(data))
        return True

    def first(self) -> bytes | None:
        """The next to send; None when nothing waits."""
        while self._queue and self._queue[0].data is None:
            self._queue.popleft()
        return self._queue[0].data if self._queue else None

    def take(self) -> bytes | None:
        """The same, taken out."""
        data = self.first()
        if data is not None:
            if self._queue.popleft() is self._position:
                self._position = None
            else:
                self._count -= 1
        return data

    def clear(self) -> None:
        self._queue.clear()
        self._position = None
        self._count = 0
