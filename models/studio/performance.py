"""A performance as training takes it: notes that end when they stop sounding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PLAYED = np.dtype([("onset_s", "f8"), ("offset_s", "f8"), ("pitch", "i4"), ("velocity", "i4")])


@dataclass(frozen=True, slots=True)
class Performance:
    """``notes`` are of type ``PLAYED``, by onset; ``offset_s`` counts the sustain pedal in."""

    name: str
    notes: np.ndarray

    @property
    def duration_s(self) -> float:
        return float(self.notes["offset_s"].max()) if len(self.notes) else 0.0
