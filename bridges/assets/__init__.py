"""The bundled piece: a score, a human-like performance of it as MIDI and as sound, what was planted,
and which note is which."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent

SCORE = _HERE / "menuet_in_g.musicxml"
PERFORMANCE = _HERE / "menuet_in_g.mid"
SOUND = _HERE / "menuet_in_g.ogg"
PLANTED = _HERE / "menuet_in_g.planted.json"
ALIGNMENT = _HERE / "menuet_in_g.align.tsv"
