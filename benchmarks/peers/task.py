"""A take as a peer gets it, and what the peer answered turned back into places and labels.

A peer gets the score *as it was played*: repeats written out or left out as the player did
it. Peers cannot find that out by themselves, so this is a help that our follower does not
have. Score notes have the beats and quarters of that order; grace notes last 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from repetiteur.benchmarks.heard import Reports
from repetiteur.benchmarks.leeway import Name
from repetiteur.benchmarks.note_metrics import Labels
from repetiteur.benchmarks.peers.roster import Peer
from repetiteur.benchmarks.position_metrics import single_worker_clock
from repetiteur.benchmarks.takes import Take
from repetiteur.benchmarks.truth import Truth, pair_played, read_truth
from repetiteur.benchmarks.workers import load_once
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.planting.strokes import Stroke, strokes_of
from repetiteur.bridges.planting.travel import Visit, segments_of
from repetiteur.realtime.score import NoteKind, Score


@dataclass(frozen=True, slots=True, eq=False)
class PlayedScore:
    """The score's notes in the order they were played, sorted by place."""

    names: tuple[Name, ...]
    travel_q: np.ndarray
    beat: np.ndarray
    rows: tuple[tuple[float, float, float, float, int, int, bool], ...]  # as the peer gets them


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One take, ready to be handed to any peer."""

    take: Take
    score: Score
    truth: Truth
    as_played: PlayedScore
    strokes: tuple[Stroke, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a peer said about a take."""

    reports: Reports | None  # None: it reports no places
    labels: Labels | None  # None: it labels no notes
    cost_s: np.ndarray  # processor time of each step that reported
    trouble: str


def prepare(take: Take) -> Task:
    """Read a take's files."""
    score, _ = load_once(take.score)
    truth = read_truth(take, score)
    strokes = tuple(strokes_of(read_performance(take.performance)))
    return Task(take, score, truth, lay_out_as_played(score, truth), strokes)


def lay_out_as_played(score: Score, truth: Truth) -> PlayedScore:
    """The notes of every visit that was played, one after the other. What comes before the first
    and after the last visit the table knows of was left out as well."""
    onset_q = score.notes["onset_q"]
    written_beat = _beats(score, onset_q)
    ends_beat = _beats(score, onset_q + score.notes["duration_q"])
    segments = segments_of(score, onset_q)
    found = []
    visit_beat = 0.0
    for visit in played_visits(score, truth):
        stretch = score.play_order.segments[visit.segment]
        start_beat, end_beat = _beats(score, np.array([stretch.start_q, stretch.end_q]))
        for note in np.flatnonzero(segments == visit.segment):
            row = score.notes[note]
            grace = bool(row["kind"] == NoteKind.GRACE)
            found.append(
                (
                    visit.travel_q + float(onset_q[note]) - stretch.start_q,
                    visit_beat + float(written_beat[note] - start_beat),
                    0.0 if grace else float(ends_beat[note] - written_beat[note]),
                    0.0 if grace else float(row["duration_q"]),
                    int(row["pitch"]), int(row["voice"]), grace, (score.note_ids[note], visit.pass_),
                )
            )  # fmt: skip
        visit_beat += float(end_beat - start_beat)
    found.sort(key=lambda entry: (entry[0], entry[4], entry[3]))
    return PlayedScore(
        names=tuple(entry[-1] for entry in found),
        travel_q=np.array([entry[0] for entry in found]),
        beat=np.array([entry[1] for entry in found]),
        rows=tuple((beat, lasts, q, lasts_q, *rest) for q, beat, lasts, lasts_q, *rest, _ in found),
    )


def played_visits(score: Score, truth: Truth) -> list[Visit]:
    """From the first to the last visit of which the table has notes, those that were played."""
    places = [place for place in truth.axis.places if place is not None and place.pass_]
    segments = segments_of(score, score.notes["onset_q"][[place.note for place in places]])
    known = {(int(segment), place.pass_) for segment, place in zip(segments, places, strict=True)}
    visits = [visit for visit in truth.axis.visits if visit.pass_]
    had = [number for number, visit in enumerate(visits) if (visit.segment, visit.pass_) in known]
    return visits[had[0] : had[-1] + 1]


def job(as_played: PlayedScore, strokes: Sequence[Stroke]) -> dict[str, Any]:
    """The lines of JSON a peer's process gets."""
    played = [(item.onset_s, item.duration_s, item.pitch, item.velocity) for item in strokes]
    return {"score": as_played.rows, "played": played}


def answer(task: Task, result: dict[str, Any], peer: Peer) -> Answer:
    """A peer's result in terms of the truth. What it did not say it did not say: where it died,
    no place was reached and no note matched."""
    return Answer(
        reports=reports(task, result) if peer.online else None,
        labels=_labels(task, result.get("matches") or []) if peer.labels else None,
        cost_s=np.array(result.get("cost_s", []), float),
        trouble=str(result["trouble"]),
    )


def reports(task: Task, result: dict[str, Any]) -> Reports:
    """Places as reported, each readable once a single worker was done with it. No number, no report."""
    empty: list[float] = []
    ready = single_worker_clock(
        np.array(result.get("available_s", empty), float), np.array(result.get("cost_s", empty), float)
    )
    place = np.array(result.get("place_beat", empty), float)  # None becomes nan
    stamp = np.array(result.get("stamp_s", empty), float)
    said = np.isfinite(place)
    beats, first = np.unique(task.as_played.beat, return_index=True)
    travel = np.interp(place[said], beats, task.as_played.travel_q[first])
    return Reports(
        ready_s=ready[said],
        at_s=stamp[said],
        travel_q=travel,
        written_q=written(task, travel),
        confidence=np.ones(len(travel)),
    )


def written(task: Task, travel_q: np.ndarray) -> np.ndarray:
    """Places of travel as places in the score."""
    visits = [visit for visit in task.truth.axis.visits if visit.pass_]
    starts = np.array([visit.travel_q for visit in visits])
    segments = np.array([task.score.play_order.segments[visit.segment].start_q for visit in visits])
    at = np.clip(np.searchsorted(starts, travel_q + 1e-6, side="right") - 1, 0, len(visits) - 1)
    return travel_q - starts[at] + segments[at]


def _labels(task: Task, matches: Sequence[Sequence[int]]) -> Labels:
    """Matched pairs as labels of all notes: what has no pair is extra or missed."""
    heard = pair_played(task.truth.played, [(item.onset_s, item.pitch) for item in task.strokes])
    names = task.as_played.names
    found = {(*names[one], heard[other]) for one, other in matches if heard[other] is not None}
    known = {number for number in heard if number is not None}
    return Labels(
        matches=frozenset((id_, pass_, number) for id_, pass_, number in found if number is not None),
        extra=frozenset(known - {number for _, _, number in found}),
        missed=frozenset(set(names) - {names[one] for one, _ in matches}),
    )


def _beats(score: Score, q: np.ndarray) -> np.ndarray:
    """Written quarters as beats of the time signature, counted from the first bar."""
    edges = np.append(score.bars["start_q"], score.bars["end_q"][-1])
    per_quarter = score.bars["lower"] / 4.0
    beats = np.concatenate([[0.0], np.cumsum(np.diff(edges) * per_quarter)])
    inside = np.interp(q, edges, beats)
    return inside + np.maximum(np.asarray(q, float) - edges[-1], 0.0) * per_quarter[-1]
