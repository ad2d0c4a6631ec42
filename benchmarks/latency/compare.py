"""Two reports beside each other: how much quicker or slower, and whether that is more than noise.

A run is cut into ten slices of time, and each figure is taken of every slice. How much the slices differ
among themselves says how far two runs of the same program may lie apart: a ratio counts as a change only
where the means of the logarithms differ by more than three standard errors.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from repetiteur.realtime.errors import InputError

SURE = 3.0  # standard errors
_LEAST_MS = 1e-4


class Verdict(StrEnum):
    SLOWER = "slower"
    QUICKER = "quicker"
    NOISE = "no more than noise"
    UNKNOWN = "too short to tell"


@dataclass(frozen=True, slots=True)
class Change:
    """Of one figure of one row."""

    source: str
    what: str
    figure: str
    before_ms: float
    after_ms: float
    ratio: float  # after / before; NaN where something was foreseen, and negative
    verdict: Verdict


def changes(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    """Both as ``bench latency --json`` writes them; rows that only one has are left out."""
    try:
        old = {(run["source"], row["what"]): row for run in before["runs"] for row in run["rows"]}
        for run in after["runs"]:
            for row in run["rows"]:
                former = old.get((run["source"], row["what"]))
                if former is not None:
                    for figure in ("p50", "p99"):
                        yield _change(run["source"], row["what"], figure, former, row)
    except (KeyError, TypeError) as error:
        remedy = "give what bench latency --json wrote"
        raise InputError("--compare", f"not a report of this program ({error})", remedy) from None


def _change(source: str, what: str, figure: str, former: dict[str, Any], row: dict[str, Any]) -> Change:
    before_ms, after_ms = float(former[f"{figure}_ms"]), float(row[f"{figure}_ms"])
    sure = verdict(former[f"slices_{figure}_ms"], row[f"slices_{figure}_ms"])
    ratio = max(after_ms, _LEAST_MS) / before_ms if before_ms > 0 else math.nan
    return Change(source, what, figure, before_ms, after_ms, ratio, sure)


def verdict(before_ms: Sequence[float], after_ms: Sequence[float]) -> Verdict:
    """From the slices of two runs."""
    if min(len(before_ms), len(after_ms)) < 3:
        return Verdict.UNKNOWN
    before, after = np.asarray(before_ms), np.asarray(after_ms)
    if min(before.min(), after.min()) >= 0:  # else what was foreseen, which has no ratio
        before, after = np.log(np.maximum(before, _LEAST_MS)), np.log(np.maximum(after, _LEAST_MS))
    gap = float(after.mean() - before.mean())
    error = math.sqrt(before.var(ddof=1) / len(before) + after.var(ddof=1) / len(after))
    if abs(gap) <= SURE * error:
        return Verdict.NOISE
    return Verdict.SLOWER if gap > 0 else Verdict.QUICKER
