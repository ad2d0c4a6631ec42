"""The descriptors A4, A7, A8 and A9 in their causal form, as the encoder gets them beside the spectra.

The form for training and for GPUs; ``kernels/descriptors.py`` computes the same numbers live, and
``kernels/descriptors_exact.py`` has the exact forms of the paper and says how the two differ. All take the
middle window's amplitudes (batch, hops, 1025).
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from repetiteur.kernels.descriptor_tables import (
    A4_BANDS,
    A4_EDGES,
    C1_HZ,
    CLASSES,
    DESCRIPTORS,
    HANN_GAIN,
    KEPT,
    LEAST_SPREAD,
    LOWEST_CHROMA_HZ,
    LOWEST_PEAK_HZ,
    MEMORY_S,
    PEAKS,
    PRESENT,
    RATIO_WIDTH,
    RATIOS,
    lowest_peak,
    pitch_classes,
)
from repetiteur.kernels.spectral_grid import MIDDLE, fft_frequencies_hz

__all__ = [
    "A4_BANDS", "A4_EDGES", "C1_HZ", "CLASSES", "DESCRIPTORS", "HANN_GAIN", "KEPT", "LEAST_SPREAD",
    "LOWEST_CHROMA_HZ", "LOWEST_PEAK_HZ", "MEMORY_S", "PEAKS", "PRESENT", "RATIOS", "RATIO_WIDTH",
    "Descriptors",
]  # fmt: skip


class Descriptors(nn.Module):
    """(batch, hops, 1025) amplitudes to (batch, hops, DESCRIPTORS). A batch starts with an empty memory."""

    chroma: Tensor
    bands: Tensor
    ratios: Tensor
    pairs: Tensor

    def __init__(self) -> None:
        super().__init__()
        frequency = fft_frequencies_hz(MIDDLE)
        chroma = pitch_classes(frequency)[:, None] == np.arange(CLASSES)
        bands = np.zeros((len(frequency), A4_BANDS))
        for band, (low, high) in enumerate(pairwise(A4_EDGES)):
            bands[low:high, band] = 1 / (high - low)
        self.lowest_peak = lowest_peak()
        self.register_buffer("chroma", torch.tensor(chroma, dtype=torch.float32), False)
        self.register_buffer("bands", torch.tensor(bands, dtype=torch.float32), False)
        self.register_buffer("ratios", torch.tensor(np.log2(RATIOS), dtype=torch.float32), False)
        self.register_buffer("pairs", torch.triu_indices(PEAKS, PEAKS, 1), False)

    def forward(self, amplitudes: Tensor) -> Tensor:
        magnitudes = amplitudes * HANN_GAIN
        rational = self._rational(magnitudes)
        return torch.cat(
            [self._a4(magnitudes), _shares(rational), self._a8(magnitudes), self._a9(rational)], 2
        )

    def _a4(self, magnitudes: Tensor) -> Tensor:
        energy = torch.log1p(magnitudes) @ self.bands
        change = torch.diff(energy, dim=1, prepend=energy[:, :1])
        mean = _fading_mean(change)
        spread = (_fading_mean(change.square()) - mean.square()).clamp_min(0).sqrt()
        return ((change - mean) / spread.clamp_min(LEAST_SPREAD)).clamp(-8, 8) / 4

    def _rational(self, magnitudes: Tensor) -> Tensor:
        high, place = magnitudes[:, :, self.lowest_peak :].topk(PEAKS, 2)
        octave = torch.log2((place + self.lowest_peak).float())
        one, other = self.pairs
        ratio = (octave[:, :, one] - octave[:, :, other]).abs() % 1.0
        away = (ratio[..., None] - self.ratios).abs()
        away = torch.minimum(away, 1 - away)
        weight = (high[:, :, one] * high[:, :, other]).sqrt()
        return (torch.exp(away.square() * (-0.5 / RATIO_WIDTH**2)) * weight[..., None]).sum(2)

    def _a8(self, magnitudes: Tensor) -> Tensor:
        rising = torch.diff(magnitudes, dim=1, prepend=magnitudes[:, :1]).clamp_min(0).sum(2, keepdim=True)
        hops = torch.arange(rising.shape[1], device=rising.device, dtype=torch.float32)[None, :, None]
        fading = -math.log(KEPT) * hops
        highest = (torch.log(rising + 1e-6) + fading).cummax(1).values - fading
        return _shares(magnitudes @ self.chroma) * (rising / torch.exp(highest))

    def _a9(self, rational: Tensor) -> Tensor:
        share = _fading_mean((rational > PRESENT).float())
        rarity = torch.log(1 / (share + 1e-3)).clamp(0, 5)
        return _shares(rational * rarity)


def _shares(parts: Tensor) -> Tensor:
    return parts / (parts.sum(2, keepdim=True) + 1e-4)


def _fading_mean(values: Tensor) -> Tensor:
    """(batch, hops, any): the mean of all hops so far, old ones counting less."""
    hops = torch.arange(values.shape[1], device=values.device)
    age = hops[:, None] - hops
    weight = torch.where(age >= 0, KEPT ** age.clamp_min(0).float(), 0.0)
    return (weight / weight.sum(1, keepdim=True)) @ values
