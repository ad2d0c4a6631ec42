"""Many takes at once: one process per core, results as they come."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from repetiteur.benchmarks.drive import drive
from repetiteur.benchmarks.take_result import TakeResult, measure
from repetiteur.benchmarks.takes import Take
from repetiteur.benchmarks.truth import read_truth
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.scores import load_score
from repetiteur.realtime.score import Score

Job = TypeVar("Job")
Result = TypeVar("Result")


def default_workers() -> int:
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def in_parallel(work: Callable[[Job], Result], jobs: Sequence[Job], workers: int) -> Iterator[Result]:
    """``work`` on every job, in no particular order. ``work`` must be importable by name."""
    if workers <= 1 or len(jobs) <= 1:
        yield from map(work, jobs)
        return
    with ProcessPoolExecutor(min(workers, len(jobs)), mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(work, job) for job in jobs]
        try:
            for done in as_completed(waiting):
                yield done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def measure_take(take: Take) -> TakeResult:
    """One take from its files to its measures."""
    score, load_s = load_once(take.score)
    return measure(
        take, score, read_truth(take, score), drive(score, read_performance(take.performance)), load_s
    )


@lru_cache(maxsize=8)
def load_once(path: Path) -> tuple[Score, float]:
    """The score and how long loading it took (s); takes of one score share it."""
    began = perf_counter()
    score = load_score(path)
    return score, perf_counter() - began
