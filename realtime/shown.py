"""The story that is shown: what of it is told outside."""

from __future__ import annotations

import math

from repetiteur.kernels.branching import arrival_variance
from repetiteur.realtime.layout import Layout


class Shown:
    """Where the player is by one reading of the notes. Same thread as whoever reads them."""

    layout: Layout
    lost: bool
    strange: float  # 0 to 1: how surely what sounds is nothing of what is written here

    def _take_up(self, shown: tuple) -> None:
        """What the kernels tell of the story shown."""
        (
            self._shown,  # its place in the beam
            self.root,
            self.chord,  # that sounded last (or is waited for, see ``waiting``)
            self._here_s,  # nominal
            self._following_s,  # nominal, of the next chord
            self.anchor_s,  # when ``chord`` began
            self.pace,  # the player's seconds per nominal second
            self.fit,  # share of the recent notes that fitted
            self.travel,  # quarters travelled minus quarters as written
            self.which_pass,
            self._slack,  # s^2, of his pulse
            self._doubt,  # variance of the logarithm of his pace
        ) = shown

    @property
    def waiting(self) -> bool:
        """Whether ``chord`` is still to come: at the start, and after a jump by hand."""
        return math.isnan(self.anchor_s)

    @property
    def confidence(self) -> float:
        """0 to 1, absolute: chance alone fits about a third of the notes."""
        return min(max((self.fit - 0.3) / 0.6, 0.0), 1.0) * (1.0 - self.strange)

    def scatter_s(self, wait_s: float) -> float:
        """By how much an onset so long after ``chord`` usually misses the time foreseen for it."""
        return math.sqrt(arrival_variance(self._slack, self._doubt, wait_s))
