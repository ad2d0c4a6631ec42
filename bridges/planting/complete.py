"""A take without its mistakes: what the pianist meant, to plant known mistakes into.

Matched notes are kept as they were played (with the key the score asks for), extra notes
are left out, and what was missed is played when it was due; nothing is played before the
take begins or after it ends. So nothing in it is a mistake, and it breathes like the
original. Two faults of alignment tables must not become mistakes:

unlisted   Score notes the table does not know (a tie of the file read otherwise) were
           struck all the same; they are played when due.
astray     A match that sounds ``ASTRAY_S`` away from every other note of its onset, or as
           much outside the time between the onsets around it, pairs the wrong two notes;
           it is played when due.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from repetiteur.bridges.planting.alignment import PlayedSide, Row
from repetiteur.bridges.planting.rising import longest_rising
from repetiteur.bridges.planting.strokes import Stroke
from repetiteur.bridges.planting.travel import Axis, Place, lay_out, segments_of
from repetiteur.realtime.score import NoteKind, Score

TYPICAL_DURATION_S = 0.2
TYPICAL_VELOCITY = 60
ASTRAY_S = 0.3


@dataclass(frozen=True, slots=True)
class Meant:
    """A stroke and the place in the score it belongs to."""

    stroke: Stroke
    travel_q: float
    bar_travel_q: float  # where its bar began
    is_plain: bool  # no grace, cue or ornament: may be planted with a mistake


def complete_performance(rows: Sequence[Row], score: Score) -> list[Meant]:
    """Every required note of the score, by onset."""
    axis = lay_out(rows, score)
    pairs = [
        (row.played, place)
        for row, place in zip(rows, axis.places, strict=True)
        if place is not None and place.pass_
    ]
    pairs += [(None, place) for place in _unlisted(axis, score)]
    line = _Line(pairs, score)
    key_of = same_key(score)
    meant: dict[tuple[str, int], Meant] = {}
    for played, place in sorted(pairs, key=lambda pair: pair[0] is None):  # a played twin comes first
        name = score.note_ids[place.note]
        key = key_of.get(name, name), place.pass_
        note = _meant(played, place, score, line)
        if key not in meant and note is not None:
            meant[key] = note
    return sorted(meant.values(), key=lambda note: (note.stroke.onset_s, note.stroke.pitch))


def same_key(score: Score) -> dict[str, str]:
    """For every note whose key another note strikes at the same moment: the first of them."""
    first: dict[tuple[float, int], str] = {}
    found: dict[str, str] = {}
    for name, note in zip(score.note_ids, score.notes, strict=True):
        place = round(float(note["onset_q"]), 3), int(note["pitch"])
        standing_for = first.setdefault(place, name)
        if standing_for != name:
            found[name] = standing_for
    return found


def _unlisted(axis: Axis, score: Score) -> Iterator[Place]:
    """Where the notes that the table does not know at all were played."""
    listed = {place.note for place in axis.places if place is not None}
    segments = segments_of(score, score.notes["onset_q"])
    for visit in axis.visits:
        start_q = score.play_order.segments[visit.segment].start_q
        for note in np.flatnonzero(segments == visit.segment).tolist():
            if visit.pass_ and note not in listed:
                travel_q = visit.travel_q + float(score.notes["onset_q"][note]) - start_q
                yield Place(note, visit.pass_, travel_q)


class _Line:
    """When each onset was played, by most of its notes."""

    def __init__(self, pairs: Sequence[tuple[PlayedSide | None, Place]], score: Score) -> None:
        heard: dict[float, list[float]] = defaultdict(list)
        for played, place in pairs:
            if played is not None and score.notes["kind"][place.note] == NoteKind.PLAIN:
                heard[round(place.travel_q, 4)].append(played.onset_s)
        places = sorted(heard)
        medians = np.array([np.median(heard[place]) for place in places])
        kept = longest_rising(medians)
        self._heard = heard
        self._places = [places[k] for k in kept]
        self._times = medians[kept]

    def time_at(self, travel_q: float) -> float:
        """Seconds when this place was played or due."""
        return float(np.interp(travel_q, self._places, self._times))

    def covers(self, travel_q: float) -> bool:
        """Whether the take had begun here, and not yet ended."""
        return self._places[0] <= round(travel_q, 4) <= self._places[-1]

    def is_astray(self, onset_s: float, travel_q: float) -> bool:
        """See the module."""
        place = round(travel_q, 4)
        apart = sorted(abs(onset_s - other) for other in self._heard[place])
        if len(apart) > 1 and apart[1] > ASTRAY_S:  # the first is the note itself
            return True
        at = bisect_left(self._places, place)
        after = at + (at < len(self._places) and self._places[at] == place)
        too_early = at > 0 and onset_s < self._times[at - 1] - ASTRAY_S
        too_late = after < len(self._places) and onset_s > self._times[after] + ASTRAY_S
        return bool(too_early or too_late)


def _meant(played: PlayedSide | None, place: Place, score: Score, line: _Line) -> Meant | None:
    note = score.notes[place.note]
    plain = note["kind"] == NoteKind.PLAIN
    if played is not None and plain and line.is_astray(played.onset_s, place.travel_q):
        played = None
    if played is None:
        if not plain or not line.covers(place.travel_q):
            return None
        onset_s, span_s, velocity = line.time_at(place.travel_q), TYPICAL_DURATION_S, TYPICAL_VELOCITY
    else:
        onset_s, span_s, velocity = played.onset_s, played.duration_s, played.velocity
    stroke = Stroke(onset_s, span_s, int(note["pitch"]), velocity, note=place.note)
    bar_q = float(score.bars["start_q"][score.bar_at(float(note["onset_q"]))])
    bar_travel_q = place.travel_q - (float(note["onset_q"]) - bar_q)
    return Meant(stroke, place.travel_q, bar_travel_q, bool(plain and not note["ornament"]))
