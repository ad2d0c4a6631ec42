"""Traces out of a whole take's evidence at once: what the ears tell live, one by one, for lessons."""

from __future__ import annotations

import numpy as np

from repetiteur.models.encoder.heads import (
    EARLY,
    EARLY_DELAY,
    FRAME,
    FRAME_EARLY,
    HOP_S,
    LOWEST_KEY,
    ONSET_DELAYS,
    SURE,
    SURE_DELAY,
    VELOCITY,
)
from repetiteur.models.ladder.tokens import FAINT, TRACE

MIDDLE = 3  # of the onset heads
NEAR = 2  # hops to each side where the other onset heads may peak
BEFORE = 5  # hops


def traces_of(evidence: np.ndarray, notes: dict[tuple[int, int], int]) -> tuple[np.ndarray, np.ndarray]:
    """``TRACE`` rows in the order they become known, and the hop at which each does.

    ``notes``: the id of each confirmed note by (that hop, key). Height and sound are told one hop
    after the peak, ``SURE_DELAY`` hops after the moment it speaks of.
    """
    sure = evidence[:, :, SURE].astype(np.float32)
    before, here, after = sure[:-2], sure[1:-1], sure[2:]
    hop, key = np.nonzero((here >= FAINT) & (here > before) & (here >= after))
    before, here, after = (each[hop, key] for each in (before, here, after))
    hop = hop + 2  # that shows it was a peak
    aside = 0.5 * (after - before) / (here - np.minimum(before, after))
    moment = hop - SURE_DELAY

    def at(head: int, hops: np.ndarray) -> np.ndarray:
        inside = (hops >= 0) & (hops < len(evidence))
        return np.where(inside, evidence[np.clip(hops, 0, len(evidence) - 1), key, head], 0.0)

    def highest(head: int, delay: int) -> np.ndarray:
        return np.max([at(head, moment - 1 + delay + by) for by in range(-NEAR, NEAR + 1)], axis=0)

    traces = np.zeros(len(hop), TRACE)
    traces["onset_s"] = (hop - SURE_DELAY + aside) * HOP_S
    traces["pitch"] = key + LOWEST_KEY
    traces["note"] = [notes.get(place, -1) for place in zip(hop.tolist(), key.tolist(), strict=True)]
    traces["sure"] = here
    traces["middle"] = highest(MIDDLE, ONSET_DELAYS[MIDDLE])
    traces["early"] = highest(EARLY, EARLY_DELAY)
    traces["before"] = at(FRAME, moment - 1 + SURE_DELAY - BEFORE)
    traces["sounds"] = at(FRAME, hop)
    traces["lasting"] = at(FRAME_EARLY, hop)
    traces["velocity"] = at(VELOCITY, hop - 1)
    return traces, hop
