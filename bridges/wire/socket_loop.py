"""A thread that waits on sockets: what both servers stand on."""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import threading
from collections.abc import Callable
from typing import Any

_log = logging.getLogger(__name__)

PASS_S = 0.1  # at least this often everybody's overdue work is done
CLOSE_S = 2.0

Ready = Callable[[socket.socket, int], None]  # what is ready, and for what


class SocketLoop:
    """Runs ``ready`` for each socket that is ready and ``each_pass`` after every wait.

    Both run in the loop's own thread and must not wait. ``wake`` may be called from any
    thread and never waits; so may ``close``, which ends the thread.
    """

    def __init__(self, name: str, ready: Ready, each_pass: Callable[[], None]) -> None:
        self._ready = ready
        self._each_pass = each_pass
        self._selector = selectors.DefaultSelector()
        self._bell, self._bell_rope = socket.socketpair()
        self._bell.setblocking(False)
        self._bell_rope.setblocking(False)
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def watch(self, item: socket.socket, for_reading: bool, for_writing: bool) -> None:
        """Wait for this socket from now on; for nothing means no longer. Loop thread only,
        or before ``start``."""
        mask = selectors.EVENT_READ * for_reading | selectors.EVENT_WRITE * for_writing
        known = self._selector.get_map().get(item)
        if known is None:
            if mask:
                self._selector.register(item, mask)
        elif not mask:
            self._selector.unregister(item)
        elif known.events != mask:
            self._selector.modify(item, mask)

    def wake(self) -> None:
        with contextlib.suppress(OSError):  # full: it is ringing already; closed: nobody is there
            self._bell_rope.send(b"!")

    def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        self.wake()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(CLOSE_S)
        self._selector.close()
        self._bell.close()
        self._bell_rope.close()

    def _run(self) -> None:
        while not self._closing:
            try:
                self._pass()
            except Exception:  # one bad moment must not end the control of a session
                _log.exception("in thread %s", self._thread.name)

    def _pass(self) -> None:
        for key, mask in self._selector.select(PASS_S):
            item: Any = key.fileobj
            if item is self._bell:
                _empty(item)
            else:
                self._ready(item, mask)
        self._each_pass()


def _empty(bell: socket.socket) -> None:
    try:
        while bell.recv(4096):
            pass
    except OSError:
        pass


def listening(port: int, lan: bool, most: int) -> socket.socket:
    """A TCP socket that so many may knock at. Raises as ``bound``."""
    item = bound(socket.SOCK_STREAM, port, lan)
    item.listen(most)
    return item


def can_read(mask: int) -> bool:
    return bool(mask & selectors.EVENT_READ)


def bound(kind: socket.SocketKind, port: int, lan: bool) -> socket.socket:
    """A socket at this port: of this machine only, or of every network it is in.

    Raises ``InputError`` where the port cannot be had.
    """
    from repetiteur.realtime.errors import InputError

    item = socket.socket(socket.AF_INET, kind)
    try:
        item.setblocking(False)
        if kind is socket.SOCK_STREAM:
            # A port whose last connections are just closing may be used again at once.
            item.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        item.bind(("0.0.0.0" if lan else "127.0.0.1", port))
    except (OSError, OverflowError) as error:
        item.close()
        where = f"{'UDP' if kind is socket.SOCK_DGRAM else 'TCP'} port {port}"
        if isinstance(error, OverflowError):
            raise InputError(where, "there is no such port", "choose one from 1 to 65535") from None
        remedy = "close the other program that uses it, or choose another port"
        raise InputError(where, error.strerror or str(error), remedy) from None
    return item
