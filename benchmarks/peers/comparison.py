"""Followers side by side, pooled over takes, and by how much ours is ahead of the best of the others."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from repetiteur.benchmarks.peers.measure import OURS, LabelCounts, Measured
from repetiteur.benchmarks.peers.roster import ROSTER
from repetiteur.benchmarks.position_metrics import PositionMeasures, summarise
from repetiteur.benchmarks.takes import by_kind

OFFLINE = frozenset(peer.name for peer in ROSTER if not peer.online)


@dataclass(frozen=True, slots=True)
class MeanF1:
    """F1 of each take, averaged: a take with few mistakes counts as much as one with many."""

    match: float
    insertion: float
    deletion: float


@dataclass(frozen=True, slots=True)
class Standing:
    """One follower over a group of takes."""

    follower: str
    takes: int
    troubled: int  # takes on which it stopped early
    minutes: float
    position: PositionMeasures | None
    tracked: int
    wrong_moves: int
    labels: LabelCounts | None
    mean_f1: MeanF1 | None
    cpu_p50_ms: float
    cpu_p99_ms: float


@dataclass(frozen=True, slots=True)
class Margin:
    """Ours against the best other on one measure. ``errors``: how many times as many errors (or ms)
    that one makes."""

    measure: str
    against: str  # "online" or "offline"
    ours: float
    best: float
    follower: str
    errors: float


@dataclass(frozen=True, slots=True)
class Group:
    """A kind of take: every follower, and the margins."""

    name: str
    standings: tuple[Standing, ...]
    margins: tuple[Margin, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    value: Callable[[Standing], float]  # nan: not to be had
    high: bool  # shares, 1 being perfect; otherwise 0 is perfect


def _place(name: str, attribute: str, high: bool) -> Measure:
    def value(row: Standing) -> float:
        return math.nan if row.position is None else float(getattr(row.position, attribute))

    return Measure(name, value, high)


def _f1(name: str, attribute: str) -> Measure:
    def value(row: Standing) -> float:
        counted = None if row.labels is None else getattr(row.labels, attribute)
        return math.nan if counted is None or not (counted.true or counted.predicted) else counted.f1

    return Measure(name, value, high=True)


def _mean_f1(name: str, attribute: str) -> Measure:
    def value(row: Standing) -> float:
        return math.nan if row.mean_f1 is None else float(getattr(row.mean_f1, attribute))

    return Measure(name, value, high=True)


POSITION_MEASURES = (
    _place("≤25 ms", "within_25", True),
    _place("≤50 ms", "within_50", True),
    _place("≤100 ms", "within_100", True),
    _place("≤200 ms", "within_200", True),
    _place("≤300 ms", "within_300", True),
    _place("≤1000 ms", "within_1000", True),
    _place("median ms", "median_ms", False),
    _place("mean ms", "mean_ms", False),
    _place("onsets lost", "lost_share", False),
    Measure("tracked", lambda row: math.nan if row.position is None else row.tracked / row.takes, True),
    Measure("wrong moves", lambda row: math.nan if row.position is None else float(row.wrong_moves), False),
    Measure("CPU ms p50", lambda row: math.nan if row.position is None else row.cpu_p50_ms, False),
    Measure("CPU ms p99", lambda row: math.nan if row.position is None else row.cpu_p99_ms, False),
)
LABEL_MEASURES = (
    _f1("match F1", "match"),
    _f1("insertion F1", "insertion"),
    _f1("deletion F1", "deletion"),
    _mean_f1("match F1, mean of takes", "match"),
    _mean_f1("insertion F1, mean of takes", "insertion"),
    _mean_f1("deletion F1, mean of takes", "deletion"),
    _f1("match F1, fair", "fair_match"),
    _f1("insertion F1, fair", "fair_insertion"),
    _f1("deletion F1, fair", "fair_deletion"),
    _f1("missed F1, 50 ms", "missed_50"),
    _f1("extra F1, 50 ms", "extra_50"),
)


def compare(measured: Sequence[Measured]) -> list[Group]:
    """Every kind of take apart, and of the concert takes those held back."""
    groups = []
    for title, of_kind, held in by_kind(measured):
        groups.append(group(title, of_kind))
        if held:
            groups.append(group(f"{title}, held back", held))
    return groups


def group(name: str, measured: Sequence[Measured]) -> Group:
    followers = dict.fromkeys(item.follower for item in measured)
    standings = tuple(_standing(who, [m for m in measured if m.follower == who]) for who in followers)
    return Group(name, standings, tuple(margins(standings)))


def margins(standings: Sequence[Standing]) -> list[Margin]:
    """For each measure ours against the best online peer, and for labels the best offline one too."""
    ours = next((row for row in standings if row.follower == OURS), None)
    if ours is None:
        return []
    online = [row for row in standings if row is not ours and row.follower not in OFFLINE]
    offline = [row for row in standings if row.follower in OFFLINE]
    rows = [margin_of(measure, ours, online, "online") for measure in (*POSITION_MEASURES, *LABEL_MEASURES)]
    rows += [margin_of(measure, ours, offline, "offline") for measure in LABEL_MEASURES]
    return [row for row in rows if row is not None]


def margin_of(measure: Measure, ours: Standing, others: Sequence[Standing], against: str) -> Margin | None:
    there = [(measure.value(row), row.follower) for row in others if not math.isnan(measure.value(row))]
    mine = measure.value(ours)
    if not there or math.isnan(mine):
        return None
    best, who = (max if measure.high else min)(there, key=lambda entry: entry[0])
    left, theirs = (1.0 - mine, 1.0 - best) if measure.high else (mine, best)
    errors = theirs / left if left > 1e-12 else 1.0 if theirs <= 1e-12 else math.inf
    return Margin(measure.name, against, mine, best, who, errors)


def _standing(follower: str, measured: Sequence[Measured]) -> Standing:
    places = [item.places for item in measured if item.places is not None]
    labels = [item.labels for item in measured if item.labels is not None]
    cost_ms = np.concatenate([item.cost_s for item in measured]) * 1e3
    p50, p99 = np.percentile(cost_ms, (50, 99)) if len(cost_ms) else (math.nan, math.nan)
    mean = None
    if labels:
        mean = MeanF1(*(
            float(np.mean([getattr(item, name).f1 for item in labels]))
            for name in ("match", "insertion", "deletion")
        ))  # fmt: skip
    return Standing(
        follower=follower,
        takes=len(measured),
        troubled=sum(bool(item.trouble) for item in measured),
        minutes=sum(item.take.duration_s for item in measured) / 60.0,
        position=summarise([item.errors for item in places]) if places else None,
        tracked=sum(item.tracked for item in places),
        wrong_moves=sum(item.wrong_moves for item in places),
        labels=reduce(add, labels) if labels else None,
        mean_f1=mean,
        cpu_p50_ms=float(p50),
        cpu_p99_ms=float(p99),
    )
