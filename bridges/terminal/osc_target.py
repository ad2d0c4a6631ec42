"""Events as OSC to one address, one way. For control as well there is the OSC server."""

from __future__ import annotations

import socket
from argparse import ArgumentTypeError
from collections.abc import Sequence
from dataclasses import dataclass

from repetiteur.realtime.errors import InputError
from repetiteur.realtime.events import Event


@dataclass(frozen=True, slots=True)
class Target:
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def target(text: str) -> Target:
    """``HOST:PORT`` or ``PORT`` of this machine, for argparse."""
    host, _, port = text.rpartition(":")
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ArgumentTypeError(f"{text!r} is not HOST:PORT, for example 127.0.0.1:9000")
    return Target(host or "127.0.0.1", int(port))


class OscTarget:
    """A sink. A target where nobody listens is no trouble: that is how UDP is."""

    def __init__(self, where: Target) -> None:
        from repetiteur.bridges.wire import osc

        self._encode = osc.encode
        try:
            found = socket.getaddrinfo(where.host, where.port, socket.AF_INET, socket.SOCK_DGRAM)
        except (OSError, UnicodeError):
            raise InputError(str(where), "no such machine", "give HOST:PORT, as in 127.0.0.1:9000") from None
        self._address = found[0][4]
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def send(self, events: Sequence[Event]) -> None:
        for event in events:
            try:
                self._socket.sendto(self._encode(event), self._address)
            except OSError:
                continue  # nobody there now, perhaps later

    def close(self) -> None:
        self._socket.close()
