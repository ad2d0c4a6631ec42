"""How long a note sounds where the sustain pedal holds it. One definition for training and measuring."""

from __future__ import annotations

import numpy as np

DOWN = 64  # of 127: from here on the pedal is down


def pedal_extended(
    onset_s: np.ndarray, pitch: np.ndarray, key_up_s: np.ndarray, pedal_s: np.ndarray, pedal_value: np.ndarray
) -> np.ndarray:
    """When each note ends (s): at key up, or where the pedal is down then, when the pedal comes up.

    No note lasts beyond the next onset of its key. ``pedal_s`` rises; a pedal that never comes up
    holds until the last key or pedal moves. Notes come in any order.
    """
    onset_s, key_up_s = np.asarray(onset_s, float), np.asarray(key_up_s, float)
    if not len(onset_s):
        return np.empty(0)
    pedal_s, down = np.asarray(pedal_s, float), np.asarray(pedal_value) >= DOWN
    last_s = max(key_up_s.max(), pedal_s.max(initial=-np.inf))
    ups_s = np.append(pedal_s[~down], last_s)
    state = np.searchsorted(pedal_s, key_up_s, side="right") - 1
    held = np.append(down, False)[state]  # -1: before the first movement it was up
    up_s = ups_s[np.minimum(np.searchsorted(ups_s, key_up_s, side="right"), len(ups_s) - 1)]
    end_s = np.where(held, np.maximum(up_s, key_up_s), key_up_s)
    return np.minimum(end_s, next_onset(onset_s, pitch))


def next_onset(onset_s: np.ndarray, pitch: np.ndarray) -> np.ndarray:
    """When the same key is struck again (s), infinite where it is not. Two onsets at one instant are one."""
    onset_s, pitch = np.asarray(onset_s, float), np.asarray(pitch)
    following = np.full(len(onset_s), np.inf)
    for key in np.unique(pitch):
        of_key = np.flatnonzero(pitch == key)
        onsets_s = np.append(np.unique(onset_s[of_key]), np.inf)
        following[of_key] = onsets_s[np.searchsorted(onsets_s, onset_s[of_key], side="right")]
    return following
