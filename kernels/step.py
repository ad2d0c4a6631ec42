"""One played note through the beam: branch, choose, and write the survivors' new states."""

from __future__ import annotations

import math

import numpy as np

from repetiteur.kernels.beam import (
    FURTHER,
    MEMORY,
    NO_KEY,
    NO_VERDICT,
    OCTAVE_OFF,
    ONWARD,
    RING,
    SEED,
    STRAY,
    UNMATCHED,
    copy,
    copy_all,
    forget_chords,
    remember,
    set_tempo,
)
from repetiteur.kernels.branching import branch, key_bit
from repetiteur.kernels.choosing import choose, keep_own
from repetiteur.kernels.jit import inline, kernel
from repetiteur.kernels.likelihood import LOCAL, TOUCH
from repetiteur.kernels.relocate import HISTORY, add_seeds, search

FIT_GAIN = 0.12  # one note's weight in a hypothesis' fit
SLIP_FIT = 0.3
SEED_FIT = 0.6
SEED_DOUBT = 0.02
DRIFT = 0.0006  # variance of log tempo gained per chord
LEAN = 0.5  # of a spread chord's time that its pulse lies later
TOUCH_S = 0.028  # scatter of a chord's onset


@inline
def _make_room(own):
    """Move the ring on, so that its first place is free."""
    for r in range(RING - 1, 0, -1):
        own.ring[r].chord = own.ring[r - 1].chord
        own.ring[r].heard = own.ring[r - 1].heard
        own.ring[r].time = own.ring[r - 1].time
        own.ring[r].which_pass = own.ring[r - 1].which_pass


@inline
def _hear(own, chords, slot, bit, n):
    """Note n is a key of the chord in that place of the ring."""
    recent = own.ring[slot]
    recent.heard |= np.int64(1) << bit
    own.meaning[n % MEMORY] = chords[recent.chord].first + bit
    own.meaning_pass[n % MEMORY] = recent.which_pass


@inline
def _learn_tempo(own, here, there, wait_nominal, t):
    """Move the tempo towards what the last interval says, less so for odd intervals."""
    waited = t - own.anchor
    own.doubt = min(own.doubt + DRIFT, 0.25)
    if wait_nominal < 0.03 or waited < 0.02 or there.needed == 0 or here.needed == 0:
        return
    expected = wait_nominal * own.pace
    surprise = math.log(waited / expected)
    touch = TOUCH_S / expected
    noise = touch * touch + 0.006
    spread = own.doubt + noise
    odd = surprise * surprise / spread
    weight = 4.0 / (3.0 + odd)  # Student's t: a hesitation is not a tempo
    gain = min(1.0, weight) * own.doubt / spread
    set_tempo(own, min(max(own.ratio + gain * surprise, -2.3), 2.3))
    own.doubt *= 1.0 - gain
    if odd > 6.0:
        own.doubt += 0.01


@inline
def _keep_pulse(own, wait_nominal, t):
    """The pulse goes on towards ``t``: little for a quick note, wholly after a hesitation."""
    wait = wait_nominal * own.pace
    wobble = wait * math.sqrt(LOCAL + own.doubt)
    drift = own.slack + wobble * wobble
    error = t - own.pulse - wait
    spread = drift + TOUCH
    regular = 4.0 / (3.0 + error * error / spread)
    gain = 1.0 - min(regular, 1.0) * TOUCH / spread
    own.pulse += wait + gain * error
    own.slack = gain * TOUCH


