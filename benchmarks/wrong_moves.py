"""Wrong moves: reports that jump by more than a beat to where the player is not."""

from __future__ import annotations

import numpy as np

from repetiteur.realtime.score import Score


def count_wrong_moves(
    ready_s: np.ndarray, shown_q: np.ndarray, onset_s: np.ndarray, onset_q: np.ndarray, score: Score
) -> int:
    """Moves of more than a beat at one blow that end more than a beat from the player,
    farther than they began. Places as written; the player is anywhere between the last
    onset and the next."""
    if len(shown_q) < 2:
        return 0
    bars = np.clip(np.searchsorted(score.bars["start_q"], shown_q, side="right") - 1, 0, len(score.bars) - 1)
    beat_q = 4.0 / score.bars["lower"][bars][1:]
    before = distance_q(shown_q[:-1], ready_s[1:], onset_s, onset_q)
    after = distance_q(shown_q[1:], ready_s[1:], onset_s, onset_q)
    wrong = (np.abs(np.diff(shown_q)) > beat_q) & (after > beat_q) & (after > before)
    return int(wrong.sum())


def distance_q(
    shown_q: np.ndarray, time_s: np.ndarray, onset_s: np.ndarray, onset_q: np.ndarray
) -> np.ndarray:
    """Quarters from a place to the player, who is between two onsets (or at one of them, where
    the way between them is a jump)."""
    last = np.clip(np.searchsorted(onset_s, time_s, side="right") - 1, 0, len(onset_s) - 1)
    following = np.minimum(last + 1, len(onset_s) - 1)
    here, there = onset_q[last], onset_q[following]
    to_ends = np.minimum(np.abs(shown_q - here), np.abs(shown_q - there))
    return np.where((here <= shown_q) & (shown_q <= there), 0.0, to_ends)
