"""Where a note that was played, but is not written there, would stand on the staff."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from repetiteur.bridges.terminal.words import Speller
from repetiteur.realtime.score import Score

_LETTERS = "CDEFGAB"
_NAME = re.compile(r"([A-G])[♯♭]*(-?\d+)")


@dataclass(frozen=True, slots=True)
class Ghost:
    """``near``: the written note it is measured from; ``steps`` up from there on a staff, ``semitones``
    on a keyboard."""

    near: int
    steps: int
    semitones: int
    name: str


class Ghosts:
    """Made once per score."""

    def __init__(self, score: Score) -> None:
        self._score = score
        self._speller = Speller(score)
        self._onset_q = score.notes["onset_q"]

    @property
    def speller(self) -> Speller:
        return self._speller

    def instead_of(self, note: int, played: int) -> Ghost:
        return self._from(note, played, float(self._onset_q[note]))

    def at(self, q: float, played: int) -> Ghost:
        """An added note: on the staff that has the nearest pitch around there."""
        bar = self._score.bars[self._score.bar_at(q)]  # what is in it is in its line of music, too
        first, last = np.searchsorted(self._onset_q, (bar["start_q"] - 1e-6, bar["end_q"] - 1e-6))
        if first == last:
            first = min(max(int(first) - 1, 0), len(self._onset_q) - 1)
            last = first + 1
        pitches = self._score.notes["pitch"][first:last].astype(int)
        far = np.abs(pitches - played) + 0.5 * np.abs(self._onset_q[first:last] - q)
        return self._from(int(first) + int(np.argmin(far)), played, q)

    def _from(self, note: int, played: int, q: float) -> Ghost:
        written = int(self._score.notes["pitch"][note])
        name = self._speller.spell(played, q)
        own = self._speller.spell(written, float(self._onset_q[note]))
        return Ghost(note, _line(name) - _line(own), played - written, name)


def _line(name: str) -> int:
    """Which line or space, counted from C0, for ``F♯4``."""
    found = _NAME.fullmatch(name)
    return 7 * int(found[2]) + _LETTERS.index(found[1]) if found else 0
