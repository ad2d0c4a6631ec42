"""Which engine computes: the one asked for, or the best this machine has. What cannot be had says why."""

from __future__ import annotations

import os
from collections.abc import Callable

from repetiteur.models.encoder.weights import Weights
from repetiteur.models.engines.interface import Engine, EngineName, UnavailableError
from repetiteur.models.engines.numba_engine import NumbaEngine

AUTO = "auto"
GPU_FROM = 4  # listeners: for fewer a CPU is as quick, and nothing has to be built
ON_A_GPU = (EngineName.TENSORRT, EngineName.CUDA)

Tell = Callable[[str], None]


def make_engine(
    name: EngineName,
    weights: Weights,
    listeners: int = 1,
    threads: int = 0,
    a4_hz: float = 440.0,
    progress: Tell = lambda text: None,
) -> Engine:
    """This one and no other. ``threads``: 0 for as many as there are cores. Raises UnavailableError."""
    threads = threads or os.cpu_count() or 1
    if name is EngineName.NUMBA:
        return NumbaEngine(weights, listeners, threads, a4_hz)
    if name is EngineName.ONNX:
        from repetiteur.models.engines.onnx_engine import OnnxEngine

        return OnnxEngine(weights, listeners, threads, a4_hz)
    if name in (EngineName.TENSORRT, EngineName.TENSORRT_FP32):
        from repetiteur.models.engines.tensorrt_engine import tensorrt

        return tensorrt(weights, listeners, name is EngineName.TENSORRT, a4_hz, progress)
    try:
        from repetiteur.models.engines import torch_engine
    except ImportError as error:
        raise UnavailableError(name, f"{error.name} is not installed") from None
    made = {
        EngineName.TORCH: torch_engine.eager,
        EngineName.COMPILED: torch_engine.compiled,
        EngineName.CUDA: torch_engine.cuda,
    }
    return made[name](weights, listeners, a4_hz)


def choose(
    wanted: str, weights: Weights, listeners: int = 1, tell: Tell = lambda text: None, a4_hz: float = 440.0
) -> Engine:
    """``wanted``: AUTO or a name. What cannot be had is told in one line, and Numba takes its place."""
    told: list[str] = []
    for name in candidates(wanted, listeners):
        try:
            return make_engine(name, weights, listeners, a4_hz=a4_hz, progress=tell)
        except UnavailableError as error:
            told.append(str(error))
    if told:
        tell(f"{'; '.join(told)}; {EngineName.NUMBA} is used instead")
    return make_engine(EngineName.NUMBA, weights, listeners, a4_hz=a4_hz)


def candidates(wanted: str, listeners: int) -> tuple[EngineName, ...]:
    """In the order in which they are tried, before Numba."""
    if wanted != AUTO:
        return (EngineName(wanted),)
    return ON_A_GPU if listeners >= GPU_FROM and has_gpu() else ()


def has_gpu() -> bool:
    """Asked without loading a library: torch takes seconds."""
    return os.path.exists("/proc/driver/nvidia/version") or os.path.exists("/dev/nvidia0")
