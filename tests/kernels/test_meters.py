"""The mix, and what the meter says of it, against the same in plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from numba.core.runtime import _nrt_python, rtsys  # pyright: ignore

from repetiteur.kernels.meters import FLOOR_DBFS, Meter


def noise(frames: int, channels: int) -> np.ndarray:
    return np.random.default_rng(3).uniform(-0.7, 0.7, (frames, channels)).astype(np.float32)


def sine(frames: int = 16_000) -> np.ndarray:
    return np.sin(2 * np.pi * 440 * np.arange(frames) / 16_000).astype(np.float32)


@pytest.mark.parametrize("channels", (1, 2, 5))
def test_the_mix_is_the_mean_of_the_channels(channels):
    sound = noise(1000, channels)
    expected = sound.astype(np.float64).mean(axis=1)
    np.testing.assert_allclose(Meter(channels).push(sound), expected, atol=1e-7)
    np.testing.assert_array_equal(Meter(channels).push(sound.ravel()), Meter(channels).push(sound))


@pytest.mark.parametrize("kind", (np.int16, np.int32))
def test_whole_numbers_are_shares_of_full_scale(kind):
    lowest = np.iinfo(kind).min
    block = np.array([0, lowest, lowest // 2, -(lowest // 4)], kind)
    np.testing.assert_array_equal(Meter().push(block), [0.0, -1.0, -0.5, 0.25])


def test_levels_are_those_of_numpy():
    sound = noise(4000, 2) + np.float32(0.1)
    meter = Meter(2)
    mix = meter.push(sound).astype(np.float64)
    levels = meter.levels()
    assert levels.rms_dbfs == pytest.approx(20 * np.log10(mix.std()), abs=1e-9)
    assert levels.peak_dbfs == pytest.approx(20 * np.log10(np.abs(sound).max()), abs=1e-9)
    assert levels.offset == pytest.approx(mix.mean(), abs=1e-12)
    assert (levels.clipped, levels.scrubbed) == (0, 0)


def test_a_full_sine():
    meter = Meter()
    meter.push(0.999 * sine())
    levels = meter.levels()
    assert levels.rms_dbfs == pytest.approx(-3.02, abs=0.01)
    assert levels.peak_dbfs == pytest.approx(0.0, abs=0.01)


def test_levels_are_since_last_asked_and_counts_since_the_beginning():
    meter = Meter()
    meter.push(np.array([1.0, 1.0, 1.0, np.nan, -0.5], np.float32))
    assert meter.levels().peak_dbfs == 0.0
    meter.push(np.zeros(100, np.float32))
    levels = meter.levels()
    assert levels.rms_dbfs == levels.peak_dbfs == FLOOR_DBFS
    assert (levels.clipped, levels.scrubbed) == (1, 1)
    assert meter.levels().rms_dbfs == FLOOR_DBFS  # nothing came since


def clipped_runs(channel: np.ndarray) -> int:
    """From the definition: stretches of three or more at one end."""
    ends = np.where(channel >= 0.99996, 1, np.where(channel <= -0.99996, -1, 0))
    stretches = np.split(ends, np.flatnonzero(np.diff(ends)) + 1)
    return sum(len(stretch) >= 3 and stretch[0] != 0 for stretch in stretches)


def test_clipping_is_counted_in_runs_whatever_the_pieces():
    die = np.random.default_rng(4)
    sound = np.clip(die.normal(0, 1.5, (3000, 2)), -1, 1).astype(np.float32)
    expected = clipped_runs(sound[:, 0]) + clipped_runs(sound[:, 1])
    assert expected > 50
    meter, at = Meter(2), 0
    while at < len(sound):
        size = int(die.integers(0, 9))
        meter.push(sound[at : at + size])
        at += size
    assert meter.levels().clipped == expected


def test_two_samples_or_a_jump_from_end_to_end_are_no_clipping():
    meter = Meter()
    meter.push(np.array([1, 1, -1, -1, 1, 1, 0, 1, 1, 0.9999, 1], np.float32))
    assert meter.levels().clipped == 0
    meter.push(np.array([32767, 32767, 32767, 32767, 32767, 32767], np.int16))
    assert meter.levels().clipped == 1


def test_what_is_no_sound_becomes_silence_and_is_counted():
    sound = np.array(
        [[0.5, np.nan], [np.inf, 0.25], [-np.inf, -np.inf], [1e9, 0.5], [1e-39, 1e-30]], np.float32
    )
    meter = Meter(2)
    np.testing.assert_array_equal(meter.push(sound), np.array([0.25, 0.125, 0, 0.25, 0], np.float32))
    levels = meter.levels()
    assert levels.scrubbed == 5
    assert levels.peak_dbfs == pytest.approx(20 * np.log10(0.5))


def test_pieces_give_the_same_bits():
    sound, die = noise(5000, 2), np.random.default_rng(5)
    whole, parts, mixes, at = Meter(2), Meter(2), [], 0
    while at < len(sound):
        size = int(die.choice([0, 1, 7, 441, 4500]))
        mixes.append(parts.push(sound[at : at + size].ravel()).copy())
        at += size
    np.testing.assert_array_equal(np.concatenate(mixes), whole.push(sound))
    assert parts.levels() == whole.levels()


def test_an_unfinished_frame_is_dropped_and_a_new_stream_is_new():
    meter = Meter(2)
    assert len(meter.push(np.ones(7, np.float32))) == 3
    meter.reset()
    meter.push(np.ones((2, 2), np.float32))  # two samples: no clipping if the earlier three are forgotten
    assert meter.levels().clipped == 0


@pytest.mark.parametrize("channels", (0, -1, 65))
def test_channels_that_are_none(channels):
    with pytest.raises(ValueError, match="channels"):
        Meter(channels)


def test_a_block_allocates_nothing():
    meter, block = Meter(2), noise(441, 2)
    meter.push(block)
    _nrt_python.memsys_enable_stats()
    before = rtsys.get_allocation_stats()
    for _ in range(100):
        meter.push(block)
    assert rtsys.get_allocation_stats().alloc == before.alloc
