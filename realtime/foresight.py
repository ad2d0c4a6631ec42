"""Where the player is if the notes that are not certain yet are believed as well.

The ears tell of a note early, and later whether it was one. The follower hears of certain notes
alone, for it cannot forget; here the others are tried on a copy of what it believes, made anew with
every certain note. A copy never starts afresh elsewhere: that takes certainty.
"""

from __future__ import annotations

import numpy as np

from repetiteur.kernels.beam import HYPOTHESIS, new_beam, new_candidates
from repetiteur.kernels.believing import foresee, take_up
from repetiteur.realtime.follower import Follower
from repetiteur.realtime.shown import Shown

AT_MOST = 24  # notes that are not certain yet; the ears have settled those before them long since


class Foresight(Shown):
    """A stage beside a follower, on the same thread; ``delay`` is zero."""

    delay = 0.0

    def __init__(self, follower: Follower) -> None:
        self.layout = follower.layout
        self._follower = follower
        segments = len(follower.layout.arrays.segments)
        self._old, self._new = new_beam(segments), new_beam(segments)
        self._out = new_candidates()
        self._story = np.zeros(1, HYPOTHESIS).view(np.int64)
        self._unsure: dict[int, tuple[float, int]] = {}  # onset_s and pitch, by the id of the ears
        self.reset()

    def reset(self) -> None:
        """Nothing is unsure: all is as the follower has it."""
        self._unsure.clear()
        self._try_again()

    def note(self, note: int, pitch: int, onset_s: float) -> None:
        """There may be such a note."""
        known = note in self._unsure
        if len(self._unsure) >= AT_MOST and not known:
            return
        self._unsure[note] = onset_s, pitch
        if known or onset_s < self._last_s:
            self._try_again()
        else:
            self._try(pitch, onset_s)

    def settled(self, note: int) -> None:
        """The follower has heard of this note, or it was none."""
        self._unsure.pop(note, None)
        self._try_again()

    def _try_again(self) -> None:
        """From what the follower believes now through all that is unsure, in order of time."""
        follower = self._follower
        beam, place = follower.believed
        self._notes, self._last_s = follower.notes, follower.heard_s
        self.lost, self.strange = follower.lost, follower.strange
        self._take_up(take_up(beam, place, self._old, self.layout.arrays, self._story))
        for onset_s, pitch in sorted(self._unsure.values()):
            self._try(pitch, max(onset_s, self._last_s))

    def _try(self, pitch: int, onset_s: float) -> None:
        self._notes += 1
        self._last_s = onset_s
        arrays = self._old, self._new, self.layout.arrays, self._out, self._story
        shown = foresee(*arrays, self._notes, pitch, onset_s, self.chord, self.root, self._follower.pause)
        self._old, self._new = self._new, self._old
        self._take_up(shown)
