"""How loud one key is: its own partials count, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.kernels.loudness import PIECE, loudness_db, window

TIME_S = np.arange(PIECE) / 16_000


def sine(hz: float, amplitude: float, phase: float = 0.3) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hz * TIME_S + phase)).astype(np.float32)


def test_partials_add_up_as_power() -> None:
    alone = sine(440.0, 0.5)
    assert loudness_db(alone, window(), 440.0) == pytest.approx(20 * np.log10(0.5), abs=0.1)
    both = alone + sine(880.0, 0.5)
    assert loudness_db(both, window(), 440.0) == pytest.approx(20 * np.log10(0.5) + 3.0, abs=0.1)
    assert loudness_db(both, window(), 880.0) == pytest.approx(20 * np.log10(0.5), abs=0.1)


def test_it_is_the_sum_as_defined() -> None:
    noise = np.random.default_rng(4).standard_normal(PIECE).astype(np.float32)
    for hz, partials in ((110.0, 6), (1800.0, 4), (4186.0, 1)):
        turns = np.exp(-2j * np.pi * np.outer(hz * np.arange(1, partials + 1), TIME_S))
        power = np.sum(np.abs(turns @ (noise * window())) ** 2) + 1e-8
        assert loudness_db(noise, window(), hz) == pytest.approx(10 * np.log10(power), abs=1e-6)


def test_other_keys_and_silence_count_nothing() -> None:
    assert loudness_db(np.zeros(PIECE, np.float32), window(), 440.0) == pytest.approx(-80.0)
    assert loudness_db(sine(622.25, 0.5), window(), 440.0) < -50
