"""Another program that listens: a process with a UDP socket, which notes when each OSC packet came.

It shares nothing with the measured process but the machine's monotonic clock. What a packet is, is noted
as the place of its address in ``ADDRESSES`` and, of a note, its id.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from array import array
from dataclasses import dataclass

import numpy as np

from repetiteur.bridges.wire.osc import ROOT
from repetiteur.realtime.events import EVENT_TYPES, Note

ADDRESSES = tuple(f"{ROOT}/{kind.type}" for kind in EVENT_TYPES)
CODES = {kind.type: code for code, kind in enumerate(EVENT_TYPES)}
_NOTE = CODES[Note.type]
_NOTE_ARGUMENTS = 20  # bytes at the end of a note's packet; its id is the first of them
_ROOM = 1 << 23  # bytes the system keeps for us while we sleep
_CLOSING_S = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Received:
    """In order of arrival."""

    at_s: np.ndarray  # monotonic
    code: np.ndarray
    note: np.ndarray  # -1 for what is none


class Receiver:
    """The process. ``close`` gives what came."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=_environment(),
        )  # fmt: skip
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def close(self) -> Received:
        data, _ = self._process.communicate(timeout=_CLOSING_S)
        rows = np.frombuffer(data, np.int64).reshape(-1, 3)
        return Received(rows[:, 0] * 1e-9, rows[:, 1].copy(), rows[:, 2].copy())


def _environment() -> dict[str, str]:
    """The same packages as here."""
    import os

    return {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}


def _listen() -> None:
    """In the other process: until its standard input is closed."""
    import selectors

    from repetiteur.bridges.urgency import Urgency

    Urgency()()  # as a host on a stage would be: its own lateness is no part of ours
    codes = {address.encode(): code for code, address in enumerate(ADDRESSES)}
    found = array("q")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here, selectors.DefaultSelector() as waiting:
        here.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ROOM)
        here.bind(("127.0.0.1", 0))
        print(here.getsockname()[1], flush=True)
        waiting.register(here, selectors.EVENT_READ)
        waiting.register(sys.stdin, selectors.EVENT_READ)
        while True:
            ready = [key.fileobj for key, _ in waiting.select()]
            if here in ready:
                packet = here.recv(65536)
                now_ns = time.monotonic_ns()
                code = codes.get(packet[: packet.find(b"\0")], -1)
                note = int.from_bytes(packet[-_NOTE_ARGUMENTS:][:4], "big") if code == _NOTE else -1
                found.extend((now_ns, code, note))
            elif sys.stdin in ready:
                break
    sys.stdout.buffer.write(found.tobytes())


if __name__ == "__main__":
    _listen()
