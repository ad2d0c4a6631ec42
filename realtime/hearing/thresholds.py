"""What is taken for a note: everything one may tune without training anew."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Heights are probabilities, 0 to 1."""

    early: float = 0.35  # a peak of the early onset head: a provisional note
    sure: float = 0.35  # a peak of the sure onset head: a confirmed note
    faint: float = 1.0  # from here on every peak of it is traced, for whoever knows what should sound
    frame: float = 0.45  # below this the key no longer sounds
    offset: float = 0.35  # a peak of the offset head: the end of a note
    apart_s: float = 0.05  # between two onsets of one key, at least
    same_s: float = 0.06  # between a provisional onset and the confirmed one, at most
    silent_s: float = 0.02  # below ``frame`` for longer than this ends a note


DEFAULTS = Thresholds()
FOLLOWING = Thresholds(faint=0.005)
