"""A steady offset goes, the sound stays, and cutting the stream changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.kernels.offset import MEMORY_S, OffsetRemover

RATE_HZ = 16_000


def sine(hz: float, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ).astype(np.float32)


def test_as_a_plain_reading_of_the_definition():
    sound = sine(100)[:500] + np.float32(0.3)
    mean, expected = float(sound[0]), []
    for sample in sound:
        mean += (sample - mean) / (MEMORY_S * RATE_HZ)
        expected.append(sample - mean)
    assert OffsetRemover().push(sound) == pytest.approx(np.array(expected), abs=1e-6)


@pytest.mark.parametrize("offset", [0.0, 0.5, -0.9])
def test_a_constant_is_silence_from_the_first_sample(offset):
    assert np.abs(OffsetRemover().push(np.full(4000, offset, np.float32))).max() < 1e-7


def test_the_lowest_key_keeps_its_level():
    heard = OffsetRemover().push(0.5 * sine(27.5, 3.0) + 0.4)[RATE_HZ:]
    assert np.abs(heard).max() == pytest.approx(0.5, rel=0.02)
    assert abs(heard.mean()) < 0.002


def test_however_it_is_cut():
    sound = sine(440) + np.float32(0.2)
    whole, pieces, remover = OffsetRemover().push(sound), [], OffsetRemover()
    for begin, end in ((0, 1), (1, 1), (1, 160), (160, 777), (777, len(sound))):
        pieces.append(remover.push(sound[begin:end]))
    assert np.array_equal(np.concatenate(pieces), whole)


def test_what_is_given_is_not_changed():
    sound = np.full(100, 0.5, np.float32)
    OffsetRemover().push(sound)
    assert (sound == 0.5).all()
