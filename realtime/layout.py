"""From the score of musicians to the arrays of the kernels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repetiteur.kernels.likelihood import passing_costs
from repetiteur.kernels.score_arrays import CHORD, ScoreArrays, chords_before, postings_of, table
from repetiteur.realtime.chords import Chords, gather
from repetiteur.realtime.score import PlayOrder, Score
from repetiteur.realtime.ways import find_ways

FRESH_START = -10.0  # log probability, per note, that the player starts afresh somewhere without a pause
AT_BAR, AT_BEAT, ANYWHERE = 0.0, -1.5, -3.0  # log weights of where he then does


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """``arrays`` for the kernels, and the way back from their keys to the score's notes.

    The columns are views for reading single values quickly: of a memoryview these are plain
    ``int``, ``float`` and ``bool``.
    """

    arrays: ScoreArrays
    key_note: memoryview  # index of the score note a key stands for
    twins: dict[int, tuple[int, ...]]  # key -> further score notes of that key: voices in unison
    key_chord: memoryview
    key_pitch: memoryview
    chord_grace: memoryview  # made of grace notes only
    chord_q: memoryview
    chord_s: memoryview  # nominal
    chord_first: memoryview  # key
    chord_last: memoryview  # one past the last key
    chord_segment: memoryview

    @property
    def chords(self) -> int:
        return len(self.arrays.chords)


def _laid_out(
    arrays: ScoreArrays,
    key_note: memoryview,
    twins: dict[int, tuple[int, ...]],
    key_chord: memoryview,
    grace: memoryview,
) -> Layout:
    columns = (arrays.chords[name].data for name in ("q", "s", "first", "last", "segment"))
    return Layout(arrays, key_note, twins, key_chord, arrays.key_pitch.data, grace, *columns)


def lay_out(score: Score) -> Layout:
    """Group notes into chords, keys and segments, and index them by pitch."""
    if not len(score.notes):
        raise ValueError("a score without notes cannot be followed")
    chords = gather(score)
    ways = find_ways(score, score.play_order, chords.q)
    records = table(
        CHORD, len(chords.q), pitches=chords.pitches, needed=chords.needed, s=chords.seconds,
        spread_s=chords.spread_s, passing=passing_costs(chords.needed), entry=_entries(score, chords),
        first=chords.first[:-1], last=chords.first[1:], segment=ways.chord_segment, q=chords.q,
        ornament=chords.ornament, ornament_s=chords.ornament_s, long=chords.long, long_s=chords.long_s,
    )  # fmt: skip
    key_chord = np.repeat(np.arange(len(records)), np.diff(chords.first)).astype(np.int32)
    key_pitch = score.notes["pitch"][chords.key_note].astype(np.uint8)
    postings = postings_of(records, key_pitch)
    postings["before"] = chords_before(postings, records, ways.segments)
    posting_first = np.searchsorted(np.sort(key_pitch), np.arange(129)).astype(np.int32)
    arrays = ScoreArrays(
        records, key_pitch, ways.segments, ways.ways, ways.tour, ways.tour_visits,
        postings, posting_first,
    )  # fmt: skip
    twins: dict[int, tuple[int, ...]] = {}
    for key, note in chords.twins:
        twins[key] = (*twins.get(key, ()), note)
    return _laid_out(arrays, chords.key_note.data, twins, key_chord.data, chords.grace.data)


def reroute(layout: Layout, score: Score, order: PlayOrder) -> Layout:
    """The same notes with another play order."""
    arrays = layout.arrays
    ways = find_ways(score, order, arrays.chords["q"])
    chords, postings = arrays.chords.copy(), arrays.postings.copy()
    chords["segment"] = ways.chord_segment
    postings["before"] = chords_before(postings, chords, ways.segments)
    arrays = arrays._replace(
        chords=chords, segments=ways.segments, ways=ways.ways, tour=ways.tour,
        tour_visits=ways.tour_visits, postings=postings,
    )  # fmt: skip
    return _laid_out(arrays, layout.key_note, layout.twins, layout.key_chord, layout.chord_grace)


def _entries(score: Score, chords: Chords) -> np.ndarray:
    """Log probability of a fresh start at each chord: at bars, less often at beats, seldom elsewhere."""
    bars = score.bars
    bar = np.clip(np.searchsorted(bars["start_q"], chords.q + 1e-6, side="right") - 1, 0, len(bars) - 1)
    into_q = chords.q - bars["start_q"][bar]
    beat = (into_q + bars["missing_q"][bar]) * bars["lower"][bar] / 4.0
    on_beat = np.abs(beat - np.round(beat)) < 1e-3
    weight = np.where(np.abs(into_q) < 1e-3, AT_BAR, np.where(on_beat, AT_BEAT, ANYWHERE))
    return FRESH_START + weight - np.log(np.sum(np.exp(weight)))
