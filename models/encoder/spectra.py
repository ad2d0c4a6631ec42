"""What the encoder looks at: three spectra on one log-frequency grid, every 10 ms.

A long window for the bass (taken at a quarter of the rate), a middle one, and a short one for attacks; each ends
at the newest sample and falls off within its last few milliseconds, so that what was just played counts at once.
This is the form for training and for GPUs; ``kernels/spectra.py`` computes the same numbers live.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from repetiteur.models.encoder.heads import HOP_SAMPLES, KEYS, SAMPLE_RATE_HZ

A0_HZ = 27.5  # the lowest key, at A4 = 440 Hz
BINS_PER_KEY = 3
BINS_PER_OCTAVE = 12 * BINS_PER_KEY
BINS = KEYS * BINS_PER_KEY + 30  # the grid's top is 7.6 kHz
SLOWER = 4  # the long window is taken at 4 kHz
DECIMATOR_TAPS = 33
FLOOR = 1e-8  # power of the faintest partial that is told from silence; a full-scale sine has 1
LOG_SCALE = 6.0  # silence is 0, a full-scale sine about 3


@dataclass(frozen=True, slots=True)
class Window:
    samples: int
    fall: int  # samples, at the newest end
    rate_hz: int
    highest_hz: float  # bins above are left out


LONG = Window(2048, 80, SAMPLE_RATE_HZ // SLOWER, 1600.0)
MIDDLE = Window(2048, 160, SAMPLE_RATE_HZ, 8000.0)
SHORT = Window(512, 80, SAMPLE_RATE_HZ, 8000.0)
WINDOWS = (LONG, MIDDLE, SHORT)


def bin_frequencies_hz(a4_hz: float = 440.0) -> np.ndarray:
    """The grid: three bins to a key, the middle one on the key."""
    return A0_HZ * a4_hz / 440.0 * 2.0 ** ((np.arange(BINS) - 1) / BINS_PER_OCTAVE)


def bins_of(window: Window) -> int:
    """How many of the grid's bins the window fills; the rest are silent."""
    return int(np.sum(bin_frequencies_hz() <= window.highest_hz))


def shape(window: Window) -> np.ndarray:
    """A slow rise and a quick fall, scaled so that a full-scale sine has amplitude 1."""
    rise = np.sin(np.pi / 2 * (np.arange(window.samples - window.fall) + 0.5) / (window.samples - window.fall))
    fall = np.cos(np.pi / 2 * (np.arange(window.fall) + 0.5) / window.fall)
    both = np.concatenate([rise, fall]) ** 2
    return both * (2.0 / both.sum())


def filterbank(window: Window, a4_hz: float = 440.0) -> np.ndarray:
    """(FFT bins, grid bins): triangles with peak 1, never narrower than the FFT's own bins."""
    spacing_hz = window.rate_hz / window.samples
    fft_hz = np.arange(window.samples // 2 + 1) * spacing_hz
    centre_hz = bin_frequencies_hz(a4_hz)[: bins_of(window)]
    half_width_hz = np.maximum(centre_hz * (2.0 ** (1 / BINS_PER_OCTAVE) - 1), spacing_hz)
    return np.maximum(0.0, 1.0 - np.abs(fft_hz[:, None] - centre_hz) / half_width_hz)


def decimator() -> np.ndarray:
    """Low-pass for the long window: flat to its highest bin, nothing left that would alias into it."""
    middle = (DECIMATOR_TAPS - 1) / 2
    place = np.arange(DECIMATOR_TAPS) - middle
    cut = 2000.0 / SAMPLE_RATE_HZ
    taps = 2 * cut * np.sinc(2 * cut * place) * np.hamming(DECIMATOR_TAPS)
    return taps / taps.sum()


class Spectra(nn.Module):
    """(batch, samples) to (batch, hops, 3, BINS), and the middle window's amplitudes for the descriptors.

    The first ``context_samples`` of the input only fill the windows.
    """

    context_samples = LONG.samples * SLOWER + 2 * HOP_SAMPLES

    def __init__(self, a4_hz: float = 440.0) -> None:
        super().__init__()
        for name, window in zip(("long", "middle", "short"), WINDOWS, strict=True):
            self.register_buffer(f"{name}_window", torch.tensor(shape(window), dtype=torch.float32), False)
            self.register_buffer(f"{name}_bank", torch.tensor(filterbank(window, a4_hz), dtype=torch.float32), False)
        self.register_buffer("decimator", torch.tensor(decimator()[::-1].copy(), dtype=torch.float32), False)

    def forward(self, sound: Tensor) -> tuple[Tensor, Tensor]:
        hops = (sound.shape[1] - self.context_samples) // HOP_SAMPLES
        end = self.context_samples + hops * HOP_SAMPLES
        middle = self._amplitudes(sound[:, :end], self.middle_window, HOP_SAMPLES, hops)
        short = self._amplitudes(sound[:, :end], self.short_window, HOP_SAMPLES, hops)
        slow = nn.functional.conv1d(
            sound[:, None, end % SLOWER : end], self.decimator[None, None], stride=SLOWER
        )[:, 0]  # its last sample has heard the newest sound
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


def harmonic_taps() -> np.ndarray:
    """(88 keys, taps): where on the padded grid a key's partials, neighbours and likely confusions lie.

    Tap 0 of the padded grid is silence, for places beyond its ends.
    """
    ratios = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 1 / 2, 1 / 3)
    offsets = [round(BINS_PER_OCTAVE * math.log2(ratio)) for ratio in ratios] + [-BINS_PER_KEY, BINS_PER_KEY]
    centres = np.arange(KEYS)[:, None, None] * BINS_PER_KEY + 1 + np.array(offsets)[None, :, None]
    places = centres + np.array([-1, 0, 1])
    return np.where((places >= 0) & (places < BINS), places + 1, 0).reshape(KEYS, -1)