@inline
def _move(own, visits, score, branch, n, t):
    """On to the branch's chord by its ways; that one and those in between take their places in the ring."""
    chords, segments, ways = score.chords, score.segments, score.ways
    here = chords[own.chord]
    target, wait_nominal, passed = branch.chord, branch.wait_s, branch.slot
    fresh = math.isnan(own.anchor)
    if fresh and passed + 1 < RING:
        own.ring[passed + 1].time = t - wait_nominal * own.pace
    j = own.chord + 1
    at = here.segment
    gone_s = -here.s
    way = branch.way0
    skipped = 0
    while True:
        segment = segments[at]
        if j == segment.last:
            to = ways[way].target
            gone_s += segment.end_s - segments[to].begin_s + ways[way].gap_s
            own.travel += segment.end_q - segments[to].begin_q + ways[way].gap_q
            visits[to] += 1
            at = to
            j = segments[to].first
            way = branch.way1
            continue
        if j == target:
            break
        due = t - (wait_nominal - (chords[j].s + gone_s)) * own.pace
        remember(own, passed, j, due, np.int64(visits[at]))
        passed -= 1
        if chords[j].needed != 0:
            skipped += 1
        j += 1
    if fresh:
        own.pulse = t
        own.slack = TOUCH
    else:
        _keep_pulse(own, wait_nominal, t)
        if branch.bit != NO_KEY:
            _learn_tempo(own, here, chords[target], wait_nominal, t)
    remember(own, 0, target, t, np.int64(visits[at]))
    own.chord = target
    own.anchor = t
    own.latest = t
    if branch.bit == NO_KEY:
        own.strays += 1
        own.fit += FIT_GAIN * (SLIP_FIT - own.fit)
        own.meaning[n % MEMORY] = UNMATCHED
        return
    own.strays = 0
    fitted = max(0.0, 1.0 - 0.4 * skipped)
    own.fit += FIT_GAIN * (fitted - own.fit)
    _hear(own, chords, 0, branch.bit, n)


@inline
def _nearest_time_through(own, visits, score, segment, q, begun):
    """Of all times the notation comes through a segment, take the one nearest in travel, or the first
    where nothing had begun."""
    here = score.chords[own.chord]
    travelled = here.q + own.travel if begun else score.chords[0].q
    distance, at = 1e300, -1
    if begun and here.segment == segment:
        distance = abs(q + own.travel - travelled)
    for v in range(len(score.tour)):
        time = score.tour[v]
        if time.segment == segment and abs(q + time.travel - travelled) < distance - 1e-6:
            distance, at = abs(q + time.travel - travelled), v
    if at >= 0:
        own.travel = score.tour[at].travel
        copy_all(score.tour_visits[at], visits)
    visits[segment] = max(1, visits[segment])


@inline
def _start_afresh(own, visits, score, searched, chord, n, t, root, begun):
    """A hypothesis from a run: give its notes their meaning by walking through them once."""
    chords = score.chords
    run = searched.runs[chord]
    start, at = run.start, run.origin
    forget_chords(own)
    own.root = root
    own.since = start
    own.doubt = min(own.doubt + SEED_DOUBT, 0.25)
    segment = chords[at].segment
    _nearest_time_through(own, visits, score, segment, chords[at].q, begun)
    which_pass = np.int64(visits[segment])
    began = searched.past[start % HISTORY].onset
    _make_room(own)
    remember(own, 0, at, began, which_pass)
    fitted = 0
    for m in range(start, n + 1):
        pitch = searched.past[m % HISTORY].pitch
        onset = searched.past[m % HISTORY].onset
        own.meaning[m % MEMORY] = UNMATCHED
        slot, bit = -1, -1
        for r in range(3):
            recent = own.ring[r]
            if recent.chord < 0:
                break
            bit = key_bit(score, chords[recent.chord], pitch)
            if bit >= 0 and (recent.heard >> bit) & 1 == 0 and onset - recent.time < 0.5:
                slot = r
                break
        if slot < 0:
            for ahead in range(at + 1, min(at + 6, chord + 1)):
                bit = key_bit(score, chords[ahead], pitch)
                if bit >= 0:
                    _go_to(own, at, ahead, onset, which_pass)
                    slot, at, began = 0, ahead, onset
                    break
        if slot >= 0:
            _hear(own, chords, slot, bit, m)
            fitted += 1
    if at != chord:
        _go_to(own, at, chord, t, which_pass)
        began = t
        bit = key_bit(score, chords[chord], searched.past[n % HISTORY].pitch)
        if bit >= 0:
            _hear(own, chords, 0, bit, n)
    own.chord = chord
    own.anchor = began
    own.latest = t
    own.pulse = began
    own.slack = TOUCH
    own.strays = 0
    share = fitted / (n - start + 1.0)
    own.fit = SEED_FIT * share


