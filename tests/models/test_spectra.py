"""What training sees and what the live stream sees is the same."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from repetiteur.kernels.spectra import FFT_BINS, MORE, listen, new_ear, spectra_plan  # noqa: E402
from repetiteur.kernels.spectral_grid import BINS, HOP_SAMPLES, SAMPLE_RATE_HZ, WINDOWS  # noqa: E402
from repetiteur.models.encoder.spectra import Spectra  # noqa: E402


def glide(seconds: float) -> np.ndarray:
    """Up through the keys and fading, with clicks and noise."""
    t_s = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    sound = 0.4 * np.sin(2 * np.pi * 30.0 * (2 ** (4 * t_s) - 1) / (4 * np.log(2))) * np.exp(-t_s)
    sound[:: SAMPLE_RATE_HZ // 5] += 0.5
    return (sound + np.random.default_rng(2).normal(0, 1e-3, len(sound))).astype(np.float32)


@pytest.mark.parametrize("a4_hz", [440.0, 431.5])
def test_live_equals_training(a4_hz):
    sound = glide(2.0)
    spectra = Spectra(a4_hz)
    padded = np.concatenate([np.zeros(spectra.context_samples, np.float32), sound])
    with torch.no_grad():
        expected, expected_amplitudes = (x[0].numpy() for x in spectra(torch.from_numpy(padded)[None]))
    plan, ear = spectra_plan(a4_hz), new_ear()
    row, amplitudes = np.zeros((len(WINDOWS), BINS), np.float32), np.zeros(FFT_BINS, np.float32)
    begin = hops = 0
    while (begin := listen(plan, ear, sound, begin, row, amplitudes)) != MORE:
        assert np.abs(row - expected[hops]).max() < 1e-4
        assert np.abs(amplitudes - expected_amplitudes[hops]).max() < 1e-6
        hops += 1
    assert hops == len(expected) == len(sound) // HOP_SAMPLES
