"""What every engine can do, and an engine as one listener's encoder."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import numpy as np

from repetiteur.kernels.jit import floats
from repetiteur.models.encoder.heads import HEADS, HOP_SAMPLES, KEYS


class EngineName(StrEnum):
    NUMBA = "numba"
    TORCH = "torch"
    COMPILED = "compiled"  # torch.compile
    ONNX = "onnx"  # ONNX Runtime
    CUDA = "cuda"  # torch in a CUDA graph
    TENSORRT = "tensorrt"  # fp16
    TENSORRT_FP32 = "tensorrt-fp32"


TOLERANCE = {name: 1e-3 for name in EngineName} | {EngineName.TENSORRT: 2e-2}
"""Largest difference of a probability from what Numba gives."""


class UnavailableError(Exception):
    """Why there is no such engine here, in one line."""

    def __init__(self, name: EngineName, why: str) -> None:
        super().__init__(f"engine {name}: {why}")
        self.name, self.why = name, why


def first_line(error: Exception) -> str:
    """Of whatever a library says."""
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0][:200]}" if said else type(error).__name__


class Engine(Protocol):
    """So many listeners, each with its own stream; one thread at a time."""

    @property
    def name(self) -> EngineName: ...

    @property
    def listeners(self) -> int: ...

    def hear(self, sound: np.ndarray, who: np.ndarray | None = None) -> np.ndarray:
        """(listeners, whole hops of 16 kHz samples) in, (listeners, hops, KEYS, HEADS) probabilities out.

        ``who``: of which listeners there is sound, if not of all. For the others no time passes, and what is
        told of them means nothing.
        """
        ...

    def reset(self, listener: int | None = None) -> None:
        """Silence so far, for this listener or for all."""
        ...


class WholeHops:
    """Sound of any length in, the hops that ended out; the rest waits."""

    def __init__(self) -> None:
        self.reset()

    def take(self, samples: np.ndarray) -> np.ndarray:
        """(hops, HOP_SAMPLES)."""
        sound = np.concatenate([self._waiting, floats(samples)])
        whole = len(sound) // HOP_SAMPLES * HOP_SAMPLES
        self._waiting = sound[whole:].copy()
        return sound[:whole].reshape(-1, HOP_SAMPLES)

    def reset(self) -> None:
        self._waiting = np.zeros(0, np.float32)  # samples of the hop under way


class OneListener:
    """An engine for one, as the ears want it: sound of any length in, the hops that ended out."""

    delay_s = 0.0

    def __init__(self, engine: Engine) -> None:
        assert engine.listeners == 1
        self._engine = engine
        self._hops = WholeHops()

    def hear(self, samples: np.ndarray) -> np.ndarray:
        hops = self._hops.take(samples)
        if not len(hops):
            return np.zeros((0, KEYS, HEADS), np.float32)
        return self._engine.hear(hops.reshape(1, -1))[0]

    def reset(self) -> None:
        self._engine.reset()
        self._hops.reset()
