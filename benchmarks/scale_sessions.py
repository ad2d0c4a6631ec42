"""How many players one machine can hear and follow: each with ears and an engine of his own, on a thread per
core; or with one engine shared by the ears of all, each on a thread of his own."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from repetiteur.benchmarks.latency.material import Sound, bundled_sound
from repetiteur.benchmarks.workers import default_workers
from repetiteur.bridges.hearing import make_ears, make_resampler
from repetiteur.bridges.urgency import undisturbed
from repetiteur.models.encoder.weights import load_weights
from repetiteur.models.engines.choosing import make_engine
from repetiteur.models.engines.interface import EngineName
from repetiteur.models.engines.sharing import SharedEngine
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.hearing.as_inputs import as_inputs
from repetiteur.realtime.hearing.ears import Ears
from repetiteur.realtime.hearing.thresholds import FOLLOWING
from repetiteur.realtime.inputs import Chunk, Tick

SESSIONS = (1, 2, 4, 8, 16, 32, 64)
BLOCK_S = 0.01
_WARM_UP = 20


@dataclass(frozen=True, slots=True)
class SessionsCost:
    sessions: int
    threads: int
    p50_ms: float  # from the blocks of all to the events of the last
    p99_ms: float
    each_p50_ms: float  # ... to those of each
    each_p99_ms: float
    share: float  # of real time, at the median: above 1 it cannot be done


class _Player:
    """One session without its own threads, so that many can share those there are."""

    def __init__(self, music: Sound, first_s: float, ears: Ears) -> None:
        self._ears, self._engine = ears, Engine(music.score)
        self._engine.open()
        block = round(BLOCK_S * music.rate_hz)
        self._blocks = music.samples[round(first_s * music.rate_hz) :]
        self._blocks = self._blocks[: len(self._blocks) // block * block].reshape(-1, block)
        self._rate_hz = music.rate_hz

    def play(self, number: int) -> float:
        """One block; gives when it was done."""
        t_s = number * BLOCK_S
        chunk = Chunk(t_s, self._blocks[number % len(self._blocks)], self._rate_hz)
        for item in as_inputs(self._ears.push(chunk)):
            self._engine.push(item)
        self._engine.push(Tick(t_s + BLOCK_S))
        return time.perf_counter()


def measure(
    sessions: Sequence[int] = SESSIONS, blocks: int = 300, engine: str = EngineName.NUMBA
) -> Iterator[SessionsCost]:
    """All play at once, block after block, nothing in between. ``engine``: another than Numba is shared."""
    music, cores = bundled_sound(), default_workers()
    for count in sessions:
        ears = _ears(count, engine)
        players = [_Player(music, 0.37 * number, each) for number, each in enumerate(ears)]
        threads = min(cores, count) if engine == EngineName.NUMBA else count
        took_ms = np.zeros((blocks, count))
        with undisturbed(), ThreadPoolExecutor(threads) as pool:
            for block in range(-_WARM_UP, blocks):
                took_ms[max(block, 0)] = _together(pool, players, threads, block + _WARM_UP)
        p50, p99 = np.percentile(took_ms.max(1), (50, 99)).tolist()
        each_p50, each_p99 = np.percentile(took_ms, (50, 99)).tolist()
        yield SessionsCost(count, threads, p50, p99, each_p50, each_p99, p50 / (BLOCK_S * 1e3))


def _ears(count: int, engine: str) -> list[Ears]:
    if engine == EngineName.NUMBA:
        return [make_ears(thresholds=FOLLOWING) for _ in range(count)]
    shared = SharedEngine(make_engine(EngineName(engine), load_weights(), count))
    return [Ears(shared.listener(), make_resampler, FOLLOWING) for _ in range(count)]


def _together(pool: ThreadPoolExecutor, players: Sequence[_Player], threads: int, block: int) -> np.ndarray:
    """After how many ms each was done."""
    start_s = time.perf_counter()
    done_ms = np.zeros(len(players))

    def some(first: int) -> None:
        for number in range(first, len(players), threads):
            done_ms[number] = (players[number].play(block) - start_s) * 1e3

    list(pool.map(some, range(threads)))
    return done_ms
