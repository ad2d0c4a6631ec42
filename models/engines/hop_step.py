"""One hop of many listeners as a module with nothing but tensors of fixed sizes going in and coming out:
the form that can be compiled, captured in a CUDA graph, or exported for another runtime."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from repetiteur.kernels.descriptor_tables import DESCRIPTORS
from repetiteur.kernels.spectral_grid import BINS, WINDOWS
from repetiteur.models.encoder.net import EncoderNet
from repetiteur.models.encoder.streaming import StreamingEncoder, StreamState, step
from repetiteur.models.encoder.weights import Weights


class HopStep(nn.Module):
    """``forward(spectra, descriptors, *past)`` gives (probabilities, *past): all begin with the listener."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.net = EncoderNet(weights.shape)
        self.net.load_state_dict({name: torch.tensor(values) for name, values in weights.arrays.items()})
        self.eval().requires_grad_(False)

    def forward(self, spectra: Tensor, descriptors: Tensor, *past: Tensor) -> tuple[Tensor, ...]:
        blocks = len(self.net.shape.dilations)
        logits, after = step(self.net, spectra, descriptors, StreamState(past[:blocks], past[blocks:]))
        return logits.sigmoid(), *after.blocks, *after.common

    def nothing_heard(self, listeners: int) -> tuple[Tensor, ...]:
        """(spectra, descriptors, *past) of a first hop of silence."""
        past = StreamingEncoder(self.net).init_state(listeners)
        like = self.net.key
        spectra = like.new_zeros(listeners, 1, len(WINDOWS), BINS)
        return spectra, like.new_zeros(listeners, 1, DESCRIPTORS), *past.blocks, *past.common
