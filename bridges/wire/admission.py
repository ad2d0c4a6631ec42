"""Who may steer when other machines are let in: this machine, and who has said the token."""

from __future__ import annotations

import hmac
import ipaddress
from collections import OrderedDict

from repetiteur.bridges.wire.control import LoadScore, RefusedError, Request
from repetiteur.realtime import inputs

MOST_ADMITTED = 64
TOKEN = "token"


class Admission:
    """``token`` None: whoever gets here may. Used by one server's thread."""

    def __init__(self, token: str | None = None) -> None:
        self._token = token
        self._admitted: OrderedDict[str, None] = OrderedDict()  # addresses, the latest last

    def offer(self, address: str, token: object) -> None:
        """That machine says the token. Raises ``RefusedError`` where it is another."""
        if self._token is None:
            return
        given = token if isinstance(token, str) else ""
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._token.encode()):
            raise RefusedError("that is not the token", "say the one that the session printed")
        self._admitted[address] = None
        self._admitted.move_to_end(address)
        if len(self._admitted) > MOST_ADMITTED:
            self._admitted.popitem(last=False)

    def check(self, address: str, request: Request) -> None:
        """Raises ``RefusedError`` where that machine may only listen and ask."""
        steers = isinstance(request, (inputs.Command, LoadScore))
        if steers and self._token is not None and not self._is_known(address):
            raise RefusedError("from another machine that needs the token", "say it first: see docs/wires.md")

    def _is_known(self, address: str) -> bool:
        return address in self._admitted or ipaddress.ip_address(address).is_loopback
