"""One played note through the beam: branch, choose, and write the survivors' new states."""

from __future__ import annotations

import math

import numpy as np

from repetiteur.kernels.beam import (
    FURTHER,
    MEMORY,
    NO_VERDICT,
    OCTAVE_OFF,
    ONWARD,
    RING,
    SEED,
    STRAY,
    UNMATCHED,
)
from repetiteur.kernels.branching import branch, key_bit
from repetiteur.kernels.choosing import choose
from repetiteur.kernels.jit import inline, kernel
from repetiteur.kernels.likelihood import LOCAL, TOUCH
from repetiteur.kernels.relocate import HISTORY, add_seeds, search

FIT_GAIN = 0.12  # one note's weight in Beam.fit
SEED_FIT = 0.6
SEED_DOUBT = 0.02
DRIFT = 0.0006  # variance of log tempo gained per chord
LEAN = 0.5  # of a spread chord's time that its pulse lies later
TOUCH_S = 0.028  # scatter of a chord's onset


@inline
def _copy(old, h, new, k):
    new.logp[k] = old.logp[h]
    new.chord[k] = old.chord[h]
    new.anchor[k] = old.anchor[h]
    new.latest[k] = old.latest[h]
    new.pulse[k] = old.pulse[h]
    new.slack[k] = old.slack[h]
    new.ratio[k] = old.ratio[h]
    new.doubt[k] = old.doubt[h]
    new.travel[k] = old.travel[h]
    new.root[k] = old.root[h]
    new.since[k] = old.since[h]
    new.octave[k] = old.octave[h]
    new.octave_note[k] = old.octave_note[h]
    new.strays[k] = old.strays[h]
    new.fit[k] = old.fit[h]
    new.ring_chord[k] = old.ring_chord[h]
    new.ring_heard[k] = old.ring_heard[h]
    new.ring_time[k] = old.ring_time[h]
    new.ring_pass[k] = old.ring_pass[h]
    new.visits[k] = old.visits[h]
    new.meaning[k] = old.meaning[h]
    new.meaning_pass[k] = old.meaning_pass[h]


@inline
def _remember(beam, k, chord, t, which):
    """A chord becomes the newest of the ring."""
    for r in range(RING - 1, 0, -1):
        beam.ring_chord[k, r] = beam.ring_chord[k, r - 1]
        beam.ring_heard[k, r] = beam.ring_heard[k, r - 1]
        beam.ring_time[k, r] = beam.ring_time[k, r - 1]
        beam.ring_pass[k, r] = beam.ring_pass[k, r - 1]
    beam.ring_chord[k, 0] = chord
    beam.ring_heard[k, 0] = 0
    beam.ring_time[k, 0] = t
    beam.ring_pass[k, 0] = which


@inline
def _hear(beam, k, score, slot, bit, n):
    """Note n is a key of the chord in that place of the ring."""
    beam.ring_heard[k, slot] |= np.int64(1) << bit
    chord = beam.ring_chord[k, slot]
    beam.meaning[k, n % MEMORY] = score.chord_first[chord] + bit
    beam.meaning_pass[k, n % MEMORY] = beam.ring_pass[k, slot]


@inline
def _learn_tempo(beam, k, score, chord, wait_nominal, t):
    """Move the tempo towards what the last interval says, less so for odd intervals."""
    waited = t - beam.anchor[k]
    beam.doubt[k] = min(beam.doubt[k] + DRIFT, 0.25)
    if wait_nominal < 0.03 or waited < 0.02 or score.chord_needed[chord] == 0:
        return
    if score.chord_needed[beam.chord[k]] == 0:
        return
    expected = wait_nominal * math.exp(beam.ratio[k])
    surprise = math.log(waited / expected)
    touch = TOUCH_S / expected
    noise = touch * touch + 0.006
    spread = beam.doubt[k] + noise
    odd = surprise * surprise / spread
    weight = 4.0 / (3.0 + odd)  # Student's t: a hesitation is not a tempo
    gain = min(1.0, weight) * beam.doubt[k] / spread
    beam.ratio[k] += gain * surprise
    beam.ratio[k] = min(max(beam.ratio[k], -2.3), 2.3)
    beam.doubt[k] *= 1.0 - gain
    if odd > 6.0:
        beam.doubt[k] += 0.01


