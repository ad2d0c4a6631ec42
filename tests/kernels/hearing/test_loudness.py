"""How loud one key is: its own partials count, each as much as the others, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.kernels.loudness import PIECE, loudness_db, window

TIME_S = np.arange(PIECE) / 16_000


def sine(hz: float, amplitude: float, phase: float = 0.3) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hz * TIME_S + phase)).astype(np.float32)


def test_louder_by_as_much_in_every_partial_is_louder_by_so_much() -> None:
    tone = sum(sine(440.0 * partial, 0.3 / partial, partial) for partial in range(1, 7))
    softer_db = loudness_db(tone, window(), 440.0) - loudness_db(0.1 * tone, window(), 440.0)
    assert softer_db == pytest.approx(20.0, abs=0.2)


def test_one_partial_of_six_counts_a_sixth() -> None:
    alone = sine(440.0, 0.5)
    both = alone + sine(880.0, 0.5)
    gained_db = loudness_db(both, window(), 440.0) - loudness_db(alone, window(), 440.0)
    assert gained_db == pytest.approx((80 + 20 * np.log10(0.5)) / 6, abs=1.0)
    assert loudness_db(sine(4186.0, 0.5), window(), 4186.0) == pytest.approx(20 * np.log10(0.5), abs=0.1)


def test_it_is_the_mean_as_defined() -> None:
    noise = np.random.default_rng(4).standard_normal(PIECE).astype(np.float32)
    for hz, partials in ((110.0, 6), (1800.0, 4), (4186.0, 1)):
        turns = np.exp(-2j * np.pi * np.outer(hz * np.arange(1, partials + 1), TIME_S))
        power = np.abs(turns @ (noise * window())) ** 2 + 1e-8
        assert loudness_db(noise, window(), hz) == pytest.approx(np.mean(10 * np.log10(power)), abs=1e-6)


def test_other_keys_and_silence_count_nothing() -> None:
    assert loudness_db(np.zeros(PIECE, np.float32), window(), 440.0) == pytest.approx(-80.0)
    assert loudness_db(sine(622.25, 0.5), window(), 440.0) < -50
