"""The event stream itself, for programs that draw their own score: kept for who asks for what is new."""

from __future__ import annotations

import json
from collections import deque

from repetiteur.bridges.wire.rows import event_row
from repetiteur.realtime.events import Event, Hello, Position, StateChanged

KEPT = 4096  # besides positions, of which only the latest is kept

_compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class Rows:
    """Used by the server's thread alone."""

    def __init__(self) -> None:
        self._kept: deque[tuple[int, str]] = deque(maxlen=KEPT)  # seq, row
        self._latest: dict[type[Event], tuple[int, str]] = {}

    def take(self, event: Event) -> str:
        """The row, as JSON."""
        row = _compact(event_row(event))
        if isinstance(event, Hello):
            self._kept.clear()  # another score: nothing of before fits it
            self._latest.clear()
        if isinstance(event, (Hello, StateChanged, Position)):
            self._latest[type(event)] = (event.seq, row)
        if not isinstance(event, Position):
            self._kept.append((event.seq, row))
        return row

    def after(self, seq: int) -> list[str]:
        """What came after that number; everything where it is not one of this stream."""
        latest = self._latest.get(Position)
        known = [*self._kept, *([latest] if latest is not None else [])]
        newest = max((number for number, _ in known), default=-1)
        return [row for number, row in sorted(known) if number > seq or seq > newest]

    def greeting(self) -> list[str]:
        """For who comes late: which score, which state, where."""
        return [row for _, row in sorted(self._latest.values())]