@inline
def _go_to(own, at, chord, t, which_pass):
    """The chords after ``at``, up to and with ``chord``, become the newest of the ring."""
    for j in range(at + 1, chord + 1):
        _make_room(own)
        remember(own, 0, j, t, which_pass)


@inline
def _go_on(own, visits, score, chosen, n, t):
    """A survivor that is no fresh start: its parent's copy is put right."""
    chords = score.chords
    if chosen.kind == STRAY:
        own.meaning[n % MEMORY] = chosen.slot
        if chosen.slot == UNMATCHED:
            own.strays += 1
            if chosen.slip_fit != NO_VERDICT:
                own.fit += FIT_GAIN * (chosen.slip_fit - own.fit)
    elif chosen.kind == FURTHER:
        if chosen.slot == 0:
            if math.isnan(own.anchor):
                own.anchor = t
                own.ring[0].time = t
                own.pulse = t
                own.slack = TOUCH
            else:
                late = LEAN * (t - own.latest)
                own.pulse += late
                own.slack += late * late
            own.latest = t
        own.strays = 0
        own.fit += FIT_GAIN * (1.0 - own.fit)
        _hear(own, chords, chosen.slot, chosen.bit, n)
    elif chosen.kind == ONWARD:
        _move(own, visits, score, chosen, n, t)


@inline
def _inherit(old, new, k, chosen):
    """Place ``k`` of the new beam begins as a copy of the branch's parent."""
    copy(old, chosen.parent, new, k, chosen.slot + 1 if chosen.kind == ONWARD else 0)
    own = new.hypotheses[k]
    own.logp = chosen.logp
    return own


@inline
def _mind_octave(own, chosen, n):
    if chosen.octave != 0:
        own.octave = chosen.octave
        own.octave_note = n
        own.meaning[n % MEMORY] = OCTAVE_OFF - own.meaning[n % MEMORY]


@kernel
def step(old, new, score, searched, out, n, pitch, t, entry_bonus, here, root, next_root, begun):
    """Note n: from the beam ``old`` to the beam ``new``; ``here`` and ``root`` are those of the one shown;
    ``begun``: it is known that the piece is being played, and not only noise was heard so far.

    Returns how many new roots were given, from ``next_root`` on.
    """
    branch(old, score, pitch, t, out, n, root)
    search(searched, score, n, pitch, t, old.hypotheses[0].pace, here, entry_bonus)
    add_seeds(searched, score, old, out)
    choose(old, out, t, root)
    keep_own(old, out, root)
    new.size[0] = out.counts[0].chosen
    roots = 0
    for k in range(new.size[0]):
        chosen = out.branches[out.chosen[k].branch]
        own = _inherit(old, new, k, chosen)
        if chosen.kind == SEED:
            _start_afresh(own, new.visits[k], score, searched, chosen.chord, n, t, next_root + roots, begun)
            roots += 1
        else:
            _go_on(own, new.visits[k], score, chosen, n, t)
        _mind_octave(own, chosen, n)
    searched.past[n % HISTORY].best = new.hypotheses[0].logp
    return roots


@kernel
def step_here(old, new, score, out, n, pitch, t, root):
    """The same without fresh starts: nothing but the beams is touched."""
    branch(old, score, pitch, t, out, n, root)
    keep_own(old, out, root)
    new.size[0] = out.counts[0].chosen
    for k in range(new.size[0]):
        chosen = out.branches[out.chosen[k].branch]
        own = _inherit(old, new, k, chosen)
        _go_on(own, new.visits[k], score, chosen, n, t)
        _mind_octave(own, chosen, n)
