"""One follower on one take, ours or a peer: the same figures by the same code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from repetiteur.benchmarks import position_metrics
from repetiteur.benchmarks.note_metrics import NO_COUNT, Count, Labels, count, count_near
from repetiteur.benchmarks.peers.roster import Peer
from repetiteur.benchmarks.peers.task import Answer, Task, answer, job
from repetiteur.benchmarks.position_metrics import PositionErrors, PositionMeasures
from repetiteur.benchmarks.take_result import TakeResult, in_beats
from repetiteur.benchmarks.takes import Take
from repetiteur.benchmarks.verdict_metrics import fair, known
from repetiteur.benchmarks.wrong_moves import count_wrong_moves

OURS = "repetiteur"


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """Counts of one take; they add up over takes."""

    match: Count
    insertion: Count
    deletion: Count
    fair_match: Count
    fair_insertion: Count
    fair_deletion: Count
    missed_50: Count  # by pitch within 50 ms of when it was due, where the labels know
    extra_50: Count

    def __add__(self, other: LabelCounts) -> LabelCounts:
        return LabelCounts(*(getattr(self, item.name) + getattr(other, item.name) for item in fields(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """How well it said where the player is."""

    errors: PositionErrors
    tracked: bool
    wrong_moves: int

    @property
    def measures(self) -> PositionMeasures:
        return position_metrics.summarise([self.errors])


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One follower on one take."""

    follower: str
    take: Take
    places: Places | None  # None: it reports none
    labels: LabelCounts | None  # None: it labels no notes
    cost_s: np.ndarray  # processor time of each step that took in notes
    trouble: str  # empty, or why it stopped early


def measure_ours(result: TakeResult) -> Measured:
    """Ours as the peers are counted: a score note without a match is a deletion, called so or not."""
    verdicts = result.verdicts
    named = {item.name: getattr(verdicts, item.name) for item in fields(LabelCounts)}
    labels = LabelCounts(
        **(named | {"deletion": verdicts.unmatched, "fair_deletion": verdicts.fair_unmatched})
    )
    places = Places(result.errors, result.tracked, result.wrong_moves)
    return Measured(OURS, result.take, places, labels, result.step_cost_s, "")


def measure_peer(peer: Peer, task: Task, ask: Callable[[dict[str, Any]], dict[str, Any]]) -> Measured:
    """``ask``: the peer's process, job in, result out."""
    said = answer(task, ask(job(task.as_played, task.strokes)), peer)
    return Measured(
        follower=peer.name,
        take=task.take,
        places=None if said.reports is None else places_of(task, said),
        labels=None if said.labels is None else _label_counts(task, said.labels),
        cost_s=said.cost_s,
        trouble=said.trouble,
    )


def places_of(task: Task, said: Answer) -> Places:
    reports, truth = said.reports, task.truth
    assert reports is not None
    travelled = np.column_stack([reports.ready_s, reports.travel_q])
    return Places(
        errors=position_metrics.errors(travelled, truth.onsets),
        tracked=position_metrics.tracked(*in_beats(reports, truth, task.score))[0],
        wrong_moves=count_wrong_moves(
            reports.ready_s, reports.written_q, truth.onsets[:, 1], truth.written_q, task.score
        ),
    )


def _label_counts(task: Task, labels: Labels) -> LabelCounts:
    truth = task.truth
    plain = known(labels, truth)
    ours, theirs = fair(labels, truth), fair(truth.labels, truth)
    extra_at = [truth.played[number] for number in labels.extra]
    return LabelCounts(
        match=count(plain.matches, truth.labels.matches),
        insertion=count(plain.extra, truth.labels.extra),
        deletion=count(plain.missed, truth.labels.missed),
        fair_match=count(ours.matches, theirs.matches),
        fair_insertion=count(ours.extra, theirs.extra),
        fair_deletion=count(ours.missed, theirs.missed),
        missed_50=count_near(_missed_at(task, plain), truth.missed_due) if truth.missed_due else NO_COUNT,
        extra_50=count_near(extra_at, [truth.played[number] for number in truth.labels.extra]),
    )


def _missed_at(task: Task, labels: Labels) -> list[tuple[float, int]]:
    """When the notes it calls missed were due: between the notes it matched."""
    where = dict(zip(task.as_played.names, task.as_played.travel_q, strict=True))
    pitch = dict(zip(task.as_played.names, (row[4] for row in task.as_played.rows), strict=True))
    matched = sorted(
        (float(where[id_, pass_]), task.truth.played[number][0])
        for id_, pass_, number in labels.matches
        if (id_, pass_) in where
    )
    if not matched:
        return []
    places, times = np.array(matched).T
    missed = [name for name in labels.missed if name in where]
    due_s = np.interp([where[name] for name in missed], places, times)
    return [(float(time_s), pitch[name]) for time_s, name in zip(due_s, missed, strict=True)]
