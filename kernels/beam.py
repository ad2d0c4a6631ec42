"""Where the player may be: a beam of hypotheses, one step per played note.

A hypothesis says which chord sounded last, when, which keys of the recent chords have
been heard, how fast the player is and by which way through the play order he came.
For each note every hypothesis branches: the note is a stray, or a further key of a
recent chord, or the first key of one of the next chords along any way the play order
allows (keys passed over count as left out). Fresh starts elsewhere come in from the
relocator as *seeds*. The best few survive. The cost of a note depends on the width of
the beam alone, never on the length of the score, and nothing is allocated.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from repetiteur.kernels.jit import inline, kernel
from repetiteur.kernels.likelihood import (
    EXTRA_NEAR,
    EXTRA_OCTAVE,
    EXTRA_RARE,
    EXTRA_RUN,
    EXTRA_SHAKE,
    FLAT,
    ORNAMENT,
    chord_density,
    has_pitch,
    leaving_cost,
    onset_density,
    overtaken_density,
    popcount,
)

WIDTH = 40  # hypotheses kept
RING = 24  # recent chords remembered by each
MEMORY = 32  # recent notes whose meaning each remembers
REACH = 24  # chords looked ahead
CANDIDATES = WIDTH * 10
SEEDS = 6
LONG_AGO = -(10**9)  # a note number before all others
PATHS = 12  # ways open at once while looking ahead
OUTSHONE = 8.0  # nats by which another way to the same place replaces the player's own
PASSING_RUN = 0.2  # share of its cost at which a further chord in a row is passed over
TOO_DEAR = -36.0  # log probability at which looking ahead ends
HOPELESS = 30.0  # nats behind the best
LONGEST_SHAKE_S = 12.0
OCTAVE_LEFT, OCTAVE_KEPT = -6.2, -1.5  # log probability of playing an octave off, and of going on so
OCTAVE_KEPT_NOTES = 12  # notes after which it would be a new slip
OCTAVE_FIT = 0.6  # how well a slip by an octave fits, 0 to 1
NO_VERDICT = -1.0  # a shake says nothing about fitting
LATE_S = 2.0  # a key may still be heard this long after its chord
WAY_NOTATED, WAY_FREE = -0.1, -3.5  # log probability of a way, asked for or not

STRAY, FURTHER, ONWARD, SEED = 0, 1, 2, 3
UNMATCHED, ORNAMENTAL = -1, -2  # in Beam.meaning
OCTAVE_OFF = -10  # in Beam.meaning: less the key that was played in another octave


class Beam(NamedTuple):
    """The hypotheses, best first. Axis 0 is the hypothesis everywhere."""

    size: np.ndarray  # i8[1] how many are alive
    logp: np.ndarray  # f8
    chord: np.ndarray  # i4 sounded last (or about to sound: anchor is NaN)
    anchor: np.ndarray  # f8 s, when its first key sounded
    latest: np.ndarray  # f8 s, when its latest key sounded: rolled chords come key by key
    ratio: np.ndarray  # f8 log of player's seconds per nominal second
    doubt: np.ndarray  # f8 variance of that
    travel: np.ndarray  # f8 quarters travelled minus quarters as written
    root: np.ndarray  # i4 changes with every fresh start
    since: np.ndarray  # i8 number of the note that fresh start began with
    octave: np.ndarray  # i4 semitones by which a hand was last out of its octave
    octave_note: np.ndarray  # i8 number of the note that told so
    strays: np.ndarray  # i4 stray notes in a row
    fit: np.ndarray  # f8 share of recent notes that fitted, 0 to 1
    ring_chord: np.ndarray  # i4[., RING] recent chords, newest first, -1 empty
    ring_heard: np.ndarray  # i8[., RING] keys heard of each
    ring_time: np.ndarray  # f8[., RING] s, when each began or should have
    ring_pass: np.ndarray  # i4[., RING] which time through
    visits: np.ndarray  # i4[., S] times each segment was entered
    meaning: np.ndarray  # i4[., MEMORY] key index of note n at n % MEMORY, or a code
    meaning_pass: np.ndarray  # i4[., MEMORY]


class Candidates(NamedTuple):
    """Branches of the current note, before the best are chosen."""

    count: np.ndarray  # i8[1]
    logp: np.ndarray  # f8
    parent: np.ndarray  # i4
    kind: np.ndarray  # i4 STRAY, FURTHER, ONWARD or SEED
    slot: np.ndarray  # i4 FURTHER: place in the ring; SEED: its number; STRAY: the meaning
    chord: np.ndarray  # i4 ONWARD: the new chord
    octave: np.ndarray  # i4 ONWARD, FURTHER: semitones the note sounds above the written key
    bit: np.ndarray  # i4 which key of the chord
    wait_s: np.ndarray  # f8 ONWARD: nominal seconds from the old chord
    slip_fit: np.ndarray  # f8 STRAY: how well it fits all the same, 0 to 1, or NO_VERDICT
    ways: np.ndarray  # i4[., 2] ONWARD: ways taken to get there, -1 none
    path: np.ndarray  # i8[PATHS, 5] scratch of the look-ahead
    path_sums: np.ndarray  # f8[PATHS, 2]
    chosen: np.ndarray  # i4[WIDTH] the survivors, best first
    digest: np.ndarray  # i8[WIDTH] of their states, to keep them distinct


def new_beam(segments: int) -> Beam:
    """An empty beam for a score of that many segments."""
    w = WIDTH
    return Beam(
        np.zeros(1, np.int64), np.zeros(w), np.zeros(w, np.int32), np.zeros(w), np.zeros(w), np.zeros(w),
        np.zeros(w), np.zeros(w), np.zeros(w, np.int32), np.zeros(w, np.int64),
        np.zeros(w, np.int32), np.zeros(w, np.int64), np.zeros(w, np.int32), np.zeros(w),
        np.full((w, RING), -1, np.int32), np.zeros((w, RING), np.int64), np.zeros((w, RING)),
        np.zeros((w, RING), np.int32), np.zeros((w, segments), np.int32),
        np.full((w, MEMORY), UNMATCHED, np.int32), np.zeros((w, MEMORY), np.int32),
    )  # fmt: skip


def new_candidates() -> Candidates:
    """Room for the branches of one note."""
    c = CANDIDATES
    return Candidates(
        np.zeros(1, np.int64), np.zeros(c), np.zeros(c, np.int32), np.zeros(c, np.int32),
        np.zeros(c, np.int32), np.zeros(c, np.int32), np.zeros(c, np.int32), np.zeros(c, np.int32),
        np.zeros(c), np.zeros(c),
        np.full((c, 2), -1, np.int32), np.zeros((PATHS, 5), np.int64), np.zeros((PATHS, 2)),
        np.zeros(WIDTH, np.int32), np.zeros(WIDTH, np.int64),
    )  # fmt: skip


@kernel
def place(beam, score, chord, visits, travel, ratio, doubt, root):
    """Put the whole beam before ``chord``: the next note is expected there, at any time."""
    beam.size[0] = 1
    beam.logp[0] = 0.0
    beam.chord[0] = chord
    beam.anchor[0] = np.nan
    beam.latest[0] = np.nan
    beam.ratio[0] = ratio
    beam.doubt[0] = doubt
    beam.travel[0] = travel
    beam.root[0] = root
    beam.since[0] = LONG_AGO
    beam.octave_note[0] = LONG_AGO
    beam.strays[0] = 0
    beam.fit[0] = 0.75
    beam.ring_chord[0, :] = -1
    beam.ring_heard[0, :] = 0
    beam.visits[0, :] = visits
    segment = score.chord_segment[chord]
    beam.visits[0, segment] = max(1, beam.visits[0, segment])
    beam.ring_chord[0, 0] = chord
    beam.ring_time[0, 0] = np.nan
    beam.ring_pass[0, 0] = beam.visits[0, segment]
    beam.meaning[0, :] = UNMATCHED


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
def add_branch(out, logp, parent, kind, slot, chord, octave, bit, wait_s, way0, way1):
    i = out.count[0]
    if i >= CANDIDATES:
        return
    out.count[0] = i + 1
    out.logp[i] = logp
    out.parent[i] = parent
    out.kind[i] = kind
    out.slot[i] = slot
    out.chord[i] = chord
    out.octave[i] = octave
    out.bit[i] = bit
    out.wait_s[i] = wait_s
    out.ways[i, 0] = way0
    out.ways[i, 1] = way1


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
def _stray(beam, score, h, pitch, t, out):
    """The note is in no chord: part of an ornament, a slip beside a key, or anything."""
    pace = math.exp(beam.ratio[h])
    ring_chord, ring_time = beam.ring_chord[h], beam.ring_time[h]
    ornament, ornament_s = score.chord_ornament, score.chord_ornament_s
    for r in range(RING):
        c = ring_chord[r]
        if c < 0 or t - ring_time[r] > LONGEST_SHAKE_S:
            break
        if has_pitch(ornament, c, pitch) and t - ring_time[r] < ornament_s[c] * pace * 1.3 + 0.15:
            add_branch(out, beam.logp[h] + ORNAMENT, h, STRAY, ORNAMENTAL, beam.chord[h], 0, 0, 0.0, -1, -1)
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
                    wobble = wait * math.sqrt(0.0144 + beam.doubt[h])
                    roll_s = max(0.0, score.chord_spread_s[j] - 0.035)
                    sigma = math.sqrt(0.0006 + wobble * wobble) + 0.5 * roll_s
                    density = onset_density(t - anchor - wait, wait, sigma)
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
    _stray(beam, score, h, pitch, t, out)
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


@inline
def _digest(beam, out, i, t):
    """A number that is the same for two branches that lead to the same state."""
    h = out.parent[i]
    kind = out.kind[i]
    heard = beam.ring_heard[h, 0]
    began = beam.anchor[h]
    if kind == FURTHER and out.slot[i] == 0:
        heard |= np.int64(1) << out.bit[i]
    elif kind in (ONWARD, SEED):
        heard = np.int64(1) << out.bit[i]
        began = t
    value = np.int64(out.chord[i]) * 1000003 + heard * 8191 + np.int64(beam.travel[h] * 4.0) * 131071
    if not math.isnan(began):
        value += np.int64(began * 20.0) * 7919
    if kind == ONWARD:
        value += (out.ways[i, 0] * 64 + out.ways[i, 1] + 65) * 524287
    return value


@inline
def _stays(beam, out, i, root):
    """Whether a branch came to its place without a fresh start since ``root``."""
    return out.kind[i] != SEED and beam.root[out.parent[i]] == root


@kernel
def choose(beam, out, t, root):
    """Pick the WIDTH best distinct branches into ``out.chosen``; returns how many.

    Of two branches that lead to the same state one stays: that of the ``root`` now shown
    if there is one (a fresh start at the place one has reached anyway is none) unless the
    other explains the way there far better, else the better; with the better's probability
    in either case. The best of that root always stays.
    """
    logps, chosen, digests = out.logp, out.chosen, out.digest
    kept = 0
    own, own_kept = -1, False
    for i in range(out.count[0]):
        logp = logps[i]
        stays = _stays(beam, out, i, root)
        if stays and (own < 0 or logp > logps[own]):
            own = i
        if kept == WIDTH and logp <= logps[chosen[kept - 1]]:
            continue
        digest = _digest(beam, out, i, t)
        same = -1
        for k in range(kept):
            if digests[k] == digest:
                same = k
                break
        if same >= 0:
            other = chosen[same]
            other_stays = _stays(beam, out, other, root)
            if logp <= logps[other]:
                if stays and not other_stays and logps[other] - logp < OUTSHONE:
                    logps[i] = logps[other]
                    chosen[same] = i
                continue
            if other_stays and not stays and logp - logps[other] < OUTSHONE:
                logps[other] = logp
                i = other
            k = same
        elif kept < WIDTH:
            k = kept
            kept += 1
        else:
            k = kept - 1
        while k > 0 and logps[chosen[k - 1]] < logp:
            chosen[k] = chosen[k - 1]
            digests[k] = digests[k - 1]
            k -= 1
        chosen[k] = i
        digests[k] = digest
    for k in range(kept):
        own_kept = own_kept or _stays(beam, out, chosen[k], root)
    if own >= 0 and not own_kept:
        chosen[kept - 1] = own
    return kept
