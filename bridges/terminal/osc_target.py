"""Events as OSC to one address, one way. For control as well there is the OSC server."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from repetiteur.bridges.wire.endpoint import Endpoint
from repetiteur.realtime.events import Event


class OscTarget:
    """A sink. ``where`` is numeric. A target where nobody listens is no trouble: that is how UDP is."""

    def __init__(self, where: Endpoint) -> None:
        from repetiteur.bridges.wire import osc

        self._encode = osc.encode
        self._address = where
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def send(self, events: Sequence[Event]) -> None:
        for event in events:
            try:
                self._socket.sendto(self._encode(event), self._address)
            except OSError:
                continue  # nobody there now, perhaps later

    def close(self) -> None:
        self._socket.close()
