"""Many takes as a few figures: pooled by onset and by note, group by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from repetiteur.benchmarks.position_metrics import LOST_S, PositionMeasures, summarise
from repetiteur.benchmarks.take_result import TakeResult
from repetiteur.benchmarks.takes import by_kind
from repetiteur.benchmarks.verdict_metrics import VerdictCounts

MANY_LOST = 0.01


@dataclass(frozen=True, slots=True)
class Summary:
    """One take or a group of them."""

    name: str
    takes: int
    minutes: float
    position: PositionMeasures
    written: PositionMeasures  # by place as written, whichever time through
    wrong_place: float
    wrong_moves: int
    tracked: int  # takes, by the public benchmark's rule
    takes_over_1_percent_lost: int
    verdicts: VerdictCounts
    events: int
    retracted: int
    cpu_p50_us: float  # per note; from sound per 10 ms of it
    cpu_p99_us: float
    tick_p50_us: float
    extra_delay_p50_ms: float
    extra_delay_p90_ms: float
    missed_delay_p50_ms: float
    missed_delay_p90_ms: float
    doubts: int  # dropped onsets, notes not found: doubts about the measuring

    @property
    def alarms_per_100(self) -> float:
        return 100.0 * self.verdicts.false_alarms / max(self.verdicts.played, 1)


def summary(name: str, results: Sequence[TakeResult]) -> Summary:
    """Figures of at least one take."""
    step_cost = np.concatenate([result.step_cost_s for result in results])
    tick_cost = np.concatenate([result.tick_cost_s for result in results])
    extra = np.concatenate([result.extra_delay_s for result in results])
    missed = np.concatenate([result.missed_delay_s for result in results])
    onsets = np.array([len(result.errors.time_s) for result in results])
    return Summary(
        name=name,
        takes=len(results),
        minutes=sum(result.take.duration_s for result in results) / 60.0,
        position=summarise([result.errors for result in results]),
        written=summarise([result.written_errors for result in results]),
        wrong_place=float(np.average([result.wrong_place for result in results], weights=onsets)),
        wrong_moves=sum(result.wrong_moves for result in results),
        tracked=sum(result.tracked for result in results),
        takes_over_1_percent_lost=sum(
            float(np.mean(result.errors.shown_s > LOST_S)) > MANY_LOST for result in results
        ),
        verdicts=reduce(add, (result.verdicts for result in results)),
        events=sum(many for result in results for _, many in result.events),
        retracted=sum(result.retracted for result in results),
        cpu_p50_us=_percentile(step_cost, 50) * 1e6,
        cpu_p99_us=_percentile(step_cost, 99) * 1e6,
        tick_p50_us=_percentile(tick_cost, 50) * 1e6,
        extra_delay_p50_ms=_percentile(extra, 50) * 1e3,
        extra_delay_p90_ms=_percentile(extra, 90) * 1e3,
        missed_delay_p50_ms=_percentile(missed, 50) * 1e3,
        missed_delay_p90_ms=_percentile(missed, 90) * 1e3,
        doubts=sum(
            result.checks.dropped_onsets
            + result.checks.unknown_score_notes
            + result.checks.unknown_played_notes
            for result in results
        ),
    )


def groups(results: Sequence[TakeResult]) -> list[Summary]:
    """Every kind of take apart, and within the kind the held-back third apart."""
    out = []
    for title, of_kind, held in by_kind(results):
        out.append(summary(title, of_kind))
        if held:
            out.append(summary(f"{title}, for tuning", [r for r in of_kind if not r.take.held_back]))
            out.append(summary(f"{title}, held back", held))
    return out


def _percentile(values: np.ndarray, percent: float) -> float:
    return float(np.percentile(values, percent)) if len(values) else float("nan")