@inline
def _keep_pulse(beam, k, wait_nominal, t):
    """The pulse goes on towards ``t``: little for a quick note, wholly after a hesitation."""
    wait = wait_nominal * math.exp(beam.ratio[k])
    wobble = wait * math.sqrt(LOCAL + beam.doubt[k])
    drift = beam.slack[k] + wobble * wobble
    error = t - beam.pulse[k] - wait
    spread = drift + TOUCH
    regular = 4.0 / (3.0 + error * error / spread)
    gain = 1.0 - min(regular, 1.0) * TOUCH / spread
    beam.pulse[k] += wait + gain * error
    beam.slack[k] = gain * TOUCH


@inline
def _move(beam, k, score, target, wait_nominal, way0, way1, bit, n, t):
    """On to ``target`` by the given ways; the chords in between go into the ring unheard."""
    pace = math.exp(beam.ratio[k])
    fresh = math.isnan(beam.anchor[k])
    if fresh:
        beam.ring_time[k, 0] = t - wait_nominal * pace
    start_s = score.chord_s[beam.chord[k]]
    j = beam.chord[k] + 1
    segment = score.chord_segment[beam.chord[k]]
    gone_s = -start_s
    way = way0
    skipped = 0
    while True:
        if j == score.segment_last[segment]:
            to = score.way_target[way]
            span_s, span_q = score.segment_span_s, score.segment_span_q
            gone_s += span_s[segment, 1] - span_s[to, 0] + score.way_gap_s[way]
            beam.travel[k] += span_q[segment, 1] - span_q[to, 0] + score.way_gap_q[way]
            beam.visits[k, to] += 1
            segment = to
            j = score.segment_first[to]
            way = way1
            continue
        if j == target:
            break
        due = t - (wait_nominal - (score.chord_s[j] + gone_s)) * pace
        _remember(beam, k, j, due, beam.visits[k, segment])
        if score.chord_needed[j] != 0:
            skipped += 1
        j += 1
    if fresh:
        beam.pulse[k] = t
        beam.slack[k] = TOUCH
    else:
        _keep_pulse(beam, k, wait_nominal, t)
        _learn_tempo(beam, k, score, target, wait_nominal, t)
    _remember(beam, k, target, t, beam.visits[k, segment])
    beam.chord[k] = target
    beam.anchor[k] = t
    beam.latest[k] = t
    beam.strays[k] = 0
    fitted = max(0.0, 1.0 - 0.4 * skipped)
    beam.fit[k] += FIT_GAIN * (fitted - beam.fit[k])
    _hear(beam, k, score, 0, bit, n)


@inline
def _nearest_time_through(beam, k, score, segment, q):
    """Of all times the notation comes through a segment, take the one nearest in travel."""
    here = beam.chord[k]
    travelled = score.chord_q[here] + beam.travel[k]
    distance, at = 1e300, -1
    if score.chord_segment[here] == segment:
        distance = abs(q + beam.travel[k] - travelled)
    for v in range(len(score.tour_segment)):
        if score.tour_segment[v] == segment and abs(q + score.tour_travel[v] - travelled) < distance - 1e-6:
            distance, at = abs(q + score.tour_travel[v] - travelled), v
    if at >= 0:
        beam.travel[k] = score.tour_travel[at]
        beam.visits[k, :] = score.tour_visits[at]
    beam.visits[k, segment] = max(1, beam.visits[k, segment])


