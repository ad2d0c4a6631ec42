"""What the heads should have said about a stretch of music, from its notes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repetiteur.models.encoder.heads import HOP_S, KEYS, LOWEST_KEY, TRIANGLE_HOPS


@dataclass(frozen=True, slots=True)
class Targets:
    """(moments, 88) float32 each; moment ``m`` is ``m * HOP_S`` after the stretch's beginning."""

    onset: np.ndarray
    offset: np.ndarray
    frame: np.ndarray
    velocity: np.ndarray  # velocity / 128 near an onset
    struck: np.ndarray  # 1 where velocity counts


def targets_of(notes: np.ndarray, moments: int) -> Targets:
    """``notes`` (``PLAYED``) in seconds of the stretch; those outside it leave no trace."""
    onset, offset, frame, velocity, struck = (np.zeros((moments, KEYS), np.float32) for _ in range(5))
    reach = int(np.ceil(TRIANGLE_HOPS))
    for note in notes:
        key = note["pitch"] - LOWEST_KEY
        start, end = note["onset_s"] / HOP_S, note["offset_s"] / HOP_S
        for place, rising in ((start, onset), (end, offset)):
            near = np.arange(max(0, int(place) - reach), min(moments, int(place) + reach + 2))
            rising[near, key] = np.maximum(rising[near, key], 1 - np.abs(near - place) / TRIANGLE_HOPS)
        frame[max(0, int(np.ceil(start))) : max(0, min(moments, int(np.ceil(end)))), key] = 1
        nearest = round(start)
        near = np.arange(max(0, nearest - 1), min(moments, nearest + 2))
        velocity[near, key] = note["velocity"] / 128
        struck[near, key] = 1
    return Targets(onset, np.maximum(offset, 0), frame, velocity, struck)
