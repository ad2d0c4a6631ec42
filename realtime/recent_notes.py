"""The played notes that can still be judged otherwise."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from repetiteur.kernels.beam import MEMORY, UNMATCHED
from repetiteur.realtime.layout import Layout

LOUDNESS_GAIN = 0.15

Place = tuple[int, int]  # key of the layout, and the time through


@dataclass(slots=True, eq=False)
class Played:
    """A played note and what stands of it."""

    note: int  # its id on the wire
    pitch: int
    velocity: int
    onset_s: float
    loudness: float  # the player's own of the moment
    chord: int = -1  # where the player was when he played it
    which_pass: int = 0
    judged: bool = True  # False: heard while lost, never a mistake
    meaning: int = UNMATCHED  # key or code it was last read as
    due_s: float = math.nan  # when the tempo asked for its chord; NaN when no tempo was running
    tell_at_s: float = math.inf  # as extra, unless it is understood by then
    told: int | None = None  # seq of the standing verdict
    told_too: tuple[int, ...] = ()  # and of those for further voices in unison
    stands_for: Place | None = None  # in the judge's reading, not the follower's


class RecentNotes:
    """As many notes as the follower remembers: note n is at n % MEMORY. Same thread as the judge."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._notes: list[Played | None] = [None] * MEMORY
        self._loudness = math.nan

    def __iter__(self) -> Iterator[Played]:
        return (played for played in self._notes if played is not None)

    def at(self, place: int) -> Played | None:
        """The note in this place of the memory."""
        return self._notes[place]

    def add(self, number: int, note: int, pitch: int, velocity: int, t_s: float) -> Played:
        """One more; the oldest is forgotten."""
        if math.isnan(self._loudness):
            self._loudness = float(velocity)
        played = self._notes[number % MEMORY] = Played(note, pitch, velocity, t_s, self._loudness)
        self._loudness += LOUDNESS_GAIN * (velocity - self._loudness)
        return played

    def strays(self) -> Iterator[Played]:
        """Those that belong nowhere and stand for nothing."""
        return (
            played
            for played in self
            if played.judged and played.meaning == UNMATCHED and played.stands_for is None
        )

    def keys_of(self, chord: int, which_pass: int) -> list[Played]:
        """Those heard as keys of a chord."""
        first, last = self._layout.chord_first[chord], self._layout.chord_last[chord]
        return [
            played
            for played in self._notes
            if played is not None
            and first <= played.meaning < last
            and played.told is not None
            and played.which_pass == which_pass
        ]
