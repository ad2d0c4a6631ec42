"""What changed with a note, which keys were passed over, and which key a stray note was meant to be."""

from __future__ import annotations

import math

from repetiteur.kernels.beam import MEMORY, RING
from repetiteur.kernels.branching import key_bit
from repetiteur.kernels.jit import kernel
from repetiteur.kernels.likelihood import has_pitch

SLIP_S = 0.22  # a wrong note sounds this close to the time of the right one
SLIP_SEMITONES = 4
BESIDE_S = 0.05  # a slip belongs to the chord nearest in time, give or take this
AWAY = 20.0  # semitones that a second of time counts for
SAME_KEY_S = 0.8  # a stray note this close to where its own key is missing is that key, early or late
OPTIONAL_S = 0.35  # the same for a key that need not be played
EARLY_ORNAMENT_S = 0.25  # an ornament may begin before its note: from above, or with the bass
AWAITED = 4
AWAITED_S = 0.8


@kernel
def changed_notes(meaning, passes, seen, seen_pass, newest, found):
    """Places of the notes that are now read otherwise than ``seen``, oldest first; returns how many.

    Afterwards ``seen`` is what is read now.
    """
    count = 0
    for age in range(MEMORY - 1, -1, -1):
        place = (newest - age) % MEMORY
        code, which = meaning[place], passes[place]
        if code != seen[place] or (code >= 0 and which != seen_pass[place]):
            found[count] = place
            count += 1
        seen[place] = code
        seen_pass[place] = which
    return count


@kernel
def due_s(score, chords, heard, times, passes, r):
    """When a chord of the ring should have sounded: between its neighbours that did, as written."""
    if heard[r] != 0:
        return times[r]
    later = r - 1
    while later >= 0 and heard[later] == 0:
        later -= 1
    earlier = r + 1
    while earlier < RING and chords[earlier] >= 0 and heard[earlier] == 0:
        earlier += 1
    if later < 0 or earlier == RING or chords[earlier] < 0:
        return times[r]
    before, here, after = chords[earlier], chords[r], chords[later]
    at_once = passes[earlier] == passes[r] and passes[r] == passes[later]
    if not (before < here < after and at_once) or math.isnan(times[earlier]):
        return times[r]
    before_s = score.chords[before].s
    share = (score.chords[here].s - before_s) / (score.chords[after].s - before_s)
    return times[earlier] + share * (times[later] - times[earlier])


@kernel
def overdue_keys(score, chords, heard, times, passes, t, since, passed_delay_s, linger_s, found, found_s):
    """Needed keys of the recent chords, due after ``since``, that were not heard in time.

    Fills ``found`` (key, pass, whether its chord was heard at all) and ``found_s`` (when each
    was due); returns how many, and when to look again though no note came. The newest chord
    counts once ``linger_s`` have passed since it began.
    """
    count, again = 0, math.inf
    for r in range(RING):
        c = chords[r]
        if c < 0:
            break
        unheard = score.chords[c].needed & ~heard[r]
        if unheard == 0 or math.isnan(times[r]) or times[r] < since:
            continue
        due = due_s(score, chords, heard, times, passes, r)
        ready = due + (linger_s if r == 0 else passed_delay_s)
        if t < ready:
            again = min(again, ready)
            continue
        key = score.chords[c].first
        while unheard:
            if unheard & 1 and count < found.shape[0]:
                found[count, 0] = key
                found[count, 1] = passes[r]
                found[count, 2] = heard[r] != 0
                found_s[count] = due
                count += 1
            unheard >>= 1
            key += 1
    return count, again


@kernel
def nearest_chord_s(score, chords, heard, times, passes, onset):
    """How far in time a note is from the nearest chord of the ring that has to be played."""
    nearest = math.inf
    for r in range(RING):
        if chords[r] < 0:
            break
        if score.chords[chords[r]].needed == 0:
            continue
        away = abs(onset - due_s(score, chords, heard, times, passes, r))
        if away < nearest:
            nearest = away
    return nearest


@kernel
def slip_partner(score, chords, heard, times, passes, pitch, onset):
    """The unheard key a stray note most likely stands for: (key, pass), or (-1, 0).

    Never one of its own pitch: that would be no slip.
    """
    best_key, best_pass, best_distance = -1, 0, 1e9
    reach = min(SLIP_S, nearest_chord_s(score, chords, heard, times, passes, onset) + BESIDE_S)
    for r in range(RING):
        c = chords[r]
        if c < 0:
            break
        unheard = score.chords[c].needed & ~heard[r]
        if unheard == 0:
            continue
        away = abs(onset - due_s(score, chords, heard, times, passes, r))
        if not away <= reach:
            continue
        key = score.chords[c].first
        while unheard:
            if unheard & 1:
                distance = slip_distance(score.key_pitch[key], pitch) + AWAY * away
                if distance < best_distance:
                    best_key, best_pass, best_distance = key, passes[r], distance
            unheard >>= 1
            key += 1
    return best_key, best_pass


@kernel
def own_key(score, chords, heard, times, passes, pitch, onset):
    """The unheard key a stray note is, though early or late: (key, pass, due), or (-1, 0, nan)."""
    best_key, best_pass, best_due = -1, 0, math.nan
    nearest = SAME_KEY_S
    for r in range(RING):
        c = chords[r]
        if c < 0:
            break
        chord = score.chords[c]
        bit = key_bit(score, chord, pitch)
        if bit < 0 or (heard[r] >> bit) & 1:
            continue
        due = due_s(score, chords, heard, times, passes, r)
        away = abs(onset - due)
        if away <= nearest and ((chord.needed >> bit) & 1 or away <= OPTIONAL_S):
            best_key, best_pass, best_due, nearest = chord.first + bit, passes[r], due, away
    return best_key, best_pass, best_due


@kernel
def adorns(score, chords, heard, times, passes, pitch, onset, pace):
    """Whether a stray note may be of a printed ornament that was not known yet when it sounded."""
    for r in range(RING):
        c = chords[r]
        if c < 0:
            break
        since = onset - due_s(score, chords, heard, times, passes, r)
        lasts = score.chords[c].ornament_s * pace
        if has_pitch(score.chords[c].ornament, pitch) and -EARLY_ORNAMENT_S <= since <= lasts:
            return True
    return False


@kernel
def slip_distance(written, played):
    """How far a finger went wrong, in semitones; infinite when that is no slip."""
    semitones = abs(written - played)
    if semitones == 12:
        return 3.0
    return float(semitones) if 0 < semitones <= SLIP_SEMITONES else math.inf


@kernel
def may_belong(score, chords, heard, chord, pitch):
    """Whether a stray note's key is still open: unheard in a recent chord, or written just ahead."""
    for r in range(AWAITED):
        c = chords[r]
        if c < 0:
            break
        bit = key_bit(score, score.chords[c], pitch)
        if bit >= 0 and not (heard[r] >> bit) & 1:
            return True
    for c in range(chord + 1, min(chord + 1 + AWAITED, len(score.chords))):
        if score.chords[c].s - score.chords[chord].s > AWAITED_S:
            break
        if has_pitch(score.chords[c].pitches, pitch):
            return True
    return False
