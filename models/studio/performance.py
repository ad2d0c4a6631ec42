"""A performance as training takes it: notes that end when they stop sounding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PLAYED = np.dtype([("onset_s", "f8"), ("offset_s", "f8"), ("pitch", "i4"), ("velocity", "i4")])
PEDAL_DOWN = 64  # of a controller's 0 to 127


@dataclass(frozen=True, slots=True)
class Performance:
    """``notes`` are of type ``PLAYED``, by onset; ``offset_s`` counts the sustain pedal in."""

    name: str
    notes: np.ndarray

    @property
    def duration_s(self) -> float:
        return float(self.notes["offset_s"].max()) if len(self.notes) else 0.0


def pedal_extended(notes: np.ndarray, pedal_s: np.ndarray, pedal: np.ndarray) -> np.ndarray:
    """Notes (``PLAYED``, ending with the key) that end when neither key nor pedal holds them.

    ``pedal`` holds the values of controller 64 at the times ``pedal_s``, which rise. A key that is struck
    again ends its former note.
    """
    notes = np.sort(notes, order=("onset_s", "pitch"))
    down = pedal >= PEDAL_DOWN
    ups_s = pedal_s[~down]
    for note in notes:
        latest = int(np.searchsorted(pedal_s, note["offset_s"], "right")) - 1
        if latest >= 0 and down[latest]:
            following = int(np.searchsorted(ups_s, note["offset_s"], "right"))
            note["offset_s"] = ups_s[following] if following < len(ups_s) else pedal_s[-1]
    for pitch in np.unique(notes["pitch"]):
        same = np.flatnonzero(notes["pitch"] == pitch)
        struck_again_s = notes["onset_s"][same[1:]]
        notes["offset_s"][same[:-1]] = np.minimum(notes["offset_s"][same[:-1]], struck_again_s)
    return notes
