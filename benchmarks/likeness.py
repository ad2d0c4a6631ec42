"""For how long nobody could tell a place in the score from another by its notes alone."""

from __future__ import annotations

import numpy as np

from repetiteur.realtime.layout import Layout, lay_out
from repetiteur.realtime.score import Score

FORGIVEN = 5  # one chord in so many may differ: players and editions are not that exact
APART = 4  # chords; nearer than this a passage is told apart by its rhythm, not by its place


class Likeness:
    """The chords of a score as numbers that are equal where the same keys are struck."""

    def __init__(self, score: Score) -> None:
        layout: Layout = lay_out(score)
        arrays = layout.arrays
        plain = np.flatnonzero(~np.asarray(layout.chord_grace, bool))
        firsts, lasts = arrays.chords["first"][plain], arrays.chords["last"][plain]
        names: dict[tuple[int, ...], int] = {}
        self._chords = np.array(
            [
                names.setdefault(tuple(sorted(arrays.key_pitch[first:last].tolist())), len(names))
                for first, last in zip(firsts, lasts, strict=True)
            ]
        )
        self._places_q = arrays.chords["q"][plain]

    def chords_alike(self, q: float, most: int = 100) -> int:
        """How many chords from ``q`` on some other place of the score reads the same."""
        here = int(np.searchsorted(self._places_q, q - 1e-4))
        others = np.arange(len(self._chords))
        others = others[np.abs(others - here) >= APART]
        differ = np.zeros(len(others), int)
        for ahead in range(min(most, len(self._chords) - here)):
            inside = others + ahead < len(self._chords)
            others, differ = others[inside], differ[inside]
            differ += self._chords[others + ahead] != self._chords[here + ahead]
            like = differ <= ahead // FORGIVEN
            others, differ = others[like], differ[like]
            if len(others) == 0:
                return ahead
        return min(most, len(self._chords) - here)
