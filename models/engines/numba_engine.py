"""The engine that runs everywhere: one listener on each of so many threads, no interpreter in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from repetiteur.models.encoder.engine import encoder_of
from repetiteur.models.encoder.heads import HEADS, HOP_SAMPLES, KEYS
from repetiteur.models.encoder.weights import Weights
from repetiteur.models.engines.interface import EngineName


class NumbaEngine:
    """Listeners are dealt out to the threads; the weights are shared."""

    name = EngineName.NUMBA

    def __init__(self, weights: Weights, listeners: int = 1, threads: int = 1, a4_hz: float = 440.0) -> None:
        first = encoder_of(weights, a4_hz)
        self._encoders = [first, *(first.another() for _ in range(listeners - 1))]
        threads = min(threads, listeners)
        self._shares = [range(each, listeners, threads) for each in range(threads)]
        self._pool = ThreadPoolExecutor(threads, "engine") if threads > 1 else None

    @property
    def listeners(self) -> int:
        return len(self._encoders)

    def hear(self, sound: np.ndarray, who: np.ndarray | None = None) -> np.ndarray:
        out = np.empty((self.listeners, sound.shape[1] // HOP_SAMPLES, KEYS, HEADS), np.float32)

        def work(share: range) -> None:
            for number in share:
                if who is None or who[number]:
                    out[number] = self._encoders[number].hear(sound[number])

        list(map(work, self._shares) if self._pool is None else self._pool.map(work, self._shares))
        return out

    def reset(self, listener: int | None = None) -> None:
        for encoder in self._encoders if listener is None else self._encoders[listener : listener + 1]:
            encoder.reset()
