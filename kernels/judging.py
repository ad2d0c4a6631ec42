"""Which keys were passed over, and which key a stray note was meant to be."""

from __future__ import annotations

import math

from repetiteur.kernels.beam import RING
from repetiteur.kernels.jit import kernel

SLIP_S = 0.3  # a wrong note sounds this close to the time of the right one
SLIP_SEMITONES = 4


@kernel
def overdue_keys(score, chords, heard, times, passes, t, passed_delay_s, linger_s, found, found_s):
    """Needed keys of the recent chords that were not heard in time.

    Fills ``found`` (key, pass, place in the ring) and ``found_s`` (when each was due);
    returns how many. The newest chord counts once ``linger_s`` have passed since it began.
    """
    count = 0
    for r in range(RING):
        c = chords[r]
        if c < 0:
            break
        delay = linger_s if r == 0 else passed_delay_s
        if math.isnan(times[r]) or t - times[r] < delay:
            continue
        unheard = score.chord_needed[c] & ~heard[r]
        key = score.chord_first[c]
        while unheard:
            if unheard & 1 and count < found.shape[0]:
                found[count, 0] = key
                found[count, 1] = passes[r]
                found[count, 2] = r
                found_s[count] = times[r]
                count += 1
            unheard >>= 1
            key += 1
    return count


@kernel
def slip_partner(score, chords, heard, times, passes, pitch, onset):
    """The unheard key a stray note most likely stands for: (key, pass), or (-1, 0)."""
    best_key, best_pass, best_distance = -1, 0, 1e9
    for r in range(RING):
        c = chords[r]
        if c < 0:
            break
        if math.isnan(times[r]) or abs(onset - times[r]) > SLIP_S:
            continue
        unheard = score.chord_needed[c] & ~heard[r]
        key = score.chord_first[c]
        while unheard:
            if unheard & 1:
                semitones = abs(score.key_pitch[key] - pitch)
                if semitones == 12:
                    semitones = 3
                distance = semitones + 10.0 * abs(onset - times[r])
                if semitones <= SLIP_SEMITONES and distance < best_distance:
                    best_key, best_pass, best_distance = key, passes[r], distance
            unheard >>= 1
            key += 1
    return best_key, best_pass
