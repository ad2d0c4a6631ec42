"""What a hop of 10 ms costs in every engine this machine can run, alone and for many listeners at once, and
how far its numbers are from Numba's."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from repetiteur.benchmarks.latency.material import TONES_HZ, tones
from repetiteur.bridges.hearing import make_resampler
from repetiteur.bridges.planting.strokes import Stroke
from repetiteur.models.encoder.heads import HOP_SAMPLES
from repetiteur.models.encoder.weights import Weights, load_weights
from repetiteur.models.engines.choosing import make_engine
from repetiteur.models.engines.interface import TOLERANCE, Engine, EngineName, UnavailableError

BATCHES = (1, 4, 16, 64)
HOPS = 300
_WARM_UP, _COMPARED = 20, 100


@dataclass(frozen=True, slots=True)
class EngineCost:
    """Of one hop of all listeners together, one hop right after the other."""

    engine: str
    listeners: int
    p50_ms: float
    p99_ms: float
    each_us: float  # the median for each listener
    difference: float  # largest of a probability from Numba's
    tolerance: float
    ready_s: float  # from nothing to the first hop
    why_not: str = ""  # where there is none of that name


def measure(
    names: Sequence[EngineName] = tuple(EngineName), batches: Sequence[int] = BATCHES, hops: int = HOPS
) -> Iterator[EngineCost]:
    weights = load_weights()
    for listeners in batches:
        sound = music(listeners, hops + _WARM_UP)
        right = _heard(make_engine(EngineName.NUMBA, weights, listeners), sound)
        for name in names:
            yield _cost(name, weights, sound, right, hops)


def music(listeners: int, hops: int) -> np.ndarray:
    """(listeners, samples) at 16 kHz: the same chords, each listener a little later than the one before."""
    strokes = [Stroke(0.25 * number, 0.5, 48 + number * 7 % 36, 80) for number in range(hops // 25 + 4)]
    sound = make_resampler(TONES_HZ).push(tones(strokes))
    whole = np.zeros((listeners, hops * HOP_SAMPLES), np.float32)
    for number, row in enumerate(whole):
        part = np.roll(sound, number * 997)[: len(row)]
        row[: len(part)] = part
    return whole


def _cost(name: EngineName, weights: Weights, sound: np.ndarray, right: np.ndarray, hops: int) -> EngineCost:
    began_s = time.perf_counter()
    try:
        engine = make_engine(name, weights, len(sound))
    except UnavailableError as error:
        nothing = float("nan")
        return EngineCost(
            name, len(sound), nothing, nothing, nothing, nothing, TOLERANCE[name], nothing, error.why
        )
    engine.hear(sound[:, :HOP_SAMPLES])
    ready_s = time.perf_counter() - began_s
    engine.reset()
    difference = float(np.abs(_heard(engine, sound) - right).max())
    took_ms = np.zeros(hops)
    for hop in range(-_WARM_UP, hops):
        piece = _hop(sound, hop + _WARM_UP)
        start_ns = time.perf_counter_ns()
        engine.hear(piece)
        took_ms[max(hop, 0)] = (time.perf_counter_ns() - start_ns) / 1e6
    p50, p99 = np.percentile(took_ms, (50, 99)).tolist()
    each_us = p50 * 1e3 / len(sound)
    return EngineCost(name, len(sound), p50, p99, each_us, difference, TOLERANCE[name], ready_s)


def _heard(engine: Engine, sound: np.ndarray) -> np.ndarray:
    return np.concatenate([engine.hear(_hop(sound, hop)) for hop in range(_COMPARED)], 1)


def _hop(sound: np.ndarray, number: int) -> np.ndarray:
    return np.ascontiguousarray(sound[:, number * HOP_SAMPLES : (number + 1) * HOP_SAMPLES])
