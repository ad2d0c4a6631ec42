"""How well single notes are labelled: precision, recall and F1 of match, extra and missed.

Conventions
    A match counts when score note, pass and played note all agree.
    Nothing predicted where nothing was to be found scores 1; one of the two alone scores 0.
    With a tolerance, two notes are the same when pitch is equal and times differ by no more;
    every note is used once, and as many pairs as possible are made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Set
from dataclasses import dataclass

TOLERANCE_S = 0.05


@dataclass(frozen=True, slots=True)
class Labels:
    """Score notes are (note id, pass), played notes numbers."""

    matches: frozenset[tuple[str, int, int]]
    extra: frozenset[int]  # played, not in the score
    missed: frozenset[tuple[str, int]]  # in the score, not played


@dataclass(frozen=True, slots=True)
class Count:
    """Counts add up over takes; the shares follow from them."""

    hits: int
    predicted: int
    true: int

    def __add__(self, other: Count) -> Count:
        return Count(self.hits + other.hits, self.predicted + other.predicted, self.true + other.true)

    @property
    def precision(self) -> float:
        return self.hits / self.predicted if self.predicted else float(not self.true)

    @property
    def recall(self) -> float:
        return self.hits / self.true if self.true else float(not self.predicted)

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


NO_COUNT = Count(0, 0, 0)


def count(predicted: Set, true: Set) -> Count:
    """Exact agreement of two sets."""
    return Count(len(predicted & true), len(predicted), len(true))


def count_near(
    predicted: Collection[tuple[float, int]],
    true: Collection[tuple[float, int]],
    tolerance_s: float = TOLERANCE_S,
) -> Count:
    """Agreement of (time, pitch) notes within a tolerance."""
    theirs: dict[int, list[float]] = defaultdict(list)
    ours: dict[int, list[float]] = defaultdict(list)
    for time_s, pitch in true:
        theirs[pitch].append(time_s)
    for time_s, pitch in predicted:
        ours[pitch].append(time_s)
    hits = sum(_pairs(sorted(ours[pitch]), sorted(times), tolerance_s) for pitch, times in theirs.items())
    return Count(hits, len(predicted), len(true))


def _pairs(ours: list[float], theirs: list[float], tolerance_s: float) -> int:
    """Most one-to-one pairs within the tolerance: with equal windows, earliest first is best."""
    hits = one = two = 0
    while one < len(ours) and two < len(theirs):
        gap = ours[one] - theirs[two]
        if abs(gap) <= tolerance_s + 1e-9:
            hits, one, two = hits + 1, one + 1, two + 1
        elif gap < 0:
            one += 1
        else:
            two += 1
    return hits
