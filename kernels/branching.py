"""How one hypothesis can go on with a note.

The note is a stray, or a further key of a recent chord, or the first key of one of the
next chords along any way the play order allows; keys passed over count as left out.
"""

from __future__ import annotations

import math

from repetiteur.kernels.beam import (
    CANDIDATES,
    FURTHER,
    MEMORY,
    NO_VERDICT,
    ONWARD,
    ORNAMENTAL,
    PATHS,
    RING,
    STRAY,
    UNMATCHED,
    add_branch,
)
from repetiteur.kernels.jit import inline, kernel
from repetiteur.kernels.likelihood import (
    EXTRA_NEAR,
    EXTRA_OCTAVE,
    EXTRA_RARE,
    EXTRA_RUN,
    EXTRA_SHAKE,
    FLAT,
    LOCAL,
    ORNAMENT,
    ORNAMENT_RUN,
    TOUCH,
    chord_density,
    has_pitch,
    leaving_cost,
    onset_density,
    overtaken_density,
    popcount,
)

REACH = 24  # chords looked ahead
PASSING_RUN = 0.2  # share of its cost at which a further chord in a row is passed over
TOO_DEAR = -36.0  # log probability at which looking ahead ends
HOPELESS = 30.0  # nats behind the best
LONGEST_SHAKE_S = 12.0
OCTAVE_LEFT, OCTAVE_KEPT = -6.2, -1.5  # log probability of playing an octave off, and of going on so
OCTAVE_KEPT_NOTES = 12  # notes after which it would be a new slip
OCTAVE_FIT = 0.6  # how well a slip by an octave fits, 0 to 1
LATE_S = 2.0  # a key may still be heard this long after its chord
WAY_NOTATED, WAY_FREE = -0.1, -3.5  # log probability of a way, asked for or not


@inline
def key_bit(score, chord, pitch):
    """Which key of the chord has this pitch, or -1."""
    found = -1
    if has_pitch(score.chord_pitches, chord, pitch):
        for key in range(score.chord_first[chord], score.chord_first[chord + 1]):
            if score.key_pitch[key] == pitch:
                found = key - score.chord_first[chord]
                break
    return found


@inline
def _slip(beam, h, score, pitch, t):
    """What a stray gains by lying close to what is expected, and how well it fits there."""
    again = beam.strays[h] > 0
    chord = beam.chord[h]
    pitches = score.chord_pitches
    gain, fits = 0.0, 0.0
    for c in range(chord, min(chord + 3, len(pitches))):
        for octave in (-12, 12):
            if 0 <= pitch + octave < 128 and has_pitch(pitches, c, pitch + octave):
                gain, fits = EXTRA_OCTAVE if again else EXTRA_NEAR, OCTAVE_FIT
        if c > chord + 1:
            break
        for step in (-2, -1, 1, 2):
            if 0 <= pitch + step < 128 and has_pitch(pitches, c, pitch + step):
                gain = max(gain, EXTRA_NEAR)
    if again and gain < EXTRA_SHAKE:
        pace = math.exp(beam.ratio[h])
        ring_chord, ring_time = beam.ring_chord[h], beam.ring_time[h]
        long, long_s = score.chord_long, score.chord_long_s
        for r in range(RING):
            c = ring_chord[r]
            if c < 0 or t - ring_time[r] > LONGEST_SHAKE_S:
                break
            if has_pitch(long, c, pitch) and t - ring_time[r] < long_s[c] * pace * 1.5 + 0.3:
                return EXTRA_SHAKE, NO_VERDICT
    return gain, fits


@inline
def _stray(beam, score, h, pitch, t, out, n):
    """The note is in no chord: part of an ornament, a slip beside a key, or anything."""
    pace = math.exp(beam.ratio[h])
    ring_chord, ring_time = beam.ring_chord[h], beam.ring_time[h]
    ornament, ornament_s = score.chord_ornament, score.chord_ornament_s
    for r in range(RING):
        c = ring_chord[r]
        if c < 0 or t - ring_time[r] > LONGEST_SHAKE_S:
            break
        if has_pitch(ornament, c, pitch) and t - ring_time[r] < ornament_s[c] * pace * 1.3 + 0.15:
            going_on = beam.meaning[h, (n - 1) % MEMORY] == ORNAMENTAL or beam.meaning[h, (n - 2) % MEMORY] == ORNAMENTAL
            cost = ORNAMENT_RUN if going_on else ORNAMENT
            add_branch(out, beam.logp[h] + cost, h, STRAY, ORNAMENTAL, beam.chord[h], 0, 0, 0.0, -1, -1)
            return
    gain, fits = _slip(beam, h, score, pitch, t)
    cost = (EXTRA_RARE if beam.strays[h] == 0 else EXTRA_RUN) + gain
    out.slip_fit[min(out.count[0], CANDIDATES - 1)] = fits
    add_branch(out, beam.logp[h] + cost, h, STRAY, UNMATCHED, beam.chord[h], 0, 0, 0.0, -1, -1)


