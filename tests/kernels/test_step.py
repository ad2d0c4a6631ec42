"""The hot loop: it allocates nothing, and its look-around is bounded."""

from __future__ import annotations

import numpy as np
from numba.core.runtime import _nrt_python, rtsys  # pyright: ignore

from repetiteur.kernels import relocate
from repetiteur.kernels.beam import new_beam, new_candidates, place
from repetiteur.kernels.relocate import new_relocator
from repetiteur.kernels.score_arrays import (
    CHORD,
    SEGMENT,
    TOUR,
    WAY,
    ScoreArrays,
    chords_before,
    postings_of,
    table,
)
from repetiteur.kernels.step import step


def scale(chords: int) -> ScoreArrays:
    """One key after another, up and down a scale, half a second each."""
    pitch = 60 + np.abs(np.arange(chords) % 24 - 12)
    words = np.zeros((chords, 2), np.int64)
    words[np.arange(chords), pitch >> 6] = np.int64(1) << (pitch & 63).astype(np.int64)
    number, seconds = np.arange(chords), np.arange(chords) * 0.5
    one_each = table(
        CHORD, chords, pitches=words, needed=np.ones(chords), s=seconds, spread_s=np.full(chords, 0.035),
        passing=np.full(chords, -4.5), entry=np.full(chords, -10.0), first=number, last=number + 1,
        q=seconds * 2.0,
    )  # fmt: skip
    segments = np.array([(0, chords, 0.0, chords * 0.5, 0.0, chords * 1.0, 0, 0)], SEGMENT)
    key_pitch = pitch.astype(np.uint8)
    postings = postings_of(one_each, key_pitch)
    postings["before"] = chords_before(postings, one_each, segments)
    return ScoreArrays(
        chords=one_each,
        key_pitch=key_pitch,
        segments=segments,
        ways=np.zeros(0, WAY),
        tour=np.zeros(1, TOUR),
        tour_visits=np.ones((1, 1), np.int32),
        postings=postings,
        posting_first=np.searchsorted(np.sort(pitch), np.arange(129)).astype(np.int32),
    )


class Player:
    """A beam and what belongs to it."""

    def __init__(self, score: ScoreArrays) -> None:
        self.score = score
        self.old, self.new, self.out = new_beam(1), new_beam(1), new_candidates()
        self.runs = new_relocator(len(score.chords))
        place(self.old, score, 0, np.zeros(1, np.int32), 0.0, 0.0, 0.1, 0)
        self.notes = self.roots = 0

    def hear(self, pitch: int, t_s: float) -> None:
        self.notes += 1
        arrays = (self.old, self.new, self.score, self.runs, self.out)
        here = int(self.old.hypotheses["chord"][0])
        self.roots += step(*arrays, self.notes, pitch, t_s, 0.0, here, 0, self.roots + 1, True)
        self.old, self.new = self.new, self.old


def test_a_note_allocates_nothing():
    player = Player(scale(4000))
    die = np.random.default_rng(1)
    player.hear(60, 0.1)
    _nrt_python.memsys_enable_stats()
    before = rtsys.get_allocation_stats()
    for note in range(300):
        player.hear(int(die.integers(50, 75)), 0.2 + 0.25 * note)
    after = rtsys.get_allocation_stats()
    assert after.alloc == before.alloc


def test_following_a_scale():
    score = scale(200)
    player = Player(score)
    for chord in range(200):
        player.hear(int(score.key_pitch[chord]), 1.0 + 0.4 * chord)
        assert player.old.hypotheses["chord"][0] == chord
    assert 0.76 < player.old.hypotheses["pace"][0] < 0.84


def test_hypotheses_stay_sorted_and_distinct():
    score = scale(200)
    player = Player(score)
    for chord in range(60):
        player.hear(int(score.key_pitch[chord]), 1.0 + 0.5 * chord)
        size = int(player.old.size[0])
        assert np.all(np.diff(player.old.hypotheses["logp"][:size]) <= 0)


def test_the_search_for_another_place_is_bounded_on_long_scores():
    score = scale(24 * 2000)
    assert np.diff(score.posting_first).max() > relocate.POSTINGS
    player = Player(score)
    player.hear(66, 0.1)
    assert np.count_nonzero(player.runs.last >> 1 == 1) <= relocate.POSTINGS
