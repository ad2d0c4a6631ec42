"""Measure one take: everything a report needs to know about it, in plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from repetiteur.benchmarks import heard, position_metrics, verdict_metrics
from repetiteur.benchmarks.doubtful import doubtful_verdicts
from repetiteur.benchmarks.drive import Drive
from repetiteur.benchmarks.heard import Heard, Reports
from repetiteur.benchmarks.lost_places import LostPlace, find_lost_places
from repetiteur.benchmarks.position_metrics import PositionErrors
from repetiteur.benchmarks.takes import Take
from repetiteur.benchmarks.truth import Truth
from repetiteur.benchmarks.verdict_metrics import VerdictCounts
from repetiteur.benchmarks.wrong_moves import count_wrong_moves
from repetiteur.bridges.planting.travel import segments_of
from repetiteur.realtime.events import Event
from repetiteur.realtime.score import Score


@dataclass(frozen=True, slots=True)
class Checks:
    """Doubts about the measuring itself, to be looked at when not 0."""

    dropped_onsets: int
    unknown_score_notes: int
    unknown_played_notes: int
    visits_left_out: int
    other_order: int  # the table's order of segments is not the score's


@dataclass(frozen=True, slots=True, eq=False)
class TakeResult:
    take: Take
    errors: PositionErrors  # by travel
    written_errors: PositionErrors  # by place as written, whichever time through is nearest
    wrong_place: float  # share of onsets whose written place on display is off by over a quarter
    wrong_moves: int
    tracked: bool
    worst_window_beats: float
    verdicts: VerdictCounts
    events: tuple[tuple[str, int], ...]  # type, how many
    retracted: int
    step_cost_s: np.ndarray  # see ``Drive``
    tick_cost_s: np.ndarray
    extra_delay_s: np.ndarray
    missed_delay_s: np.ndarray
    load_s: float
    checks: Checks
    lost_places: tuple[LostPlace, ...]
    doubtful: tuple[str, ...]  # false and overlooked verdicts, in words, in order of time


Listen = Callable[[Sequence[Event], np.ndarray, Sequence[tuple[float, int]]], Heard]


def measure(
    take: Take, score: Score, truth: Truth, run: Drive, load_s: float, listen: Listen = heard.listen
) -> TakeResult:
    """All measures of one take. ``listen``: how the notes of the stream are told to be the table's."""
    said = heard.reports(run.events, run.ready_s)
    judged = listen(run.events, run.ready_s, truth.played)
    travelled = np.column_stack([said.ready_s, said.travel_q])
    unwrapped = np.column_stack([said.ready_s, unwrap(said, truth, score)])
    is_tracked, worst = position_metrics.tracked(*in_beats(said, truth, score))
    errors = position_metrics.errors(travelled, truth.onsets)
    return TakeResult(
        take=take,
        errors=errors,
        written_errors=position_metrics.errors(unwrapped, truth.onsets),
        wrong_place=_wrong_place(said, truth),
        wrong_moves=count_wrong_moves(
            said.ready_s, said.written_q, truth.onsets[:, 1], truth.written_q, score
        ),
        tracked=is_tracked,
        worst_window_beats=worst,
        verdicts=verdict_metrics.count_verdicts(judged, truth),
        events=tuple(sorted(Counter(event.type for event in run.events).items())),
        retracted=judged.retracted,
        step_cost_s=run.step_cost_s,
        tick_cost_s=run.tick_cost_s,
        extra_delay_s=verdict_metrics.extra_delays_s(judged, truth),
        missed_delay_s=verdict_metrics.missed_delays_s(judged, truth),
        load_s=load_s,
        checks=Checks(
            truth.dropped,
            truth.axis.unknown,
            judged.unknown,
            truth.axis.left_out,
            int(not truth.axis.as_notated),
        ),
        lost_places=find_lost_places(score, truth, said, errors),
        doubtful=doubtful_verdicts(judged, truth),
    )


def unwrap(said: Reports, truth: Truth, score: Score) -> np.ndarray:
    """Written places as travel: of all visits to the place, the one nearest to the truth then.

    A place never visited is the start of the piece, that is: lost.
    """
    expected = np.interp(said.ready_s, truth.onsets[:, 1], truth.onsets[:, 0])
    best = np.full(len(said.written_q), float(truth.onsets[0, 0]))
    distance = np.full(len(best), np.inf)
    segment = segments_of(score, said.written_q)
    for visit in truth.axis.visits:
        if not visit.pass_:
            continue
        start = score.play_order.segments[visit.segment].start_q
        candidate = visit.travel_q + said.written_q - start
        closer = (segment == visit.segment) & (np.abs(candidate - expected) < distance)
        best[closer] = candidate[closer]
        distance[closer] = np.abs(candidate - expected)[closer]
    return best


def _wrong_place(said: Reports, truth: Truth) -> float:
    written = np.column_stack([said.ready_s, said.written_q])
    shown = position_metrics.displayed(written, truth.onsets[:, 1], float(truth.written_q[0]))
    # the next onset may have been reached within the grace time: either of the two is right
    following = np.append(truth.written_q[1:], truth.written_q[-1])
    off = np.minimum(np.abs(shown - truth.written_q), np.abs(shown - following))
    return float(np.mean(off[1:] > 1.0))


def in_beats(said: Reports, truth: Truth, score: Score) -> tuple[np.ndarray, np.ndarray]:
    """The follower's stamps and the truth in notated beats instead of quarters."""
    places, times = truth.onsets[:, 0], truth.onsets[:, 1]
    bars = np.clip(
        np.searchsorted(score.bars["start_q"], truth.written_q + 1e-6, side="right") - 1,
        0,
        len(score.bars) - 1,
    )
    per_quarter = score.bars["lower"][bars] / 4.0
    beats = np.concatenate([[0.0], np.cumsum(np.diff(places) * per_quarter[:-1])])
    inside = np.interp(said.travel_q, places, beats)
    before = np.minimum(said.travel_q - places[0], 0.0) * per_quarter[0]
    beyond = np.maximum(said.travel_q - places[-1], 0.0) * per_quarter[-1]
    stamps = np.column_stack([said.at_s, inside + before + beyond])
    return stamps, np.column_stack([beats, times])
