"""The one axis on which truth and reports meet: quarters travelled in the order really played.

Alignment tables count quarters and passes through the score *with every repeat written
out*; the event stream counts what the player really travelled. The two agree unless a
repeat is left out. Then the table still names the notes of the silent visit (all missed),
or leaves them out as well, and the stream knows nothing of it: the visit's length is
taken out of the axis, and the passes of that segment are counted again over the visits
that were played. So a first ending skipped, or a second time through left out, are both
plain "pass 1" in the stream.

Rows are placed by note id and pass, not by the table's own quarters, so another reading
of pickups or of odd bar lengths does no harm.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from repetiteur.benchmarks.alignment import Row
from repetiteur.realtime.score import PlayOrder, Score

SILENT_SHARE = 0.1  # a visit with fewer of its notes played than this was left out
SILENT_ONSETS = 4  # fewer onsets than this are missed notes, not a visit left out


@dataclass(frozen=True, slots=True)
class Visit:
    """One time through a segment."""

    segment: int
    written_pass: int  # counted over the order with all repeats
    pass_: int  # counted over what was played; 0 when left out
    travel_q: float  # where it begins on the axis


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row of the table lies. ``note`` indexes ``Score.notes``."""

    note: int
    pass_: int  # 0: in a visit that was left out
    travel_q: float


@dataclass(frozen=True, slots=True)
class Axis:
    visits: tuple[Visit, ...]
    places: tuple[Place | None, ...]  # one per row; None for extra notes and unknown ids
    unknown: int  # score notes of the table that the score does not have
    as_notated: bool  # the table's order is the score's own

    @property
    def left_out(self) -> int:
        return sum(visit.pass_ == 0 for visit in self.visits)


def lay_out(rows: Sequence[Row], score: Score) -> Axis:
    """Place every row of a table."""
    notes = identify(rows, score)
    segments = segments_of(score, score.notes["onset_q"])
    stays: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row, known in zip(rows, notes, strict=True):
        if known is not None:
            stays[int(segments[known[0]]), known[1]].append(row)
    order, as_notated = _order(stays, score.play_order)
    silent = _silent(order, stays, score.play_order) | _unmentioned(
        order, stays, frozenset(segments.tolist())
    )
    visits = _count(order, silent, score)
    by_key = {(visit.segment, visit.written_pass): visit for visit in visits}
    places = []
    for known in notes:
        if known is None:
            places.append(None)
            continue
        visit = by_key[int(segments[known[0]]), known[1]]
        start = score.play_order.segments[visit.segment].start_q
        places.append(
            Place(known[0], visit.pass_, visit.travel_q + float(score.notes["onset_q"][known[0]]) - start)
        )
    unknown = sum(row.score is not None and known is None for row, known in zip(rows, notes, strict=True))
    return Axis(visits, tuple(places), unknown, as_notated)


def segments_of(score: Score, q: np.ndarray) -> np.ndarray:
    """Index of the segment that holds each written place."""
    starts = np.array([segment.start_q for segment in score.play_order.segments])
    return np.clip(np.searchsorted(starts, np.asarray(q) + 1e-6, side="right") - 1, 0, len(starts) - 1)


def identify(rows: Sequence[Row], score: Score) -> list[tuple[int, int] | None]:
    """(note index, written pass) of each row's score note.

    By id: the score's own, or the score's own with ``-pass`` behind it. Tables made from
    MIDI files number their notes in their own way; when most ids are strangers, notes are
    paired by pitch, in order of onset through all repeats, instead.
    """
    index = {}
    for number, name in enumerate(score.note_ids):
        index.setdefault(name, number)
    found: list[tuple[int, int] | None] = []
    for row in rows:
        found.append(None if row.score is None else _by_id(row.score.id, index))
    named = sum(row.score is not None for row in rows)
    agreeing = sum(
        known is not None and row.score is not None and int(score.notes["pitch"][known[0]]) == row.score.pitch
        for row, known in zip(rows, found, strict=True)
    )
    return found if agreeing >= 0.9 * named else _by_pitch(rows, score)


def _by_id(name: str, index: dict[str, int]) -> tuple[int, int] | None:
    if name in index:
        return index[name], 1
    stem, _, suffix = name.rpartition("-")
    return (index[stem], int(suffix)) if stem in index and suffix.isdigit() else None