@inline
def _further(beam, score, h, pitch, octave, cost, t, out):
    """The note is a further key of a recent chord (or the first of the one waited for)."""
    ring_chord, ring_time = beam.ring_chord[h], beam.ring_time[h]
    pitches = score.chord_pitches
    for r in range(RING):
        c = ring_chord[r]
        if c < 0:
            break
        began = ring_time[r]
        if r > 0 and t - began > LATE_S:
            break
        if not has_pitch(pitches, c, pitch):
            continue
        bit = key_bit(score, c, pitch)
        if (beam.ring_heard[h, r] >> bit) & 1:
            continue
        if math.isnan(began):
            logp = beam.logp[h] + cost + FLAT
        elif r == 0:
            logp = beam.logp[h] + cost + chord_density(t - beam.latest[h], score.chord_spread_s[c])
        else:
            logp = beam.logp[h] + cost + overtaken_density(t - began, score.chord_spread_s[c])
        if r > 0 and (score.chord_needed[c] >> bit) & 1:
            needed = popcount(score.chord_needed[c])
            played = popcount(beam.ring_heard[h, r] & score.chord_needed[c])
            logp += leaving_cost(needed, played + 1) - leaving_cost(needed, played)
        add_branch(out, logp, h, FURTHER, r, beam.chord[h], octave, bit, 0.0, -1, -1)


@inline
def _onward(beam, score, h, pitch, octave, cost, t, out):
    """The note begins one of the chords ahead, along every way of the play order."""
    c = beam.chord[h]
    anchor = beam.anchor[h]
    fresh = math.isnan(anchor)
    pace = math.exp(beam.ratio[h])
    needed = popcount(score.chord_needed[c])
    cost += leaving_cost(needed, popcount(beam.ring_heard[h, 0] & score.chord_needed[c]))
    # Depth-first over the ways; a path is (next chord, segment, steps, ways) and
    # (what to add to a chord's nominal time to get the wait, cost so far).
    path, sums = out.path, out.path_sums
    pitches, passing, segment_last = score.chord_pitches, score.chord_passing, score.segment_last
    path[0, 0] = c + 1
    path[0, 1] = score.chord_segment[c]
    path[0, 2] = 0
    path[0, 3] = -1
    path[0, 4] = -1
    sums[0, 0] = -score.chord_s[c]
    sums[0, 1] = cost
    depth = 1
    while depth > 0:
        depth -= 1
        j, segment, steps = path[depth, 0], path[depth, 1], path[depth, 2]
        way0, way1 = path[depth, 3], path[depth, 4]
        offset, cost = sums[depth, 0], sums[depth, 1]
        found = 0
        end = segment_last[segment]
        while j < end and steps < REACH and cost > TOO_DEAR and found < 3:
            if has_pitch(pitches, j, pitch):
                bit = key_bit(score, j, pitch)
                wait_nominal = score.chord_s[j] + offset
                if fresh:
                    density = FLAT
                else:
                    wait = wait_nominal * pace
                    wobble = wait * math.sqrt(LOCAL + beam.doubt[h])
                    roll_s = max(0.0, score.chord_spread_s[j] - 0.035)
                    sigma = math.sqrt(TOUCH + beam.slack[h] + wobble * wobble) + 0.5 * roll_s
                    density = onset_density(t - beam.pulse[h] - wait, wait, sigma)
                logp = beam.logp[h] + cost + density
                add_branch(out, logp, h, ONWARD, steps, j, octave, bit, wait_nominal, way0, way1)
                found += 1
            cost += passing[j] if steps == 0 else PASSING_RUN * passing[j]
            j += 1
            steps += 1
        if j == end and steps < REACH and cost > TOO_DEAR and way1 < 0 and found < 3:
            first, last = score.way_first[segment], score.way_first[segment + 1]
            visit = min(max(beam.visits[h, segment], 1), 60)
            for way in range(first, last):
                if depth >= PATHS:
                    break
                target = score.way_target[way]
                expected = (score.way_when[way] >> (visit - 1)) & 1
                path[depth, 0] = score.segment_first[target]
                path[depth, 1] = target
                path[depth, 2] = steps
                path[depth, 3] = way if way0 < 0 else way0
                path[depth, 4] = -1 if way0 < 0 else way
                turn_s = score.segment_span_s[segment, 1] - score.segment_span_s[target, 0]
                sums[depth, 0] = offset + turn_s + score.way_gap_s[way]
                sums[depth, 1] = cost + (WAY_NOTATED if expected else WAY_FREE)
                depth += 1


@inline
def _go_on(beam, score, h, pitch, t, out, n):
    """Every way for hypothesis ``h`` to go on with note n."""
    _stray(beam, score, h, pitch, t, out, n)
    _further(beam, score, h, pitch, 0, 0.0, t, out)
    _onward(beam, score, h, pitch, 0, 0.0, t, out)
    displaced = n - beam.octave_note[h] <= OCTAVE_KEPT_NOTES
    if displaced or beam.strays[h] > 0:
        for octave in (-12, 12):
            if 0 <= pitch - octave < 128:
                cost = OCTAVE_KEPT if displaced and beam.octave[h] == octave else OCTAVE_LEFT
                _further(beam, score, h, pitch - octave, octave, cost, t, out)
                _onward(beam, score, h, pitch - octave, octave, cost, t, out)


@kernel
def branch(beam, score, pitch, t, out, n, root):
    """Fill ``out`` with every branch of note n; the best of ``root`` goes on first and in any case."""
    out.count[0] = 0
    own = -1
    for h in range(beam.size[0]):
        if beam.root[h] == root:
            own = h
            _go_on(beam, score, h, pitch, t, out, n)
            break
    for h in range(beam.size[0]):
        if h != own and beam.logp[h] >= beam.logp[0] - HOPELESS:
            _go_on(beam, score, h, pitch, t, out, n)
