"""From the score of musicians to the arrays of the kernels."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from repetiteur.kernels.likelihood import passing_costs
from repetiteur.kernels.score_arrays import ScoreArrays
from repetiteur.realtime.chords import Chords, gather
from repetiteur.realtime.score import PlayOrder, Score
from repetiteur.realtime.ways import Ways, find_ways

FRESH_START = -10.0  # log probability, per note, that the player starts afresh somewhere without a pause
AT_BAR, AT_BEAT, ANYWHERE = 0.0, -1.5, -3.0  # log weights of where he then does


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """``arrays`` for the kernels, and the way back from their keys to the score's notes."""

    arrays: ScoreArrays
    key_note: np.ndarray  # i4[K] index of the score note a key stands for
    twins: dict[int, tuple[int, ...]]  # key -> further score notes of that key: voices in unison
    key_chord: np.ndarray  # i4[K]
    chord_grace: np.ndarray  # bool[N] made of grace notes only

    @property
    def chords(self) -> int:
        return len(self.arrays.chord_s)


def lay_out(score: Score) -> Layout:
    """Group notes into chords, keys and segments, and index them by pitch."""
    if not len(score.notes):
        raise ValueError("a score without notes cannot be followed")
    chords = gather(score)
    ways = find_ways(score, score.play_order, chords.q)
    key_chord = np.repeat(np.arange(len(chords.q)), np.diff(chords.first)).astype(np.int32)
    key_pitch = score.notes["pitch"][chords.key_note].astype(np.uint8)
    by_pitch = np.lexsort((key_chord, key_pitch))
    arrays = ScoreArrays(
        chord_s=chords.seconds,
        chord_q=chords.q,
        chord_first=chords.first,
        chord_pitches=chords.pitches,
        chord_needed=chords.needed,
        chord_passing=passing_costs(chords.needed),
        chord_spread_s=chords.spread_s,
        chord_ornament=chords.ornament,
        chord_ornament_s=chords.ornament_s,
        chord_long=chords.long,
        chord_long_s=chords.long_s,
        chord_entry=_entries(score, chords),
        key_pitch=key_pitch,
        posting_first=np.searchsorted(key_pitch[by_pitch], np.arange(129)).astype(np.int32),
        posting_chord=key_chord[by_pitch],
        posting_bit=chords.key_bit[by_pitch],
        **_columns(ways),
    )
    twins: dict[int, tuple[int, ...]] = {}
    for key, note in chords.twins:
        twins[key] = (*twins.get(key, ()), note)
    return Layout(arrays, chords.key_note, twins, key_chord, chords.grace)


def reroute(layout: Layout, score: Score, order: PlayOrder) -> Layout:
    """The same notes with another play order."""
    ways = find_ways(score, order, layout.arrays.chord_q)
    return replace(layout, arrays=layout.arrays._replace(**_columns(ways)))


def _columns(ways: Ways) -> dict[str, np.ndarray]:
    return {field.name: getattr(ways, field.name) for field in fields(ways)}


def _entries(score: Score, chords: Chords) -> np.ndarray:
    """Log probability of a fresh start at each chord: at bars, less often at beats, seldom elsewhere."""
    bars = score.bars
    bar = np.clip(np.searchsorted(bars["start_q"], chords.q + 1e-6, side="right") - 1, 0, len(bars) - 1)
    into_q = chords.q - bars["start_q"][bar]
    beat = (into_q + bars["missing_q"][bar]) * bars["lower"][bar] / 4.0
    on_beat = np.abs(beat - np.round(beat)) < 1e-3
    weight = np.where(np.abs(into_q) < 1e-3, AT_BAR, np.where(on_beat, AT_BEAT, ANYWHERE))
    return FRESH_START + weight - np.log(np.sum(np.exp(weight)))
