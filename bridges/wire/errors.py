"""The one exception of reading the wire."""

from __future__ import annotations


class WireError(Exception):
    """What came cannot be read. The message says why, in a few words."""
