"""Events on their way from the engine's thread to the thread of a server."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from repetiteur.realtime.events import Event

MOST = 65536


class HandedOver:
    """One thread adds, one takes; neither waits. What there is no room for is dropped and counted."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self.dropped = 0

    def add(self, events: Sequence[Event]) -> None:
        room = max(MOST - len(self._events), 0)
        self.dropped += max(len(events) - room, 0)
        self._events.extend(events[:room])

    def taken(self) -> Iterator[Event]:
        """One after the other, with what is added meanwhile."""
        while self._events:
            yield self._events.popleft()
