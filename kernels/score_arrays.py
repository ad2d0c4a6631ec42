"""The score as the kernels see it: chords of keys, segments, ways between them.

A *chord* is everything written for one instant (grace notes are chords of their own,
just before the one they lean on). A *key* is one pitch of a chord: two voices in unison
are one key. Times are nominal seconds at the printed tempo; the player's tempo is a
ratio to them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class ScoreArrays(NamedTuple):
    chord_s: np.ndarray  # f8[N] nominal seconds as written
    chord_q: np.ndarray  # f8[N] quarters as written
    chord_first: np.ndarray  # i4[N + 1] first key of each chord
    chord_pitches: np.ndarray  # i8[N, 2] set of pitches, 64 bits to a word
    chord_needed: np.ndarray  # i8[N] which of its keys must be played, one bit each
    chord_passing: np.ndarray  # f8[N] log probability of passing it over altogether
    chord_spread_s: np.ndarray  # f8[N] how far apart its keys may sound
    chord_ornament: np.ndarray  # i8[N, 2] pitches an ornament may add
    chord_ornament_s: np.ndarray  # f8[N] nominal seconds the ornament lasts
    chord_long: np.ndarray  # i8[N, 2] pitches around its long notes: where shakes go unwritten
    chord_long_s: np.ndarray  # f8[N] nominal seconds those last
    chord_entry: np.ndarray  # f8[N] log probability of starting afresh here
    chord_segment: np.ndarray  # i4[N]
    key_pitch: np.ndarray  # u1[K]
    segment_first: np.ndarray  # i4[S] first chord
    segment_last: np.ndarray  # i4[S] one past the last chord
    segment_span_s: np.ndarray  # f8[S, 2] nominal start and end
    segment_span_q: np.ndarray  # f8[S, 2]
    way_first: np.ndarray  # i4[S + 1]
    way_target: np.ndarray  # i4[W] segment
    way_when: np.ndarray  # i8[W] bit n: the notation asks for it after visit n + 1
    way_gap_s: np.ndarray  # f8[W] nominal seconds of silent segments in between
    way_gap_q: np.ndarray  # f8[W]
    tour_segment: np.ndarray  # i4[V] segments in the order the notation asks for
    tour_travel: np.ndarray  # f8[V] quarters travelled minus quarters as written, there
    tour_visits: np.ndarray  # i4[V, S] times each segment has been entered by then
    posting_first: np.ndarray  # i4[129] where each pitch's postings begin
    posting_chord: np.ndarray  # i4[K] chords that contain the pitch, ascending
    posting_bit: np.ndarray  # u1[K] which key of the chord it is
