"""Batches as drawn by lot: everything about them but the sound. Needs no torch, so that processes can do it.

What is in the k-th batch of a seed is the same on any machine.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from repetiteur.models.studio.stretches import Material, Stretch, draw_stretch


@dataclass(frozen=True, slots=True)
class Plan:
    """What is drawn for every batch."""

    material: Material
    stretches: int
    hops: int  # of each stretch
    lead_in: int  # samples before them, which fill the windows
    seed: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """One batch."""

    stretches: tuple[Stretch, ...]
    noise_seed: int


def draw(plan: Plan, chances: np.ndarray, number: int) -> Drawn:
    """The batch ``number`` of a plan."""
    random = np.random.default_rng([plan.seed, number])
    stretches = [
        draw_stretch(plan.material, chances, plan.lead_in, plan.hops, random) for _ in range(plan.stretches)
    ]
    return Drawn(tuple(stretches), int(random.integers(1 << 31)))


def drawn_ahead(plan: Plan, first: int, workers: int) -> Generator[Drawn, None, None]:
    """Without end, from the batch ``first`` on: drawn in a thread, or in processes if there are several
    workers, since threads draw no faster than one."""
    chances = plan.material.chances()
    if workers == 1:
        with ThreadPoolExecutor(1, "drawing") as pool:
            yield from _ahead(first, 2, lambda number: pool.submit(draw, plan, chances, number))
    else:
        fresh = multiprocessing.get_context("spawn")  # a copy of one with threads and a GPU would not live
        with ProcessPoolExecutor(workers, fresh, _begin, (plan, chances)) as pool:
            yield from _ahead(first, 2 * workers, lambda number: pool.submit(_draw_here, number))


def _ahead(first: int, ahead: int, submit: Callable[[int], Future[Drawn]]) -> Generator[Drawn, None, None]:
    waiting = deque(submit(number) for number in range(first, first + ahead))
    number = first + ahead
    try:
        while True:
            yield waiting.popleft().result()
            waiting.append(submit(number))
            number += 1
    finally:
        for future in waiting:
            future.cancel()


_here: tuple[Plan, np.ndarray]  # what this process draws, if it is one of those that do nothing else


def _begin(plan: Plan, chances: np.ndarray) -> None:
    global _here
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks for the batches is told, and ends this too
    _here = plan, chances


def _draw_here(number: int) -> Drawn:
    plan, chances = _here
    return draw(plan, chances, number)
