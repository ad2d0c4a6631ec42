"""Followers side by side, as tables for a terminal and as JSON."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from repetiteur.benchmarks.columns import f1, ms, percent
from repetiteur.benchmarks.peers.comparison import Group, Margin, Standing
from repetiteur.benchmarks.peers.measure import Measured
from repetiteur.benchmarks.records import plain
from repetiteur.benchmarks.tables import print_table

PLACES_HEAD = ("follower", "≤25", "≤50", "≤100", "≤200", "≤300", "≤1000", "median", "mean", "lost%", "got",
               "ended", "tracked", "moves", "CPU ms p50", "p99", "stopped")  # fmt: skip
LABELS_HEAD = ("follower", "match", "insertion", "deletion", "mean of takes", "fair", "missed 50", "extra 50",
               "stopped")  # fmt: skip
MARGINS_HEAD = ("measure", "ours", "best other", "", "difference", "errors")


def print_groups(groups: Sequence[Group], measured: Sequence[Measured]) -> None:
    """Three tables for each kind of take, then what went wrong with whom."""
    for group in groups:
        takes = max(row.takes for row in group.standings)
        places = [_places(row) for row in group.standings if row.position is not None]
        labels = [_labels(row) for row in group.standings if row.labels is not None]
        title = f"{group.name}, {takes} takes"
        print_table(f"{title}: % of score onsets arrived within ms", PLACES_HEAD, places)
        print_table(f"{title}: note labels, F1", LABELS_HEAD, labels)
        print_table(f"{title}: ours against the best other", MARGINS_HEAD, map(_margin, group.margins))
    for line in troubles(measured):
        print(line)


def troubles(measured: Sequence[Measured]) -> list[str]:
    """Who stopped early where; many takes with one cause are one line."""
    causes = Counter((item.follower, item.trouble) for item in measured if item.trouble)
    where = {(item.follower, item.trouble): item.take.id for item in reversed(measured)}
    return [
        f"{who} stopped early on {where[who, why]}"
        + (f" and {times - 1} more" if times > 1 else "")
        + f": {why}"
        for (who, why), times in causes.items()
    ]


def as_plain(groups: Sequence[Group], measured: Sequence[Measured]) -> dict[str, Any]:
    """What JSON knows: the groups, and each follower on each take."""
    return {
        "groups": [plain(group) for group in groups],
        "takes": [
            {
                "take": item.take.id,
                "follower": item.follower,
                "trouble": item.trouble,
                "tracked": item.places.tracked if item.places else None,
                "wrong_moves": item.places.wrong_moves if item.places else None,
                "position": plain(item.places.measures) if item.places else None,
                "labels": plain(item.labels),
            }
            for item in measured
        ],
    }


def _places(row: Standing) -> list[str]:
    at = row.position
    assert at is not None
    shares = (at.within_25, at.within_50, at.within_100, at.within_200, at.within_300, at.within_1000)
    return [
        row.follower,
        *map(percent, shares),
        f"{at.median_ms:.1f}" if math.isfinite(at.median_ms) else "∞",
        ms(at.mean_ms),
        f"{at.lost_share * 100:.2f}",
        str(at.got_lost),
        str(at.ended_lost),
        f"{row.tracked}/{row.takes}",
        str(row.wrong_moves),
        f"{row.cpu_p50_ms:.3f}",
        f"{row.cpu_p99_ms:.3f}",
        str(row.troubled),
    ]


def _labels(row: Standing) -> list[str]:
    it, mean = row.labels, row.mean_f1
    assert it is not None and mean is not None
    means = (mean.match, mean.insertion, mean.deletion)
    return [
        row.follower,
        f1(it.match),
        f1(it.insertion),
        f1(it.deletion),
        " ".join(f"{value:.3f}".removeprefix("0") for value in means),
        f1(it.fair_match, it.fair_insertion, it.fair_deletion),
        f1(it.missed_50),
        f1(it.extra_50),
        str(row.troubled),
    ]


def _margin(row: Margin) -> list[str]:
    def number(value: float) -> str:
        return "∞" if math.isinf(value) else f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"

    difference = "" if math.isinf(row.best) else f"{row.ours - row.best:+.3f}"
    who = f"{row.follower}{', offline' if row.against == 'offline' else ''}"
    times = "none left" if math.isinf(row.errors) else f"{row.errors:.2f} times"
    return [row.measure, number(row.ours), number(row.best), who, difference, times]
