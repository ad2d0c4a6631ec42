"""What really happened in a take: when each score onset was played, and the label of every note."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from repetiteur.benchmarks.leeway import Leeway, Name, find_leeway, is_disputed
from repetiteur.benchmarks.note_metrics import Labels
from repetiteur.benchmarks.position_metrics import clean_truth
from repetiteur.benchmarks.takes import Take
from repetiteur.bridges.planting.alignment import Row, read_alignment, read_hand_onsets, read_regions
from repetiteur.bridges.planting.travel import Axis, lay_out
from repetiteur.realtime.score import Score

SAME_NOTE_S = 0.02  # a table's note and the MIDI file's are one note when this close


@dataclass(frozen=True, slots=True)
class Due:
    """When a score note was played or, left out, should have been; and how long a beat lasts there."""

    at_s: float
    beat_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """Positions by onset, labels by note. Score notes are (note id, pass), played notes
    numbered as the table lists them."""

    onsets: np.ndarray  # (travel_q, time_s)
    written_q: np.ndarray  # of each onset
    dropped: int  # onsets left out because their times went backwards
    axis: Axis
    labels: Labels
    played: tuple[tuple[float, int], ...]  # (onset_s, pitch) of each played note of the table
    due: dict[Name, Due]  # every score note of the table
    missed_due: tuple[tuple[float, int], ...]  # (time_s, pitch) of missed notes, where the table knows
    undecided: frozenset[Name]  # score notes without a label, or with a disputed one
    listed: frozenset[str]  # ids of score notes the table mentions at all
    leeway: Leeway
    error_regions: tuple[tuple[float, float], ...] | None  # None: nobody marked any


def read_truth(take: Take, score: Score) -> Truth:
    """The truth of one take on the axis of travel."""
    rows = read_alignment(take.table)
    hand = read_hand_onsets(take.hand_onsets) if take.hand_onsets else None
    regions = read_regions(take.error_regions) if take.error_regions else None
    return build_truth(rows, score, hand, regions)


def build_truth(
    rows: Sequence[Row],
    score: Score,
    hand_onsets: Sequence[tuple[float, float]] | None = None,
    error_regions: tuple[tuple[float, float], ...] | None = None,
) -> Truth:
    """See ``Truth``. ``hand_onsets`` (unfolded quarters, seconds) replace the table's onset times."""
    axis = lay_out(rows, score)
    if hand_onsets is None:
        pairs = _matched_onsets(rows, axis, score)
    else:
        pairs = _hand_placed(rows, axis, score, hand_onsets)
    onsets, dropped = clean_truth([(travel_q, time_s) for travel_q, time_s, _ in pairs])
    written = {round(travel_q, 4): written_q for travel_q, _, written_q in pairs}
    numbers: dict[str, int] = {}  # a played note may stand in two rows: one key, two score notes
    played: list[tuple[float, int]] = []
    for row in rows:
        if row.played is not None and numbers.setdefault(row.played.id, len(numbers)) == len(played):
            played.append((row.played.onset_s, row.played.pitch))

    def time_at(travel_q: float) -> float:
        return float(np.interp(travel_q, onsets[:, 0], onsets[:, 1]))

    labels, missed_due, undecided = _labels(rows, axis, score, numbers)
    return Truth(
        onsets=onsets,
        written_q=np.array([written[place] for place in onsets[:, 0]]),
        dropped=dropped,
        axis=axis,
        labels=labels,
        played=tuple(played),
        due=_due(rows, axis, score, time_at),
        missed_due=missed_due,
        undecided=undecided,
        listed=frozenset(score.note_ids[place.note] for place in axis.places if place is not None),
        leeway=find_leeway(rows, axis, score, time_at, numbers),
        error_regions=error_regions,
    )


def until(truth: Truth, end_s: float) -> Truth:
    """What happened before then; played notes are numbered anew. Of notes due later nothing is known."""
    early = truth.onsets[:, 1] < end_s
    kept = [number for number, (onset_s, _) in enumerate(truth.played) if onset_s < end_s]
    number = {old: new for new, old in enumerate(kept)}
    due = {name: due for name, due in truth.due.items() if due.at_s < end_s}
    labels, leeway = truth.labels, truth.leeway
    return replace(
        truth,
        onsets=truth.onsets[early],
        written_q=truth.written_q[early],
        labels=Labels(
            frozenset((*match[:2], number[match[2]]) for match in labels.matches if match[2] in number),
            frozenset(number[old] for old in labels.extra if old in number),
            labels.missed & due.keys(),
        ),
        played=tuple(truth.played[old] for old in kept),
        due=due,
        missed_due=tuple(item for item in truth.missed_due if item[0] < end_s),
        undecided=truth.undecided | (truth.due.keys() - due.keys()),
        leeway=replace(
            leeway,
            ornamental={number[old]: name for old, name in leeway.ornamental.items() if old in number},
            disputed=frozenset(number[old] for old in leeway.disputed if old in number),
        ),
    )


