"""What 10 ms of sound cost until they are spectra and descriptors: microseconds per hop, on one core.

*Hot*: one hop right after the other. *Paced*: a hop every 10 ms and the processor idle in between, which is
how it is live: caches grow cold and clocks go down. Each called from Python, as the encoder is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from repetiteur.kernels.descriptor_tables import DESCRIPTORS
from repetiteur.kernels.descriptors import describe, descriptor_tables, new_past
from repetiteur.kernels.jit import kernel
from repetiteur.kernels.spectra import FFT_BINS, listen, new_ear, spectra_plan
from repetiteur.kernels.spectral_grid import BINS, HOP_S, HOP_SAMPLES, SAMPLE_RATE_HZ, WINDOWS

WARM_UP_HOPS = 100
HOT_HOPS = 20_000
STRUCK_EVERY_S = 0.15


@dataclass(frozen=True, slots=True)
class HopCost:
    """Microseconds of wall clock."""

    what: str
    hops: int
    p50_us: float
    p99_us: float
    worst_us: float


def measure(paced_s: float) -> list[HopCost]:
    """Hot, then paced for so many seconds."""
    return _costs("hot", HOT_HOPS, 0.0) + _costs("paced", max(1, round(paced_s / HOP_S)), HOP_S)


@kernel
def _features(plan, ear, tables, past, sound, begin, row, amplitudes, out):
    """As the encoder calls them: one after the other, without going back to Python."""
    listen(plan, ear, sound, begin, row, amplitudes)
    describe(tables, past, amplitudes, out)


def _costs(name: str, hops: int, every_s: float) -> list[HopCost]:
    sound = _struck(min(hops, 1000) + WARM_UP_HOPS)
    plan, tables = spectra_plan(), descriptor_tables()
    row, out = np.zeros((len(WINDOWS), BINS), np.float32), np.zeros(DESCRIPTORS, np.float32)
    amplitudes = np.zeros((len(sound) // HOP_SAMPLES, FFT_BINS), np.float32)
    ear, past, both = new_ear(), new_past(), (new_ear(), new_past())

    def spectra(hop: int) -> None:
        listen(plan, ear, sound, hop * HOP_SAMPLES, row, amplitudes[hop])

    def descriptors(hop: int) -> None:
        describe(tables, past, amplitudes[hop], out)

    def all_of_it(hop: int) -> None:
        _features(plan, both[0], tables, both[1], sound, hop * HOP_SAMPLES, row, amplitudes[hop], out)

    parts = ("three spectra", spectra), ("A4, A7, A8 and A9", descriptors), ("all of it", all_of_it)
    return [_cost(f"{what}, {name}", _timed(part, hops, len(amplitudes), every_s)) for what, part in parts]


def _timed(part: Callable[[int], None], hops: int, different: int, every_s: float) -> np.ndarray:
    """Nanoseconds of each hop after the first few, of which ``different`` are there."""
    took_ns = np.zeros(WARM_UP_HOPS + hops, np.int64)
    began_s = time.perf_counter()
    for hop in range(len(took_ns)):
        if every_s and (wait_s := began_s + hop * every_s - time.perf_counter()) > 0:
            time.sleep(wait_s)
        start_ns = time.perf_counter_ns()
        part(hop % different)
        took_ns[hop] = time.perf_counter_ns() - start_ns
    return took_ns[WARM_UP_HOPS:]


def _struck(hops: int) -> np.ndarray:
    """Chords that die away, over noise."""
    die = np.random.default_rng(1)
    at_s = np.arange(hops * HOP_SAMPLES) / SAMPLE_RATE_HZ
    sound = die.normal(0.0, 1e-3, len(at_s))
    for hz in 27.5 * 2.0 ** (die.integers(0, 88, 12) / 12):
        sound += 0.05 * np.sin(2 * np.pi * hz * at_s) * np.exp(-8.0 * (at_s % STRUCK_EVERY_S))
    return sound.astype(np.float32)


def _cost(what: str, took_ns: np.ndarray) -> HopCost:
    p50, p99 = np.percentile(took_ns, (50, 99)) / 1000.0
    return HopCost(what, len(took_ns), float(p50), float(p99), float(took_ns.max() / 1e3))