@inline
def _start_afresh(beam, k, score, runs, chord, n, t, root):
    """A hypothesis from a run: give its notes their meaning by walking through them once."""
    start, origin = runs.start[chord], runs.origin[chord]
    beam.ring_chord[k, :] = -1
    beam.ring_heard[k, :] = 0
    beam.root[k] = root
    beam.since[k] = start
    beam.doubt[k] = min(beam.doubt[k] + SEED_DOUBT, 0.25)
    segment = score.chord_segment[origin]
    _nearest_time_through(beam, k, score, segment, score.chord_q[origin])
    which = beam.visits[k, segment]
    at = origin
    began = runs.onset[start % HISTORY]
    _remember(beam, k, at, began, which)
    fitted = 0
    for m in range(start, n + 1):
        pitch = runs.pitch[m % HISTORY]
        onset = runs.onset[m % HISTORY]
        beam.meaning[k, m % MEMORY] = UNMATCHED
        done = False
        for r in range(3):
            c = beam.ring_chord[k, r]
            if c < 0:
                break
            bit = key_bit(score, c, pitch)
            if bit >= 0 and (beam.ring_heard[k, r] >> bit) & 1 == 0 and onset - beam.ring_time[k, r] < 0.5:
                _hear(beam, k, score, r, bit, m)
                done = True
                fitted += 1
                break
        if done:
            continue
        for ahead in range(at + 1, min(at + 6, chord + 1)):
            bit = key_bit(score, ahead, pitch)
            if bit >= 0:
                for j in range(at + 1, ahead + 1):
                    _remember(beam, k, j, onset, which)
                _hear(beam, k, score, 0, bit, m)
                at = ahead
                began = onset
                fitted += 1
                break
    if at != chord:
        for j in range(at + 1, chord + 1):
            _remember(beam, k, j, t, which)
        began = t
        bit = key_bit(score, chord, runs.pitch[n % HISTORY])
        if bit >= 0:
            _hear(beam, k, score, 0, bit, n)
    beam.chord[k] = chord
    beam.anchor[k] = began
    beam.latest[k] = t
    beam.pulse[k] = began
    beam.slack[k] = TOUCH
    beam.strays[k] = 0
    share = fitted / (n - start + 1.0)
    beam.fit[k] = SEED_FIT * share


@kernel
def step(old, new, score, runs, out, n, pitch, t, entry_bonus, here, root, next_root):
    """Note n: from the beam ``old`` to the beam ``new``; ``here`` and ``root`` are those of the one shown.

    Returns how many new roots were given, from ``next_root`` on.
    """
    branch(old, score, pitch, t, out, n, root)
    pace = math.exp(old.ratio[0])
    search(runs, score, n, pitch, t, pace, here, entry_bonus)
    add_seeds(runs, old, out)
    kept = choose(old, out, t, root)
    new.size[0] = kept
    roots = 0
    for k in range(kept):
        i = out.chosen[k]
        h = out.parent[i]
        _copy(old, h, new, k)
        new.logp[k] = out.logp[i]
        kind = out.kind[i]
        if kind == STRAY:
            new.meaning[k, n % MEMORY] = out.slot[i]
            if out.slot[i] == UNMATCHED:
                new.strays[k] += 1
                if out.slip_fit[i] != NO_VERDICT:
                    new.fit[k] += FIT_GAIN * (out.slip_fit[i] - new.fit[k])
        elif kind == FURTHER:
            if math.isnan(new.anchor[k]) and out.slot[i] == 0:
                new.anchor[k] = t
                new.ring_time[k, 0] = t
                new.pulse[k] = t
                new.slack[k] = TOUCH
            elif out.slot[i] == 0:
                late = LEAN * (t - new.latest[k])
                new.pulse[k] += late
                new.slack[k] += late * late
            if out.slot[i] == 0:
                new.latest[k] = t
            new.strays[k] = 0
            new.fit[k] += FIT_GAIN * (1.0 - new.fit[k])
            _hear(new, k, score, out.slot[i], out.bit[i], n)
        elif kind == ONWARD:
            ways = out.ways[i]
            _move(new, k, score, out.chord[i], out.wait_s[i], ways[0], ways[1], out.bit[i], n, t)
        elif kind == SEED:
            _start_afresh(new, k, score, runs, out.chord[i], n, t, next_root + roots)
            roots += 1
        if out.octave[i] != 0:
            new.octave[k] = out.octave[i]
            new.octave_note[k] = n
            new.meaning[k, n % MEMORY] = OCTAVE_OFF - new.meaning[k, n % MEMORY]
    runs.best[n % HISTORY] = new.logp[0]
    return roots
