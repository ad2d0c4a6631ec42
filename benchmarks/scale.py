"""Cost per note against the length of the score: start-up, memory, playing on, and jumping about."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from types import FunctionType, ModuleType

import numpy as np

from repetiteur.benchmarks.synthetic import play, synthetic_score
from repetiteur.bridges.planting.strokes import Stroke, performed
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.inputs import GotoBeat, NoteOn, Reset
from repetiteur.realtime.score import Score
from repetiteur.realtime.timeline import with_ticks

SIZES = (100, 1_000, 10_000, 50_000, 200_000)
PLAYED_NOTES = 2_000
BETWEEN_JUMPS = 60
PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class ScaleResult:
    notes: int
    start_up_s: float  # an engine ready for its first note
    memory_mb: float  # arrays the engine holds beside the score
    steady_p50_us: float  # CPU time of a note, playing on
    steady_p99_us: float
    jumping_p50_us: float  # and where the player leaps to another place every few bars
    jumping_p99_us: float


def measure(sizes: Sequence[int] = SIZES) -> Iterator[ScaleResult]:
    """One result after the other, shortest score first; compiling is done beforehand."""
    short = synthetic_score(SIZES[0])
    _cost(Engine(short), play(short, 0, SIZES[0], 0.5))
    for size in sizes:
        yield _measured(synthetic_score(size))


def _measured(score: Score) -> ScaleResult:
    began = time.perf_counter()
    engine = Engine(score)
    engine.open()
    start_up_s = time.perf_counter() - began
    first = max(0, len(score.notes) // 2 - PLAYED_NOTES // 2)
    steady = _cost(engine, play(score, first, PLAYED_NOTES, 0.5), float(score.notes["onset_q"][first]))
    jumping = _cost(engine, _jumping(score), 0.0)
    percentiles = (float(np.percentile(cost, percent)) for cost in (steady, jumping) for percent in (50, 99))
    return ScaleResult(len(score.notes), start_up_s, _array_bytes(engine, score) / 1e6, *percentiles)


def _array_bytes(engine: Engine, score: Score) -> int:
    """Size of every array that can be reached from the engine, the score's own left out."""
    waiting: list[object] = [engine]
    seen = {id(score)}
    total = 0
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, type | ModuleType | FunctionType):
            continue
        seen.add(id(item))
        if isinstance(item, np.ndarray):
            total += item.nbytes if item.base is None else 0
        waiting += gc.get_referents(item)
    return total


def _jumping(score: Score) -> list[Stroke]:
    chance = Random(3)
    strokes: list[Stroke] = []
    while len(strokes) < PLAYED_NOTES:
        first = chance.randrange(max(1, len(score.notes) - BETWEEN_JUMPS))
        start_s = strokes[-1].onset_s + PAUSE_S if strokes else 0.5
        strokes += play(score, first, BETWEEN_JUMPS, start_s)
    return strokes


def _cost(engine: Engine, strokes: list[Stroke], from_q: float = 0.0) -> np.ndarray:
    """CPU microseconds of each note, from a fresh start at ``from_q``."""
    engine.push(Reset(0.0))
    engine.push(GotoBeat(0.0, from_q))
    cost = []
    for item in with_ticks(performed(strokes)):
        began = time.thread_time_ns()
        engine.push(item)
        if isinstance(item, NoteOn):
            cost.append((time.thread_time_ns() - began) * 1e-3)
    return np.array(cost)
