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
    NO_KEY,
    NO_VERDICT,
    ONWARD,
    ORNAMENTAL,
    PATHS,
    RING,
    STRAY,
    UNMATCHED,
    add_branch,
)
from repetiteur.kernels.choosing import choose, clear, floor
from repetiteur.kernels.jit import inline, kernel
from repetiteur.kernels.likelihood import (
    DENSEST,
    EXTRA_NEAR,
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
OCTAVE, BESIDE = (-12, 12), (-2, -1, 1, 2)  # semitones by which slips miss
OCTAVE_FIT = 0.6  # how well a slip by an octave fits, 0 to 1
LATE_S = 2.0  # a key may still be heard this long after its chord
INSTEAD = -1.5  # log probability that a slip in time stands for what was due
WAY_NOTATED, WAY_FREE = -0.1, -3.5  # log probability of a way, asked for or not


@inline
def key_bit(score, chord, pitch):
    """Which key of the chord has this pitch, or -1."""
    found = -1
    if has_pitch(chord.pitches, pitch):
        for key in range(chord.first, chord.last):
            if score.key_pitch[key] == pitch:
                found = key - chord.first
                break
    return found


@inline
def _off_by(chord, pitch, steps):
    """Whether a key of the chord is one of these many semitones away."""
    found = False
    for step in steps:
        if 0 <= pitch + step < 128 and has_pitch(chord.pitches, pitch + step):
            found = True
    return found


@inline
def _stray_cost(own):
    """What a stray costs, wherever it lies."""
    return EXTRA_RARE if own.strays == 0 else EXTRA_RUN


@inline
def _leaving(own, here):
    """What leaving the newest chord costs, as much of it as was heard."""
    return leaving_cost(popcount(here.needed), popcount(own.ring[0].heard & here.needed))


@inline
def _slip(own, chords, pitch, t):
    """What a stray gains by lying close to what is expected, and how well it fits there."""
    gain, fits = 0.0, 0.0
    for c in range(own.chord, min(own.chord + 3, len(chords))):
        if _off_by(chords[c], pitch, OCTAVE):
            gain, fits = EXTRA_NEAR, OCTAVE_FIT
        elif c <= own.chord + 1 and _off_by(chords[c], pitch, BESIDE):
            gain = EXTRA_NEAR
    if own.strays > 0 and gain < EXTRA_SHAKE:
        for r in range(RING):
            recent = own.ring[r]
            if recent.chord < 0 or t - recent.time > LONGEST_SHAKE_S:
                break
            chord = chords[recent.chord]
            if has_pitch(chord.long, pitch) and t - recent.time < chord.long_s * own.pace * 1.5 + 0.3:
                return EXTRA_SHAKE, NO_VERDICT
    return gain, fits


@inline
def _stray(own, chords, h, pitch, t, out, n):
    """The note is in no chord: part of an ornament, a slip beside a key, or anything."""
    for r in range(RING):
        recent = own.ring[r]
        if recent.chord < 0 or t - recent.time > LONGEST_SHAKE_S:
            break
        chord = chords[recent.chord]
        if has_pitch(chord.ornament, pitch) and t - recent.time < chord.ornament_s * own.pace * 1.3 + 0.15:
            before, newest = own.meaning[(n - 2) % MEMORY], own.meaning[(n - 1) % MEMORY]
            cost = ORNAMENT_RUN if newest == ORNAMENTAL or before == ORNAMENTAL else ORNAMENT
            add_branch(out, own.logp + cost, h, STRAY, ORNAMENTAL, own.chord, 0, 0, 0.0, -1, -1)
            return
    gain, fits = _slip(own, chords, pitch, t)
    cost = _stray_cost(own) + gain
    out.branches[min(out.counts[0].branches, CANDIDATES - 1)].slip_fit = fits
    add_branch(out, own.logp + cost, h, STRAY, UNMATCHED, own.chord, 0, 0, 0.0, -1, -1)


@inline
def _instead(own, score, h, pitch, t, out):
    """The note is a slip beside the next chord, when that is due: the player goes on all the same."""
    chords = score.chords
    here = chords[own.chord]
    j = own.chord + 1
    if math.isnan(own.anchor) or j >= score.segments[here.segment].last:
        return
    chord = chords[j]
    if chord.needed == 0 or has_pitch(chord.pitches, pitch) or not _off_by(chord, pitch, OCTAVE + BESIDE):
        return
    wait_nominal = chord.s - here.s
    cost = _stray_cost(own) + EXTRA_NEAR + INSTEAD + _leaving(own, here)
    logp = own.logp + cost + _arrival(own, chord, wait_nominal, t)
    add_branch(out, logp, h, ONWARD, 0, j, 0, NO_KEY, wait_nominal, -1, -1)


@inline
def arrival_variance(slack, doubt, wait_s):
    """How far (s^2) onsets lie from where the player's pulse and tempo put them, after that wait."""
    return TOUCH + slack + wait_s * wait_s * (LOCAL + doubt)


@inline
def _arrival(own, chord, wait_nominal, t):
    """Log density of a chord beginning now, so long after the last one by the score."""
    wait = wait_nominal * own.pace
    roll_s = max(0.0, chord.spread_s - 0.035)
    sigma = math.sqrt(arrival_variance(own.slack, own.doubt, wait)) + 0.5 * roll_s
    return onset_density(t - own.pulse - wait, wait, sigma)


@inline
def _further(own, score, h, pitch, octave, cost, t, out):
    """The note is a further key of a recent chord (or the first of the one waited for)."""
    chords = score.chords
    for r in range(RING):
        recent = own.ring[r]
        if recent.chord < 0:
            break
        began = recent.time
        if r > 0 and t - began > LATE_S:
            break
        chord = chords[recent.chord]
        if not has_pitch(chord.pitches, pitch):
            continue
        bit = key_bit(score, chord, pitch)
        if (recent.heard >> bit) & 1:
            continue
        if math.isnan(began):
            logp = own.logp + cost + FLAT
        elif r == 0:
            logp = own.logp + cost + chord_density(t - own.latest, chord.spread_s)
        else:
            logp = own.logp + cost + overtaken_density(t - began, chord.spread_s)
        if r > 0 and (chord.needed >> bit) & 1:
            needed = popcount(chord.needed)
            played = popcount(recent.heard & chord.needed)
            logp += leaving_cost(needed, played + 1) - leaving_cost(needed, played)
        add_branch(out, logp, h, FURTHER, r, own.chord, octave, bit, 0.0, -1, -1)


@inline
def _onward(own, score, h, visits, pitch, octave, cost, least, t, out):
    """The note begins one of the chords ahead, along every way of the play order.

    ``least``: log probability below which it is not worth while.
    """
    chords, segments, ways, paths = score.chords, score.segments, score.ways, out.paths
    here = chords[own.chord]
    fresh = math.isnan(own.anchor)
    too_dear = max(TOO_DEAR, least - own.logp - DENSEST)
    cost += _leaving(own, here)
    # Depth-first over the ways.
    path = paths[0]
    path.chord = own.chord + 1
    path.segment = here.segment
    path.steps = 0
    path.way0 = -1
    path.way1 = -1
    path.offset_s = -here.s
    path.cost = cost
    depth = 1
    while depth > 0:
        depth -= 1
        path = paths[depth]
        j, steps, way0, way1 = path.chord, path.steps, path.way0, path.way1
        offset_s, cost = path.offset_s, path.cost
        segment = segments[path.segment]
        found = 0
        while j < segment.last and steps < REACH and cost > too_dear and found < 3:
            chord = chords[j]
            if has_pitch(chord.pitches, pitch):
                wait_nominal = chord.s + offset_s
                density = FLAT if fresh else _arrival(own, chord, wait_nominal, t)
                logp = own.logp + cost + density
                bit = key_bit(score, chord, pitch)
                add_branch(out, logp, h, ONWARD, steps, j, octave, bit, wait_nominal, way0, way1)
                found += 1
            cost += chord.passing if steps == 0 else PASSING_RUN * chord.passing
            j += 1
            steps += 1
        if j == segment.last and steps < REACH and cost > too_dear and way1 < 0 and found < 3:
            visit = min(max(visits[h, path.segment], 1), 60)
            for w in range(segment.way_first, segment.way_last):
                if depth >= PATHS:
                    break
                way = ways[w]
                target = segments[way.target]
                expected = (way.when >> (visit - 1)) & 1
                path = paths[depth]
                path.chord = target.first
                path.segment = way.target
                path.steps = steps
                path.way0 = w if way0 < 0 else way0
                path.way1 = -1 if way0 < 0 else w
                path.offset_s = offset_s + (segment.end_s - target.begin_s) + way.gap_s
                path.cost = cost + (WAY_NOTATED if expected else WAY_FREE)
                depth += 1


@inline
def _go_on(beam, score, h, pitch, t, out, n, least):
    """Every way for hypothesis ``h`` to go on with note n that may be likelier than ``least``."""
    own = beam.hypotheses[h]
    if own.logp + DENSEST <= least:
        return
    _stray(own, score.chords, h, pitch, t, out, n)
    _instead(own, score, h, pitch, t, out)
    displaced = n - own.octave_note <= OCTAVE_KEPT_NOTES
    for octave in (0, -12, 12):
        if octave == 0:
            cost = 0.0
        elif (displaced or own.strays > 0 or math.isnan(own.anchor)) and 0 <= pitch - octave < 128:
            cost = OCTAVE_KEPT if displaced and own.octave == octave else OCTAVE_LEFT
        else:
            continue
        if own.logp + cost + DENSEST > least:
            _further(own, score, h, pitch - octave, octave, cost, t, out)
            _onward(own, score, h, beam.visits, pitch - octave, octave, cost, least, t, out)


@kernel
def branch(beam, score, pitch, t, out, n, root):
    """Every branch of note n that may survive, the best chosen; the best of ``root`` goes on first.

    The branches of each hypothesis are weighed before the next one branches, which then need
    not look at what is less likely than all those chosen.
    """
    clear(out)
    hypotheses = beam.hypotheses
    size = beam.size[0]
    first = -1
    for h in range(size):
        if hypotheses[h].root == root:
            first = h
            break
    for turn in range(-1, size):
        h = first if turn < 0 else turn
        if h < 0 or (turn >= 0 and h == first):
            continue
        if turn < 0 or hypotheses[h].logp >= hypotheses[0].logp - HOPELESS:
            _go_on(beam, score, h, pitch, t, out, n, floor(out, hypotheses[h].root == root))
            choose(beam, out, t, root)
