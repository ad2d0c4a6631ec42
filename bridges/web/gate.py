"""Who may watch, and who may steer: hosts, origins and the token.

A page of somebody else in the same browser can reach this machine too. It is kept out by its
``Origin``; one that has its own name point to this machine (DNS rebinding) by its ``Host``: only
addresses in figures and ``localhost`` are ours.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import parse_qs

from repetiteur.bridges.web.http import Head

_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z.-]{1,253})(?::([0-9]{1,5}))?")


class Access(Enum):
    NONE = auto()
    WATCH = auto()
    STEER = auto()


@dataclass(frozen=True, slots=True)
class Gate:
    """``token`` None: whoever gets here may steer (this machine alone). ``guests``: who has no token may
    watch. ``origins``: pages of others that may hear the events."""

    lan: bool
    token: str | None
    guests: bool
    origins: frozenset[str] = frozenset()

    def knows_host(self, head: Head) -> bool:
        found = _AUTHORITY.fullmatch(head.header("host"))
        if found is None:
            return False
        name = found[1].strip("[]").lower()
        if name == "localhost":
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return self.lan or address.is_loopback

    def is_own_page(self, head: Head, must: bool) -> bool:
        """Whether a page of ours asks. ``must``: a browser says so where it matters, so that saying nothing
        is no excuse."""
        origin = head.headers.get("origin")
        if origin is None:
            led_here = head.path == "/" and head.header("sec-fetch-mode") == "navigate"  # by a link
            return not must and (led_here or head.header("sec-fetch-site") in ("", "none", "same-origin"))
        return origin == f"http://{head.header('host')}"

    def may_hear(self, head: Head) -> bool:
        """Whether the events are for this page, or for a program that is no browser: that says no origin."""
        origin = head.headers.get("origin")
        if origin is None:
            return head.header("sec-fetch-site") in ("", "none", "same-origin")
        return origin in self.origins or self.is_own_page(head, must=True)

    def access(self, head: Head) -> Access:
        if self.token is None or self._has_token(_cookie(head, self.cookie_name(head))):
            return Access.STEER
        return Access.WATCH if self.guests else Access.NONE

    def invited(self, head: Head) -> bool:
        """Whether the link itself carries the token."""
        try:
            given = parse_qs(head.query, max_num_fields=4).get("token", [""])[0]
        except ValueError:
            return False
        return self.token is not None and self._has_token(given)

    def cookie(self, head: Head) -> str:
        return f"{self.cookie_name(head)}={self.token}; Path=/; HttpOnly; SameSite=Strict"

    def cookie_name(self, head: Head) -> str:
        """Cookies do not tell ports apart, so the name does: two sessions may run side by side."""
        found = _AUTHORITY.fullmatch(head.header("host"))
        return f"repetiteur-{found[2] if found and found[2] else '80'}"

    def _has_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "replace"), (self.token or "").encode())


def _cookie(head: Head, name: str) -> str:
    for part in head.header("cookie").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""
