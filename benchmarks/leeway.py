"""What a fair count sets aside: verdicts nobody could call right or wrong from table and score.

Alignment tables pair each score note with at most one played note, so they call things
mistakes that are none. Set aside, from the score and the truth alone:

same key     Two voices on one key at one moment are one note: played when the key was played.
optional     Grace and cue notes need not be played.
ornamental   A note the table calls extra, but which belongs to an ornament printed in the
             score: within the time of a trill, mordent, turn, tremolo or glissando (from
             ``BEFORE_S`` before it to ``AFTER_S`` after it) and near it in pitch; or the pitch
             of a printed grace note within ``GRACE_S`` of its place. Which of an ornament's
             notes is *the* score note is a matter of taste: each counts as the right one.
disputed     The table pairs a score note with another key: right to one ear, wrong to another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from repetiteur.bridges.planting.alignment import Row
from repetiteur.bridges.planting.complete import same_key
from repetiteur.bridges.planting.travel import Axis
from repetiteur.realtime.score import NoteKind, Ornament, Score

BEFORE_S = 0.25
AFTER_S = 0.05
GRACE_S = 0.35
NEIGHBOUR_SEMITONES = 3
NEIGHBOURS = Ornament.TRILL | Ornament.MORDENT | Ornament.TURN

Name = tuple[str, int]  # note id, pass


@dataclass(frozen=True, slots=True)
class Leeway:
    """See the module. Played notes are numbered as the truth numbers them."""

    key_of: dict[str, str]  # note id -> the id that stands for all notes of that key and moment
    optional: frozenset[str]
    ornamental: dict[int, Name | None]  # extra note -> the score note it adorns; None: a grace note
    disputed: frozenset[int]

    def key(self, name: Name) -> Name:
        return self.key_of.get(name[0], name[0]), name[1]


@dataclass(frozen=True, slots=True)
class _Adorned:
    """One printed ornament at one time through."""

    name: Name | None
    start_s: float
    end_s: float
    pitches: frozenset[int]  # empty: any


def find_leeway(
    rows: Sequence[Row], axis: Axis, score: Score, time_at: Callable[[float], float], numbers: dict[str, int]
) -> Leeway:
    """``time_at``: seconds at a place of travel; ``numbers``: the table's played ids to numbers."""
    adorned = list(_adorned(rows, axis, score, time_at))
    ornamental: dict[int, Name | None] = {}
    for row in rows:
        if row.played is None or row.score is not None:
            continue
        for ornament in adorned:
            near = ornament.start_s <= row.played.onset_s <= ornament.end_s
            if near and (not ornament.pitches or row.played.pitch in ornament.pitches):
                ornamental[numbers[row.played.id]] = ornament.name
                break
    kinds = score.notes["kind"]
    optional = frozenset(
        name for name, kind in zip(score.note_ids, kinds, strict=True) if kind != NoteKind.PLAIN
    )
    disputed = frozenset(
        numbers[row.played.id] for row in rows if row.played is not None and is_disputed(row)
    )
    return Leeway(same_key(score), optional, ornamental, disputed)


def is_disputed(row: Row) -> bool:
    return row.score is not None and row.played is not None and row.score.pitch != row.played.pitch


def _adorned(rows: Sequence[Row], axis: Axis, score: Score, time_at: Callable[[float], float]):
    for row, place in zip(rows, axis.places, strict=True):
        if place is None or not place.pass_:
            continue
        note = score.notes[place.note]
        ornament, pitch = Ornament(int(note["ornament"])), int(note["pitch"])
        due_s = row.played.onset_s if row.played is not None else time_at(place.travel_q)
        if note["kind"] == NoteKind.GRACE:
            yield _Adorned(None, due_s - GRACE_S, due_s + GRACE_S, frozenset({pitch}))
            continue
        name = score.note_ids[place.note], place.pass_
        start_s = due_s - BEFORE_S
        end_s = max(due_s, time_at(place.travel_q + float(note["duration_q"]))) + AFTER_S
        if ornament & NEIGHBOURS:
            near = range(pitch - NEIGHBOUR_SEMITONES, pitch + NEIGHBOUR_SEMITONES + 1)
            yield _Adorned(name, start_s, end_s, frozenset(near))
        if ornament & Ornament.TREMOLO:
            yield _Adorned(name, start_s, end_s, _tremolo_pitches(score, note))
        if ornament & Ornament.GLISSANDO:
            yield _Adorned(name, start_s, end_s, frozenset())


def _tremolo_pitches(score: Score, note: np.void) -> frozenset[int]:
    """The chord it belongs to, and all that tremolo notes in its bar and voice have."""
    notes = score.notes
    together = np.abs(notes["onset_q"] - note["onset_q"]) < 1e-3
    partners = (
        (notes["bar"] == note["bar"])
        & (notes["voice"] == note["voice"])
        & (notes["ornament"] & Ornament.TREMOLO > 0)
    )
    return frozenset(int(pitch) for pitch in notes["pitch"][together | partners])
