"""What each part of the follower is worth: the same takes again with the part put out of action.

Every variant has processes of its own and compiles its kernels afresh, into a folder that is
thrown away. Jumps are measured on every second take.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from repetiteur.benchmarks.ablation_patch import become
from repetiteur.benchmarks.ablation_variants import Variant

if TYPE_CHECKING:  # in a new process these would come before its settings
    from repetiteur.benchmarks.jumps import JumpResult
    from repetiteur.benchmarks.take_result import TakeResult
    from repetiteur.benchmarks.takes import Take

JUMPS_EVERY = 2  # takes


@dataclass(frozen=True, slots=True)
class Job:
    take: Take
    jumps: bool


@dataclass(frozen=True, slots=True)
class AblationRow:
    """One variant over all takes. Shares and F1 values 0 to 1; F1 values are the fair ones."""

    variant: str
    settings: Mapping[str, float]
    within_25: float
    within_50: float
    within_100: float
    lost_share: float
    match: float
    insertion: float
    deletion: float
    jumps: int
    jump_median_s: float
    jump_soon: float  # within 2 s or 4 notes
    moves_in_50: float  # wrong moves in 50 minutes of plain playing
    note_us: float  # median processor time


def measure_variants(
    variants: Sequence[Variant], takes: Sequence[Take], workers: int
) -> Iterator[AblationRow]:
    """One row after the other."""
    jobs = [Job(take, number % JUMPS_EVERY == 0) for number, take in enumerate(takes)]
    longest_first = sorted(jobs, key=lambda job: -job.take.duration_s * (1 + 5 * job.jumps))
    for variant in variants:
        with TemporaryDirectory() as cache, apart(variant.settings, cache, min(workers, len(jobs))) as pool:
            yield row(variant, list(pool.map(measure_one, longest_first)))


def apart(settings: Mapping[str, float], cache: str, workers: int) -> ProcessPoolExecutor:
    """Processes whose follower has these settings."""
    return ProcessPoolExecutor(workers, get_context("spawn"), become, (dict(settings), cache))


def measure_one(job: Job) -> tuple[TakeResult, JumpResult | None]:
    """One take, by whatever follower this process has."""
    from repetiteur.benchmarks.jumps import measure_jumps
    from repetiteur.benchmarks.workers import measure_take

    return measure_take(job.take), measure_jumps(job.take) if job.jumps else None


def row(variant: Variant, measured: Sequence[tuple[TakeResult, JumpResult | None]]) -> AblationRow:
    """Everything measured of one variant as a few figures."""
    from repetiteur.benchmarks.jumps_summary import summaries
    from repetiteur.benchmarks.summary import summary

    figures = summary(variant.name, [result for result, _ in measured])
    rows = {known.kind: known for known in summaries([jumps for _, jumps in measured if jumps is not None])}
    jumps = rows.get("all")
    verdicts, position = figures.verdicts, figures.position
    return AblationRow(
        variant.name,
        dict(variant.settings),
        position.within_25,
        position.within_50,
        position.within_100,
        position.lost_share,
        verdicts.fair_match.f1,
        verdicts.fair_insertion.f1,
        verdicts.fair_deletion.f1,
        jumps.times if jumps else 0,
        jumps.median_s if jumps else float("nan"),
        jumps.within_2_or_4_notes if jumps else float("nan"),
        figures.wrong_moves * 50.0 / figures.minutes,
        figures.cpu_p50_us,
    )
