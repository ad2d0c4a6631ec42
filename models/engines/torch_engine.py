"""Engines that run the network in torch: eager or compiled on a CPU, as a CUDA graph on a GPU.

The CUDA graph has never run on its target: its other half, the same module on a CPU, is what tests cover.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from repetiteur.models.encoder.heads import HEADS, KEYS
from repetiteur.models.encoder.weights import Weights
from repetiteur.models.engines.features import Features
from repetiteur.models.engines.hop_step import HopStep
from repetiteur.models.engines.interface import EngineName, UnavailableError, first_line

Step = Callable[..., Sequence[Tensor]]
_WARM_UP = 3  # calls


class TorchEngine:
    """Any engine that is a function of tensors on some device: hop by hop, the past goes round."""

    def __init__(
        self, name: EngineName, module: HopStep, step: Step, listeners: int, a4_hz: float = 440.0
    ) -> None:
        self.name = name
        self.listeners = listeners
        self._step = step
        self._features = Features(listeners, a4_hz)
        _, _, *self._past = module.nothing_heard(listeners)
        self._device = self._past[0].device

    @torch.inference_mode()
    def hear(self, sound: np.ndarray, who: np.ndarray | None = None) -> np.ndarray:
        spectra, descriptors = self._features.of(sound, who)
        heard = slice(None) if who is None else torch.from_numpy(np.flatnonzero(who)).to(self._device)
        hops = spectra.shape[1]
        out = np.empty((self.listeners, hops, KEYS, HEADS), np.float32)
        for hop in range(hops):
            told, *past = self._step(
                self._on_device(spectra[:, hop : hop + 1]),
                self._on_device(descriptors[:, hop : hop + 1]),
                *self._past,
            )
            for kept, new in zip(self._past, past, strict=True):
                kept[heard] = new[heard]
            out[:, hop] = told[:, 0].float().cpu().numpy()
        return out

    def reset(self, listener: int | None = None) -> None:
        self._features.reset(listener)
        for kept in self._past:
            (kept if listener is None else kept[listener]).zero_()

    def _on_device(self, values: np.ndarray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(values)).to(self._device)


def eager(weights: Weights, listeners: int, a4_hz: float = 440.0) -> TorchEngine:
    module = HopStep(weights)
    return TorchEngine(EngineName.TORCH, module, module, listeners, a4_hz)


def compiled(weights: Weights, listeners: int, a4_hz: float = 440.0) -> TorchEngine:
    """Takes a C++ compiler, and a minute. Raises UnavailableError."""
    module = HopStep(weights)
    step = torch.compile(module, dynamic=False)
    try:
        with torch.inference_mode():
            step(*module.nothing_heard(listeners))
    except Exception as error:
        raise UnavailableError(EngineName.COMPILED, first_line(error)) from None
    return TorchEngine(EngineName.COMPILED, module, step, listeners, a4_hz)


def cuda(weights: Weights, listeners: int, a4_hz: float = 440.0) -> TorchEngine:
    """Raises UnavailableError where there is no GPU, or it cannot do this."""
    if not torch.cuda.is_available():
        raise UnavailableError(EngineName.CUDA, "torch finds no GPU here")
    try:
        module = HopStep(weights).to("cuda")
        return TorchEngine(EngineName.CUDA, module, in_a_graph(module, listeners), listeners, a4_hz)
    except Exception as error:
        raise UnavailableError(EngineName.CUDA, first_line(error)) from None


def in_a_graph(module: HopStep, listeners: int) -> Step:
    """The module captured once and replayed. All of it in float32: TF32 would not give the same numbers."""
    torch.backends.cudnn.allow_tf32 = False
    given = module.nothing_heard(listeners)
    aside: Any = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside), torch.inference_mode():
        for _ in range(_WARM_UP):
            module(*given)
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph), torch.inference_mode():
        told = module(*given)

    def step(*values: Tensor) -> Sequence[Tensor]:
        for place, value in zip(given, values, strict=True):
            place.copy_(value)
        graph.replay()
        return told

    return step
