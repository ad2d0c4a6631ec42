"""What training sees and what the live stream sees is the same."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from repetiteur.kernels.descriptors import FFT_BINS, describe, descriptor_tables, new_past  # noqa: E402
from repetiteur.models.encoder.descriptors import DESCRIPTORS, Descriptors  # noqa: E402


def test_live_equals_training():
    die = np.random.default_rng(4)
    steps = die.normal(0.0, 0.3, (600, FFT_BINS)).cumsum(0)
    amplitudes = np.exp(np.clip(steps - 9.0 + die.normal(0.0, 2.0, FFT_BINS), -40, 0)).astype(np.float32)
    amplitudes[200:250] = 0.0
    with torch.no_grad():
        expected = Descriptors()(torch.from_numpy(amplitudes)[None])[0].numpy()
    tables, past, out = descriptor_tables(), new_past(), np.zeros(DESCRIPTORS, np.float32)
    for hop, row in zip(amplitudes, expected, strict=True):
        describe(tables, past, hop, out)
        assert np.abs(out - row).max() < 1e-3
