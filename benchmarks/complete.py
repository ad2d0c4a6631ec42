"""A take without its mistakes: what the pianist meant, to plant known mistakes into.

Matched notes are kept as they were played (with the key the score asks for), extra notes
are left out, and what was missed is played when it was due. So nothing in it is a mistake,
and it breathes like the original.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from repetiteur.benchmarks.alignment import Row
from repetiteur.benchmarks.leeway import same_key
from repetiteur.benchmarks.strokes import Stroke
from repetiteur.benchmarks.travel import Place, lay_out
from repetiteur.benchmarks.truth import build_truth
from repetiteur.realtime.score import NoteKind, Score

TYPICAL_DURATION_S = 0.2
TYPICAL_VELOCITY = 60


@dataclass(frozen=True, slots=True)
class Meant:
    """A stroke and the place in the score it belongs to."""

    stroke: Stroke
    travel_q: float
    bar_travel_q: float  # where its bar began
    is_plain: bool  # no grace, cue or ornament: may be planted with a mistake


def complete_performance(rows: Sequence[Row], score: Score) -> list[Meant]:
    """Every required note of the score, by onset."""
    truth = build_truth(rows, score)

    def time_at(travel_q: float) -> float:
        return float(np.interp(travel_q, truth.onsets[:, 0], truth.onsets[:, 1]))

    axis = lay_out(rows, score)
    key_of = same_key(score)
    meant: dict[tuple[str, int], Meant] = {}
    pairs = [
        (row, place)
        for row, place in zip(rows, axis.places, strict=True)
        if place is not None and place.pass_
    ]
    for row, place in sorted(pairs, key=lambda pair: not pair[0].is_match):  # a played twin comes first
        name = score.note_ids[place.note]
        key = key_of.get(name, name), place.pass_
        note = _meant(row, place, score, time_at)
        if key not in meant and note is not None:
            meant[key] = note
    return sorted(meant.values(), key=lambda note: (note.stroke.onset_s, note.stroke.pitch))


def _meant(row: Row, place: Place, score: Score, time_at: Callable[[float], float]) -> Meant | None:
    note = score.notes[place.note]
    plain = note["kind"] == NoteKind.PLAIN
    if row.played is None:
        if not plain:
            return None
        span_s = TYPICAL_DURATION_S
        stroke = Stroke(time_at(place.travel_q), span_s, int(note["pitch"]), TYPICAL_VELOCITY)
    else:
        played = row.played
        stroke = Stroke(played.onset_s, played.duration_s, int(note["pitch"]), played.velocity)
    bar_q = float(score.bars["start_q"][score.bar_at(float(note["onset_q"]))])
    bar_travel_q = place.travel_q - (float(note["onset_q"]) - bar_q)
    return Meant(stroke, place.travel_q, bar_travel_q, bool(plain and not note["ornament"]))
