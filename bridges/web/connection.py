"""One browser's connection: a request and its answer, or a viewer while it stays. Bounded both ways."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from enum import Enum, auto

from repetiteur.bridges.web.gate import Access
from repetiteur.bridges.web.http import Head, RequestReader
from repetiteur.bridges.web.websocket import Closing, Frames, close_frame
from repetiteur.bridges.wire.outbox import Outbox

CHUNK = 64 * 1024  # bytes read at a time
BATCH = 32 * 1024  # bytes written at a time, of small messages
IN_SYSTEM = 128 * 1024  # bytes the system may hold for it: more would only make positions old
MOST_BEHIND = 512  # messages that may wait for a viewer before it is closed
REQUEST_S = 15.0  # for a request to come
BODY_S = 120.0  # for a score to be handed in
ANSWER_S = 120.0  # for an answer to be taken
WORK_S = 400.0  # for an answer to be made
GOODBYE_S = 1.0  # for the last words to leave


class Feed(Enum):
    """What a viewer is told."""

    PAGE = auto()  # what our page shows
    EVENTS = auto()  # the event stream


class Connection:
    """Used by the server's thread only."""

    def __init__(self, sock: socket.socket, most_body: Callable[[Head], int], now_s: float) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, IN_SYSTEM)
        self.sock = sock
        self.reader: RequestReader | None = RequestReader(most_body)  # until the request is there
        self.frames: Frames | None = None  # of a viewer
        self.access = Access.NONE
        self.feed = Feed.PAGE
        self.begun_s = now_s
        self.ends_at_s = now_s + REQUEST_S  # it is cut off then
        self._outbox = Outbox(MOST_BEHIND)
        self._flying = memoryview(b"")  # taken out, not all sent yet
        self._last = False  # nothing more will be said
        self._said = False  # not even that

    @property
    def is_viewer(self) -> bool:
        return self.frames is not None and not self._last

    @property
    def waiting(self) -> bool:
        return bool(self._flying) or len(self._outbox) > 0

    def asks(self) -> bool:
        """Whether anything it sends is still of interest."""
        return (self.reader is not None or self.frames is not None) and not self._last

    def is_over(self, now_s: float) -> bool:
        return now_s >= self.ends_at_s

    # HTTP

    def grant(self, span_s: float, now_s: float) -> None:
        """So much time from now for what it is at."""
        self.ends_at_s = now_s + span_s

    def work_begins(self, now_s: float) -> None:
        """Its request is there, and is being seen to."""
        self.reader = None
        self.grant(WORK_S, now_s)

    def answer(self, data: bytes, now_s: float) -> None:
        """The one answer; the connection ends when it has been taken."""
        self.reader = None
        self._flying = memoryview(data)
        self._last = True
        self.grant(ANSWER_S, now_s)

    # WebSocket

    def become_viewer(self, acceptance: bytes, rest: bytes, access: Access, feed: Feed) -> None:
        self.reader = None
        self.frames = Frames()
        self.frames.feed(rest)
        self.access = access
        self.feed = feed
        self.ends_at_s = float("inf")
        self._flying = memoryview(acceptance)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def tell(self, data: bytes, now_s: float) -> None:
        """Queue one message; a viewer too far behind leaves."""
        if not self.is_viewer:
            return
        if not self._outbox.put(data) and not (self.flush(now_s) and self._outbox.put(data)):
            self._outbox.clear()
            self.leave(Closing.TRY_LATER, "too far behind; connect again", now_s)

    def tell_position(self, data: bytes) -> None:
        """The latest wins over those that have not left yet."""
        if self.is_viewer:
            self._outbox.put_position(data)

    def leave(self, closing: Closing, why: str, now_s: float) -> None:
        """Say why after what still waits, then end."""
        if not self._last:
            self._outbox.put(close_frame(closing, why))
            self._last = True
            self.grant(GOODBYE_S, now_s)

    # both

    def receive(self) -> bytes | None:
        """What has come; b"" for nothing just now, None when the other side has ended."""
        try:
            return self.sock.recv(CHUNK) or None
        except BlockingIOError:
            return b""
        except OSError:
            return None

    def flush(self, now_s: float) -> bool:
        """Send what can be sent without waiting; False when the connection is broken."""
        try:
            while self.waiting:
                if not self._flying:
                    self._flying = memoryview(self._next_batch())
                self._flying = self._flying[self.sock.send(self._flying) :]
        except BlockingIOError:
            return True
        except OSError:
            return False
        if self._last and not self._said:
            self._said = True  # what still comes is read and dropped: else the answer might be lost
            self.grant(GOODBYE_S, now_s)
            with contextlib.suppress(OSError):
                self.sock.shutdown(socket.SHUT_WR)
        return True

    def _next_batch(self) -> bytes:
        parts, size = [], 0
        while size < BATCH and (data := self._outbox.take()) is not None:
            parts.append(data)
            size += len(data)
        return b"".join(parts)
