"""The version of the whole program, as told in ``hello`` and by pip."""

from __future__ import annotations

__version__ = "0.1.0"