def pair_played(
    table: Sequence[tuple[float, int]], heard: Sequence[tuple[float, int]], same_note_s: float = SAME_NOTE_S
) -> list[int | None]:
    """For each heard (onset_s, pitch) its index in the table, one to one, nearest in time."""
    free: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for index, (onset_s, pitch) in enumerate(table):
        free[pitch].append((onset_s, index))
    for entries in free.values():
        entries.sort()
    found: list[int | None] = []
    for onset_s, pitch in heard:
        entries = free[pitch]
        nearest = min(range(len(entries)), key=lambda k: abs(entries[k][0] - onset_s), default=None)
        if nearest is not None and abs(entries[nearest][0] - onset_s) <= same_note_s:
            found.append(entries.pop(nearest)[1])
        else:
            found.append(None)
    return found


def _matched_onsets(rows: Sequence[Row], axis: Axis, score: Score) -> list[tuple[float, float, float]]:
    """(travel, time, written place) of every matched note that is not a grace note."""
    out = []
    for row, place in zip(rows, axis.places, strict=True):
        if row.played is None or row.score is None or place is None or not place.pass_:
            continue
        if row.score.duration_q > 0:  # by the table alone: a score reader must not pick what is measured
            out.append((place.travel_q, row.played.onset_s, float(score.notes["onset_q"][place.note])))
    return out


def _hand_placed(
    rows: Sequence[Row], axis: Axis, score: Score, hand_onsets: Sequence[tuple[float, float]]
) -> list[tuple[float, float, float]]:
    """Hand onsets moved from the table's own quarters to travel, by the nearest note at or before."""
    anchors = sorted(
        (row.score.onset_q, place.travel_q, float(score.notes["onset_q"][place.note]))
        for row, place in zip(rows, axis.places, strict=True)
        if row.score is not None and place is not None
    )
    table_q = np.array([anchor[0] for anchor in anchors])
    out = []
    for unfolded_q, time_s in hand_onsets:
        nearest = max(int(np.searchsorted(table_q, unfolded_q + 1e-3, side="right")) - 1, 0)
        anchor_q, travel_q, written_q = anchors[nearest]
        out.append((travel_q + unfolded_q - anchor_q, time_s, written_q + unfolded_q - anchor_q))
    return out


def _due(rows: Sequence[Row], axis: Axis, score: Score, time_at: Callable[[float], float]) -> dict[Name, Due]:
    found = {}
    for row, place in zip(rows, axis.places, strict=True):
        if place is None or not place.pass_:
            continue
        at_s = time_at(place.travel_q)
        if row.played is not None:
            at_s = row.played.onset_s
        elif row.due_s is not None:
            at_s = row.due_s
        bar = score.bars[score.bar_at(float(score.notes["onset_q"][place.note]))]
        beat_s = time_at(place.travel_q + 4.0 / float(bar["lower"])) - time_at(place.travel_q)
        found[score.note_ids[place.note], place.pass_] = Due(at_s, beat_s)
    return found


def _labels(
    rows: Sequence[Row], axis: Axis, score: Score, numbers: dict[str, int]
) -> tuple[Labels, tuple[tuple[float, int], ...], frozenset[Name]]:
    matches, extra, missed, undecided = set(), set(), set(), set()
    due: list[tuple[float, int]] = []
    for row, place in zip(rows, axis.places, strict=True):
        if row.score is None or place is None:
            if row.played is not None:
                extra.add(numbers[row.played.id])
            continue
        name = score.note_ids[place.note], place.pass_
        if row.played is not None:
            matches.add((*name, numbers[row.played.id]))
            if is_disputed(row):
                undecided.add(name)
        elif not row.labelled:
            undecided.add(name)
        elif place.pass_:
            missed.add(name)
            if row.due_s is not None:
                due.append((row.due_s, row.score.pitch))
    matched = {number for _, _, number in matches}
    return (
        Labels(frozenset(matches), frozenset(extra - matched), frozenset(missed)),
        tuple(due),
        frozenset(undecided),
    )
