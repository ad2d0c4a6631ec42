"""The hot loop: it allocates nothing, and its look-around is bounded."""

from __future__ import annotations

import numpy as np
from numba.core.runtime import _nrt_python, rtsys  # pyright: ignore

from repetiteur.kernels import relocate
from repetiteur.kernels.beam import new_beam, new_candidates, place
from repetiteur.kernels.relocate import new_relocator
from repetiteur.kernels.score_arrays import ScoreArrays
from repetiteur.kernels.step import step


def scale(chords: int) -> ScoreArrays:
    """One key after another, up and down a scale, half a second each."""
    pitch = 60 + np.abs(np.arange(chords) % 24 - 12)
    words = np.zeros((chords, 2), np.int64)
    words[np.arange(chords), pitch >> 6] = np.int64(1) << (pitch & 63).astype(np.int64)
    order = np.lexsort((np.arange(chords), pitch))
    seconds = np.arange(chords) * 0.5
    return ScoreArrays(
        chord_s=seconds,
        chord_q=seconds * 2.0,
        chord_first=np.arange(chords + 1, dtype=np.int32),
        chord_pitches=words,
        chord_needed=np.ones(chords, np.int64),
        chord_passing=np.full(chords, -4.5),
        chord_spread_s=np.full(chords, 0.035),
        chord_ornament=np.zeros((chords, 2), np.int64),
        chord_ornament_s=np.zeros(chords),
        chord_long=np.zeros((chords, 2), np.int64),
        chord_long_s=np.zeros(chords),
        chord_entry=np.full(chords, -10.0),
        chord_segment=np.zeros(chords, np.int32),
        key_pitch=pitch.astype(np.uint8),
        segment_first=np.zeros(1, np.int32),
        segment_last=np.full(1, chords, np.int32),
        segment_span_s=np.array([[0.0, chords * 0.5]]),
        segment_span_q=np.array([[0.0, chords * 1.0]]),
        way_first=np.zeros(2, np.int32),
        way_target=np.zeros(0, np.int32),
        way_when=np.zeros(0, np.int64),
        way_gap_s=np.zeros(0),
        way_gap_q=np.zeros(0),
        tour_segment=np.zeros(1, np.int32),
        tour_travel=np.zeros(1),
        tour_visits=np.ones((1, 1), np.int32),
        posting_first=np.searchsorted(pitch[order], np.arange(129)).astype(np.int32),
        posting_chord=order.astype(np.int32),
        posting_bit=np.zeros(chords, np.uint8),
    )


class Player:
    """A beam and what belongs to it."""

    def __init__(self, score: ScoreArrays) -> None:
        self.score = score
        self.old, self.new, self.out = new_beam(1), new_beam(1), new_candidates()
        self.runs = new_relocator(len(score.chord_s))
        place(self.old, score, 0, np.zeros(1, np.int32), 0.0, 0.0, 0.1, 0)
        self.notes = self.roots = 0

    def hear(self, pitch: int, t_s: float) -> None:
        self.notes += 1
        arrays = (self.old, self.new, self.score, self.runs, self.out)
        self.roots += step(*arrays, self.notes, pitch, t_s, 0.0, int(self.old.chord[0]), 0, self.roots + 1)
        self.old, self.new = self.new, self.old


def test_a_note_allocates_nothing_but_the_handles_of_its_arguments():
    player = Player(scale(4000))
    die = np.random.default_rng(1)
    player.hear(60, 0.1)
    _nrt_python.memsys_enable_stats()
    before = rtsys.get_allocation_stats()
    for note in range(300):
        player.hear(int(die.integers(50, 75)), 0.2 + 0.25 * note)
    after = rtsys.get_allocation_stats()
    arguments = (player.old, player.new, player.score, player.runs, player.out)
    assert after.alloc - before.alloc == 300 * sum(len(arrays) for arrays in arguments)
    assert after.alloc == after.free


def test_following_a_scale():
    score = scale(200)
    player = Player(score)
    for chord in range(200):
        player.hear(int(score.key_pitch[chord]), 1.0 + 0.4 * chord)
        assert player.old.chord[0] == chord
    assert np.exp(player.old.ratio[0]) == np.clip(np.exp(player.old.ratio[0]), 0.76, 0.84)


def test_hypotheses_stay_sorted_and_distinct():
    score = scale(200)
    player = Player(score)
    for chord in range(60):
        player.hear(int(score.key_pitch[chord]), 1.0 + 0.5 * chord)
        size = int(player.old.size[0])
        assert np.all(np.diff(player.old.logp[:size]) <= 0)


def test_the_search_for_another_place_is_bounded_on_long_scores():
    score = scale(24 * 2000)
    assert np.diff(score.posting_first).max() > relocate.POSTINGS
    player = Player(score)
    player.hear(66, 0.1)
    assert np.count_nonzero(player.runs.note == 1) <= relocate.POSTINGS
