"""How well notes are heard: precision, recall and F1 of onsets and of whole notes, timing and dynamics.

Conventions (those of mir_eval's transcription module)
    A note is found when a heard one has its pitch and begins within 50 ms of it; distances are rounded
    to a tenth of a millisecond first. With offsets, the ends must also agree, within 20 % of the true
    note's length or 50 ms, whichever is longer.
    Every note is used once, and as many pairs as possible are made.
    Timing is of the pairs of onsets: bias is their median, spread 1.48 times the median distance from
    it (the standard deviation, were they normal). Positive is late.
    Where truth has no offsets or no velocities (NaN), there is nothing to count.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from repetiteur.benchmarks.note_metrics import NO_COUNT, TOLERANCE_S, Count

OFFSET_SHARE = 0.2
_ROUNDED = 4  # digits, as in mir_eval
_REACH_S = TOLERANCE_S + 1e-3  # to look in before rounding
_APART = 1e6  # s, between pitches: longer than any take
_NORMAL = 1.4826  # standard deviations in a median absolute deviation


@dataclass(frozen=True, slots=True, eq=False)
class Notes:
    """Notes as columns, in any order; seconds, MIDI pitch and velocity. NaN: not known."""

    onset_s: np.ndarray
    offset_s: np.ndarray
    pitch: np.ndarray
    velocity: np.ndarray

    def __len__(self) -> int:
        return len(self.onset_s)

    def where(self, chosen: np.ndarray) -> Notes:
        """Only some of them."""
        return Notes(self.onset_s[chosen], self.offset_s[chosen], self.pitch[chosen], self.velocity[chosen])


def notes_of(rows: Sequence[tuple[float, float, float, float]]) -> Notes:
    """From rows of onset_s, offset_s, pitch, velocity."""
    table = np.array(rows, float).reshape(-1, 4)
    return Notes(table[:, 0], table[:, 1], np.round(table[:, 2]).astype(int), table[:, 3])


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What one take, or several added up, came to."""

    onsets: Count
    whole: Count  # onset and offset
    late_s: np.ndarray  # of each pair of onsets
    velocities: np.ndarray  # pairs x (true, heard)

    def __add__(self, other: Heard) -> Heard:
        return Heard(
            self.onsets + other.onsets,
            self.whole + other.whole,
            np.concatenate([self.late_s, other.late_s]),
            np.concatenate([self.velocities, other.velocities]),
        )

    @property
    def bias_s(self) -> float:
        return float(np.median(self.late_s)) if len(self.late_s) else float("nan")

    @property
    def spread_s(self) -> float:
        if not len(self.late_s):
            return float("nan")
        return float(_NORMAL * np.median(np.abs(self.late_s - np.median(self.late_s))))

    @property
    def velocity_correlation(self) -> float:
        """Pearson's; NaN where one of the two never changes."""
        if len(self.velocities) < 2 or not self.velocities.std(axis=0).all():
            return float("nan")
        return float(np.corrcoef(self.velocities.T)[0, 1])


NOTHING_HEARD = Heard(NO_COUNT, NO_COUNT, np.empty(0), np.empty((0, 2)))


def measure(true: Notes, heard: Notes) -> Heard:
    """One take."""
    found = pairs(true, heard)
    ours, theirs = found[:, 0], found[:, 1]
    velocities = np.stack([true.velocity[ours], heard.velocity[theirs]], axis=1)
    whole = NO_COUNT
    if not np.isnan(true.offset_s).any():
        whole = Count(len(pairs(true, heard, with_offsets=True)), len(heard), len(true))
    return Heard(
        onsets=Count(len(found), len(heard), len(true)),
        whole=whole,
        late_s=heard.onset_s[theirs] - true.onset_s[ours],
        velocities=velocities[~np.isnan(velocities).any(axis=1)],
    )


def together(parts: Sequence[Heard]) -> Heard:
    """Pooled: every note counts the same."""
    return reduce(add, parts, NOTHING_HEARD)


def pairs(true: Notes, heard: Notes, with_offsets: bool = False) -> np.ndarray:
    """As many pairs as possible: rows of (number of the true note, of the heard one)."""
    near: list[list[int]] = [[] for _ in range(len(true))]
    for one, other in _near(true, heard, with_offsets).tolist():
        near[one].append(other)
    return np.array(sorted(most_pairs(near, len(heard))), int).reshape(-1, 2)


def _near(true: Notes, heard: Notes, with_offsets: bool) -> np.ndarray:
    """Every pair that may be one, rows of (true, heard): a true note's nearest first."""
    order = np.lexsort((heard.onset_s, heard.pitch))
    heard_places = heard.pitch[order] * _APART + heard.onset_s[order]
    true_places = true.pitch * _APART + true.onset_s
    first = np.searchsorted(heard_places, true_places - _REACH_S)
    many = np.searchsorted(heard_places, true_places + _REACH_S) - first
    ours = np.repeat(np.arange(len(true)), many)
    within = np.arange(len(ours)) - np.repeat(np.cumsum(many) - many, many)
    theirs = order[np.repeat(first, many) + within]
    away_s = np.abs(heard.onset_s[theirs] - true.onset_s[ours])
    fits = np.round(away_s, _ROUNDED) <= TOLERANCE_S
    if with_offsets:
        allowed_s = np.maximum(OFFSET_SHARE * (true.offset_s - true.onset_s), TOLERANCE_S)[ours]
        fits &= np.round(np.abs(heard.offset_s[theirs] - true.offset_s[ours]), _ROUNDED) <= allowed_s
    chosen = np.lexsort((away_s, ours))
    chosen = chosen[fits[chosen]]
    return np.stack([ours[chosen], theirs[chosen]], axis=1)


def most_pairs(near: Sequence[Sequence[int]], others: int) -> list[tuple[int, int]]:
    """A largest matching: ``near[k]`` are the others that k could go with. Augmenting paths."""
    owner = [-1] * others
    owned = [-1] * len(near)
    for start in range(len(near)):
        wanted_by: dict[int, int] = {}
        waiting = deque([start])
        free = -1
        while waiting and free < 0:
            one = waiting.popleft()
            for other in near[one]:
                if other not in wanted_by:
                    wanted_by[other] = one
                    if owner[other] < 0:
                        free = other
                        break
                    waiting.append(owner[other])
        while free >= 0:  # back along the path, each gives up what it had
            one = wanted_by[free]
            owner[free], owned[one], free = one, free, owned[one]
    return [(one, other) for other, one in enumerate(owner) if one >= 0]
