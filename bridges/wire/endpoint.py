"""HOST:PORT as people write it."""

from __future__ import annotations

from repetiteur.realtime.errors import InputError

LOCAL = "127.0.0.1"


def endpoint(text: str, default_port: int | None = None) -> tuple[str, int]:
    """``host:port``, ``:port``, ``port``, or ``host`` where there is a default port."""
    host, colon, port = text.rpartition(":")
    if not colon and not text.isdigit():
        host, port = text, "" if default_port is None else str(default_port)
    number = int(port) if port.isascii() and port.isdigit() else 0
    if not 1 <= number <= 65535:
        raise InputError(text, "not a place to send to", "give HOST:PORT, for example 127.0.0.1:7110")
    return host or LOCAL, number
