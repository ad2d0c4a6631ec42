"""UDP ports of this machine, and what arrives at one as OSC."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count

from repetiteur.bridges.wire import osc_packets
from repetiteur.bridges.wire.endpoint import LOCAL

# Below those the system deals out by itself, and never the same twice: nobody else gets one meanwhile.
_PORTS = count(20_000 + os.getpid() % 10_000)


def free_udp_port() -> int:
    """Nobody has it at the moment."""
    for port in _PORTS:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
            probe.bind((LOCAL, port))
            return port
    raise AssertionError("count never ends")


class Receiver:
    """A port where OSC messages arrive."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((LOCAL, 0))
        self.port: int = self.socket.getsockname()[1]
        self.heard: list[tuple[str, tuple[int | float | str, ...]]] = []

    def until(self, enough: Callable[[Receiver], bool], within_s: float = 20.0) -> bool:
        """Whether it is so in time."""
        self.socket.settimeout(0.1)
        end_s = time.monotonic() + within_s
        while not enough(self) and time.monotonic() < end_s:
            with suppress(TimeoutError):
                self._take(self.socket.recv(65536))
        return enough(self)

    def has(self, address: str, times: int = 1) -> bool:
        """Whether it has come so often by now."""
        self.socket.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                self._take(self.socket.recv(65536))
        return len(self.values(address)) >= times

    def values(self, address: str) -> list[tuple[int | float | str, ...]]:
        return [arguments for there, arguments in self.heard if there == address]

    def _take(self, packet: bytes) -> None:
        for message in osc_packets.decode(packet):
            self.heard.append((message.address, message.arguments))
