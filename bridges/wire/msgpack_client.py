"""One program connected over TCP: its bytes in and out, bounded both ways."""

from __future__ import annotations

import socket

from repetiteur.bridges.wire import msgpack_codec as codec
from repetiteur.bridges.wire.outbox import Outbox
from repetiteur.bridges.wire.verbs import EVENT_WORDS

MOST_BEHIND = 2048  # messages that may wait for a client before it is closed
CHUNK = 4096  # bytes read at a time: less than the decoder holds
BATCH = 16 * 1024  # bytes written at a time
IN_SYSTEM = 64 * 1024  # bytes the system may hold for it: more would only make positions old
GOODBYE_S = 1.0  # for the last words to leave


class MsgpackClient:
    """Used by the server's thread only."""

    def __init__(self, connection: socket.socket, address: str) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, IN_SYSTEM)
        self.connection = connection
        self.address = address  # of the other machine
        self.maps = codec.Maps()
        self.types: frozenset[str] = EVENT_WORDS  # of events it wants
        self.greeted = False  # our hello has gone out to it
        self.said_hello = False
        self.listened: dict[str, float | str | None] = {}
        self.gone_at_s: float | None = None  # set: only last words leave, until then
        self._outbox = Outbox(MOST_BEHIND)
        self._flying = b""  # taken out, not all sent yet

    @property
    def waiting(self) -> bool:
        return bool(self._flying) or len(self._outbox) > 0

    def tell(self, data: bytes, is_position: bool, now_s: float) -> None:
        """Queue one message; a client too far behind is told so and leaves."""
        if self.gone_at_s is not None:
            return
        if is_position:
            self._outbox.put_position(data)
        elif not self._outbox.put(data) and not (self.flush() and self._outbox.put(data)):
            self._outbox.clear()
            self.leave(f"{MOST_BEHIND} messages behind", "read faster, or subscribe to fewer types", now_s)

    def leave(self, reason: str, remedy: str, now_s: float) -> None:
        """Say why after what still waits, then end."""
        if self.gone_at_s is None:
            self._outbox.put(codec.encode_bye(reason, remedy))
            self.gone_at_s = now_s + GOODBYE_S

    def is_gone(self, now_s: float) -> bool:
        """Its time to read the last words is over (most end the connection themselves before)."""
        return self.gone_at_s is not None and now_s >= self.gone_at_s

    def receive(self) -> bytes | None:
        """What has come; b"" for nothing just now, None when the other side has ended."""
        try:
            return self.connection.recv(CHUNK) or None
        except BlockingIOError:
            return b""
        except OSError:
            return None

    def flush(self) -> bool:
        """Send what can be sent without waiting; False when the connection is broken."""
        try:
            while self.waiting:
                if not self._flying:
                    self._flying = self._next_batch()
                self._flying = self._flying[self.connection.send(self._flying) :]
            if self.gone_at_s is not None:
                self.connection.shutdown(socket.SHUT_WR)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def _next_batch(self) -> bytes:
        parts, size = [], 0
        while size < BATCH and (data := self._outbox.take()) is not None:
            parts.append(data)
            size += len(data)
        return b"".join(parts)