def _by_pitch(rows: Sequence[Row], score: Score) -> list[tuple[int, int] | None]:
    table: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for number, row in enumerate(rows):
        if row.score is not None:
            table[row.score.pitch].append((row.score.onset_q, number))
    written = _written_out(score)
    first_q = min((onset_q for entries in table.values() for onset_q, _ in entries), default=0.0)
    shift_q = min(onset_q for onset_q, _, _ in written) - first_q  # tables may count from the first note
    found: list[tuple[int, int] | None] = [None] * len(rows)
    for pitch, entries in table.items():
        known = [each for each in written if int(score.notes["pitch"][each[1]]) == pitch]
        if len(known) == len(entries):
            for (_, number), (_, note, which_pass) in zip(sorted(entries), known, strict=True):
                found[number] = note, which_pass
        elif known:
            onsets = np.array([onset_q for onset_q, _, _ in known])
            for onset_q, number in entries:
                nearest = int(np.argmin(np.abs(onsets - onset_q - shift_q)))
                if abs(onsets[nearest] - onset_q - shift_q) < 0.26:
                    found[number] = known[nearest][1:]
    return found


def _written_out(score: Score) -> list[tuple[float, int, int]]:
    """(quarters travelled, note, pass) of every note, repeats written out, in order."""
    segment = segments_of(score, score.notes["onset_q"])
    passes: Counter[int] = Counter()
    out, travel_q = [], score.start_q
    for visited in score.play_order.notated:
        passes[visited] += 1
        begin_q, end_q = score.play_order.segments[visited].start_q, score.play_order.segments[visited].end_q
        for note in np.flatnonzero(segment == visited):
            onset_q = travel_q + float(score.notes["onset_q"][note]) - begin_q
            out.append((onset_q, int(note), passes[visited]))
        travel_q += end_q - begin_q
    return out


def _order(
    stays: dict[tuple[int, int], list[Row]], play_order: PlayOrder
) -> tuple[list[tuple[int, int]], bool]:
    """Segments and their written passes, in order; and whether that is the score's own order."""
    seen = sorted(
        stays, key=lambda key: float(np.median([row.score.onset_q for row in stays[key] if row.score]))
    )
    passes: Counter[int] = Counter()
    notated = []
    for segment in play_order.notated:
        passes[segment] += 1
        notated.append((segment, passes[segment]))
    where = {key: place for place, key in enumerate(notated)}
    agrees = all(key in where for key in seen) and all(where[one] < where[two] for one, two in pairwise(seen))
    return (notated, True) if agrees else (seen, False)


def _silent(
    order: list[tuple[int, int]], stays: dict[tuple[int, int], list[Row]], play_order: PlayOrder
) -> frozenset[int]:
    """Places in the order where a run of visits was left out and the way past it exists."""
    ways = {(edge.source, edge.target) for edge in play_order.edges}
    silent: set[int] = set()
    start = 0
    while start < len(order):
        stop = start
        onsets: set[float] = set()
        while stop < len(order) and _unplayed(stays.get(order[stop], [])):
            onsets |= {row.score.onset_q for row in stays.get(order[stop], []) if row.score}
            stop += 1
        inside = start > 0 and stop < len(order)
        if inside and len(onsets) >= SILENT_ONSETS and (order[start - 1][0], order[stop][0]) in ways:
            silent |= set(range(start, stop))
        start = max(stop, start + 1)
    return frozenset(silent)


def _unmentioned(
    order: list[tuple[int, int]], stays: dict[tuple[int, int], list[Row]], sounding: frozenset[int]
) -> frozenset[int]:
    """Places in the order, between visits the table has, of visits it does not have at all."""
    had = [place for place, key in enumerate(order) if key in stays]
    between = range(had[0], had[-1]) if had else range(0)
    return frozenset(place for place in between if order[place] not in stays and order[place][0] in sounding)


def _unplayed(rows: list[Row]) -> bool:
    return sum(row.is_match for row in rows) <= SILENT_SHARE * len(rows)


def _count(order: list[tuple[int, int]], silent: frozenset[int], score: Score) -> tuple[Visit, ...]:
    passes: Counter[int] = Counter()
    visits = []
    travel_q = score.play_order.segments[order[0][0]].start_q if order else 0.0
    for place, (segment, written_pass) in enumerate(order):
        if place in silent:
            visits.append(Visit(segment, written_pass, 0, travel_q))
            continue
        passes[segment] += 1
        visits.append(Visit(segment, written_pass, passes[segment], travel_q))
        stretch = score.play_order.segments[segment]
        travel_q += stretch.end_q - stretch.start_q
    return tuple(visits)
