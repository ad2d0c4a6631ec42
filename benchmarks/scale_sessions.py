"""How many players one machine can hear and follow: each with ears and an engine, on a thread per core."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from repetiteur.benchmarks.latency.material import Sound, bundled_sound
from repetiteur.benchmarks.workers import default_workers
from repetiteur.bridges.hearing import make_ears
from repetiteur.bridges.urgency import undisturbed
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.hearing.as_inputs import as_inputs
from repetiteur.realtime.inputs import Chunk, Tick

SESSIONS = (1, 2, 4, 8, 16, 32, 64)
BLOCK_S = 0.01
_WARM_UP = 20


@dataclass(frozen=True, slots=True)
class SessionsCost:
    sessions: int
    threads: int
    p50_ms: float  # of one block of all of them
    p99_ms: float
    share: float  # of real time, at the median: above 1 it cannot be done


class _Player:
    """One session without its own threads, so that many can share those there are."""

    def __init__(self, music: Sound, first_s: float) -> None:
        self._ears, self._engine = make_ears(), Engine(music.score)
        self._engine.open()
        block = round(BLOCK_S * music.rate_hz)
        self._blocks = music.samples[round(first_s * music.rate_hz) :]
        self._blocks = self._blocks[: len(self._blocks) // block * block].reshape(-1, block)
        self._rate_hz = music.rate_hz

    def play(self, number: int) -> None:
        t_s = number * BLOCK_S
        chunk = Chunk(t_s, self._blocks[number % len(self._blocks)], self._rate_hz)
        for item in as_inputs(self._ears.push(chunk)):
            self._engine.push(item)
        self._engine.push(Tick(t_s + BLOCK_S))


def measure(sessions: Sequence[int] = SESSIONS, blocks: int = 300) -> Iterator[SessionsCost]:
    """Block after block, nothing in between."""
    music, cores = bundled_sound(), default_workers()
    for count in sessions:
        players = [_Player(music, 0.37 * number) for number in range(count)]
        threads = min(cores, count)
        took_ms = np.zeros(blocks)
        with undisturbed(), ThreadPoolExecutor(threads) as pool:
            for block in range(-_WARM_UP, blocks):
                start_ns = time.perf_counter_ns()
                _together(pool, players, threads, block + _WARM_UP)
                took_ms[block] = (time.perf_counter_ns() - start_ns) / 1e6
        p50, p99 = np.percentile(took_ms, (50, 99)).tolist()
        yield SessionsCost(count, threads, p50, p99, p50 / (BLOCK_S * 1e3))


def _together(pool: ThreadPoolExecutor, players: Sequence[_Player], threads: int, block: int) -> None:
    def some(first: int) -> None:
        for player in players[first::threads]:
            player.play(block)

    list(pool.map(some, range(threads)))
