"""The bundled piece: a score, one human-like performance of it, and what was planted in that."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent

SCORE = _HERE / "menuet_in_g.musicxml"
PERFORMANCE = _HERE / "menuet_in_g.mid"
PLANTED = _HERE / "menuet_in_g.planted.json"
