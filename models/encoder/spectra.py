"""What the encoder looks at: three spectra on one log-frequency grid, every 10 ms.

A long window for the bass (taken at a quarter of the rate), a middle one, and a short one for attacks; each
ends at the newest sample and falls off within its last few milliseconds, so that what was just played counts
at once.
This is the form for training and for GPUs; ``kernels/spectra.py`` computes the same numbers live, and
``kernels/spectral_grid.py`` defines them for both.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from repetiteur.kernels.spectral_grid import (
    A0_HZ,
    BINS,
    BINS_PER_KEY,
    BINS_PER_OCTAVE,
    DECIMATOR_TAPS,
    FLOOR,
    HOP_SAMPLES,
    KEYS,
    LOG_SCALE,
    LONG,
    MIDDLE,
    SAMPLE_RATE_HZ,
    SHORT,
    SLOWER,
    WINDOWS,
    Window,
    bin_frequencies_hz,
    bins_of,
    decimator,
    filterbank,
    harmonic_taps,
    shape,
)

__all__ = [
    "A0_HZ", "BINS", "BINS_PER_KEY", "BINS_PER_OCTAVE", "DECIMATOR_TAPS", "FLOOR", "HOP_SAMPLES", "KEYS",
    "LOG_SCALE", "LONG", "MIDDLE", "SAMPLE_RATE_HZ", "SHORT", "SLOWER", "WINDOWS", "Spectra", "Window",
    "bin_frequencies_hz", "bins_of", "decimator", "filterbank", "harmonic_taps", "shape",
]  # fmt: skip


class Spectra(nn.Module):
    """(batch, samples) to (batch, hops, 3, BINS), and the middle window's amplitudes for the descriptors.

    The first ``context_samples`` of the input only fill the windows.
    """

    long_window: Tensor
    middle_window: Tensor
    short_window: Tensor
    long_bank: Tensor
    middle_bank: Tensor
    short_bank: Tensor
    decimator: Tensor
    context_samples = LONG.samples * SLOWER + 2 * HOP_SAMPLES

    def __init__(self, a4_hz: float = 440.0) -> None:
        super().__init__()
        for name, window in zip(("long", "middle", "short"), WINDOWS, strict=True):
            self.register_buffer(f"{name}_window", torch.tensor(shape(window), dtype=torch.float32), False)
            bank = torch.tensor(filterbank(window, a4_hz), dtype=torch.float32)
            self.register_buffer(f"{name}_bank", bank, False)
        self.register_buffer("decimator", torch.tensor(decimator()[::-1].copy(), dtype=torch.float32), False)

    def forward(self, sound: Tensor) -> tuple[Tensor, Tensor]:
        hops = (sound.shape[1] - self.context_samples) // HOP_SAMPLES
        end = self.context_samples + hops * HOP_SAMPLES
        middle = self._amplitudes(sound[:, :end], self.middle_window, HOP_SAMPLES, hops)
        short = self._amplitudes(sound[:, :end], self.short_window, HOP_SAMPLES, hops)
        slow = nn.functional.conv1d(
            sound[:, None, end % SLOWER : end], self.decimator[None, None], stride=SLOWER
        )[:, 0]  # its last sample has heard all but the three newest of the sound
        long = self._amplitudes(slow, self.long_window, HOP_SAMPLES // SLOWER, hops)
        logs = [
            self._on_grid(long, self.long_bank),
            self._on_grid(middle, self.middle_bank),
            self._on_grid(short, self.short_bank),
        ]
        return torch.stack(logs, 2), middle

    @staticmethod
    def _amplitudes(sound: Tensor, window: Tensor, hop: int, hops: int) -> Tensor:
        """(batch, hops, FFT bins); the last window ends at the newest sample."""
        needed = (hops - 1) * hop + len(window)
        frames = sound[:, -needed:].unfold(1, len(window), hop)
        return torch.fft.rfft(frames * window).abs()

    @staticmethod
    def _on_grid(amplitudes: Tensor, bank: Tensor) -> Tensor:
        power = amplitudes.square() @ bank
        logs = torch.log(power * (1 / FLOOR) + 1.0) * (1 / LOG_SCALE)
        return nn.functional.pad(logs, (0, BINS - bank.shape[1]))
