"""Notes as few numbers: what comes back is near what went in, and silence takes nothing."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from repetiteur.models.studio.note_codec import LINES, decode, encode

SAMPLES = 9_001


def a_string(hz: float) -> np.ndarray:
    """Eight partials, dying away."""
    time_s = np.arange(SAMPLES) / 16_000
    partials = [np.sin(2 * np.pi * hz * k * time_s) * np.exp(-time_s * 3 * k) / k for k in range(1, 9)]
    sound = np.sum(partials, 0) * (time_s > 0.004)
    return (sound / np.abs(sound).max()).astype(np.float32)


@pytest.mark.parametrize("hz", [55.0, 440.0, 900.0])
def test_there_and_back(hz):
    note = a_string(hz)[None]
    error = decode(encode(note), SAMPLES) - note
    assert 10 * np.log10(np.square(note).sum() / np.square(error).sum()) > 38
    assert np.abs(error).max() < 0.02


def test_it_packs_well():
    packed = encode(a_string(220.0)[None])
    assert len(zlib.compress(packed.tobytes())) < SAMPLES / 3


def test_blocks_fit_any_length():
    for samples in (1, LINES, LINES + 1, 5 * LINES):
        note = np.ones((2, samples), np.float32)
        assert decode(encode(note), samples).shape == (2, samples)
    assert not encode(np.zeros((1, 1000), np.float32)).any()
