"""What of a row of numbers rises."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np


def longest_rising(values: np.ndarray) -> np.ndarray:
    """Indices of a longest subsequence that never falls (patience sorting)."""
    tails: list[float] = []
    ends: list[int] = []
    before = np.full(len(values), -1)
    for index, value in enumerate(values):
        pile = bisect_right(tails, value)
        before[index] = ends[pile - 1] if pile else -1
        if pile == len(tails):
            tails.append(value)
            ends.append(index)
        else:
            tails[pile], ends[pile] = value, index
    chain = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chain.append(index)
        index = int(before[index])
    return np.array(chain[::-1], dtype=int)
