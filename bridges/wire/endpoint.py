"""HOST:PORT as people write it."""

from __future__ import annotations

import socket
from typing import NamedTuple

from repetiteur.realtime.errors import InputError

LOCAL = "127.0.0.1"
EXAMPLE = "give HOST:PORT, for example 127.0.0.1:9000"


class Endpoint(NamedTuple):
    """One end of a connection, as sockets take it."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def endpoint(text: str, default_port: int | None = None) -> Endpoint:
    """``host:port``, ``:port``, ``port``, or ``host`` where there is a default port."""
    host, colon, port = text.rpartition(":")
    if not colon and not text.lstrip("-").isdigit():
        host, port = text, "" if default_port is None else str(default_port)
    number = int(port) if port.isascii() and port.isdigit() else 0
    if not 1 <= number <= 65535:
        raise InputError(text, "not HOST:PORT with a port from 1 to 65535", EXAMPLE)
    return Endpoint(host or LOCAL, number)


def resolved(place: tuple[str, int]) -> Endpoint:
    """The same with a numeric host. Raises ``InputError`` where there is none of that name."""
    host, port = place
    try:
        found = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_DGRAM)
    except (OSError, UnicodeError, OverflowError):
        raise InputError(f"{host}:{port}", "no such machine", EXAMPLE) from None
    numeric = found[0][4]
    return Endpoint(str(numeric[0]), int(numeric[1]))
