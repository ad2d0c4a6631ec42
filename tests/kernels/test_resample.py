"""Any rate to 16 kHz: what comes out, when, and that it does not matter in which pieces it went in."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from numba.core.runtime import _nrt_python, rtsys  # pyright: ignore

from repetiteur.kernels.resample import BETA, Resampler, half_length

RATES = (8_000, 11_025, 22_050, 32_000, 44_099, 44_100, 48_000, 88_200, 96_000, 192_000)


def whole(rate_hz: int, sound: np.ndarray) -> np.ndarray:
    """Everything that comes of a sound, in one piece, to its very end."""
    resampler = Resampler(rate_hz)
    return np.concatenate([resampler.push(sound).copy(), resampler.flush().copy()])


def noise(samples: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, samples).astype(np.float32)


def sine(rate_hz: int, hz: float, seconds: float = 0.3) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(round(rate_hz * seconds)) / rate_hz).astype(np.float32)


def decibels(sound: np.ndarray) -> float:
    """Root mean square, leaving out the ends, where the sound is cut."""
    inner = sound[600:-600].astype(np.float64)
    return 20 * np.log10(np.sqrt(np.mean(inner**2)) + 1e-12)


def plainly(rate_hz: int, sound: np.ndarray, n: int) -> float:
    """Output sample n, from the definition: a windowed sinc around its instant, in double precision."""
    half = half_length(rate_hz)
    place = Fraction(n * rate_hz, 16_000)
    cutoff = min(16_000, rate_hz) * 0.9375 / rate_hz
    total = weights = 0.0
    for i in range(int(place) - half, int(place) + half + 2):
        away = float(i - place)
        if abs(away) >= half:
            continue
        window = np.i0(BETA * np.sqrt(1 - (away / half) ** 2))
        weight = float(np.sinc(cutoff * away) * window)
        weights += weight
        if 0 <= i < len(sound):
            total += weight * float(sound[i])
    return total / weights


@pytest.mark.parametrize("rate_hz", RATES)
def test_each_sample_is_the_windowed_sinc_around_its_instant(rate_hz):
    sound = noise(rate_hz // 10)
    out = whole(rate_hz, sound)
    some = [0, 1, 2, 7, *range(40, len(out), 173), len(out) - 1]
    expected = [plainly(rate_hz, sound, n) for n in some]
    np.testing.assert_allclose(out[some], expected, atol=4e-6)


@pytest.mark.parametrize("rate_hz", (*RATES, 16_000))
def test_pieces_of_any_size_give_the_same_bits(rate_hz):
    sound, die = noise(rate_hz // 2), np.random.default_rng(2)
    resampler, pieces, at = Resampler(rate_hz), [], 0
    while at < len(sound):
        size = int(die.choice([0, 1, 2, 13, 160, 441, 5000]))
        pieces.append(resampler.push(sound[at : at + size]).copy())
        at += size
    pieces.append(resampler.flush().copy())
    np.testing.assert_array_equal(np.concatenate(pieces), whole(rate_hz, sound))


@pytest.mark.parametrize("rate_hz", RATES)
def test_how_many_samples_are_out_is_known_after_every_input_sample(rate_hz):
    resampler, half = Resampler(rate_hz), half_length(rate_hz)
    assert resampler.delay_s == half / rate_hz
    for n in range(3 * half):
        resampler.push(np.zeros(1, np.float32))
        assert resampler.made == max(0, ceil(Fraction((n + 1 - half) * 16_000, rate_hz)))
    resampler.flush()
    assert resampler.made == ceil(Fraction(3 * half * 16_000, rate_hz))


@pytest.mark.parametrize("rate_hz", (44_099, 44_100))
def test_nothing_drifts(rate_hz):
    late, fresh = Resampler(rate_hz), Resampler(rate_hz)
    for _ in range(100):
        late.push(np.zeros(rate_hz, np.float32))
    tune = sine(rate_hz, 440.0)
    expected = fresh.push(tune)
    np.testing.assert_array_equal(late.push(tune)[-len(expected) :], expected)
    assert late.made == 100 * 16_000 + fresh.made


@pytest.mark.parametrize("rate_hz", RATES)
def test_what_is_kept_is_flat_and_in_its_place(rate_hz):
    edge = 7 / 8 * min(16_000, rate_hz) / 2
    for hz in (50.0, 440.0, 0.5 * edge, edge):
        out = whole(rate_hz, sine(rate_hz, hz))
        expected = np.sin(2 * np.pi * hz * np.arange(len(out)) / 16_000)
        assert decibels(out - expected) < -80.0  # gain, phase and time at once


@pytest.mark.parametrize("rate_hz", [rate for rate in RATES if rate > 16_000])
def test_what_would_come_back_below_8_khz_is_80_db_down(rate_hz):
    for hz in np.linspace(8_000, rate_hz / 2 - 50, 23):
        assert decibels(whole(rate_hz, sine(rate_hz, hz))) < -80.0 - 3.0  # of a sine of -3 dB


@pytest.mark.parametrize("rate_hz", (8_000, 11_025))
def test_low_rates_get_no_images(rate_hz):
    out = whole(rate_hz, sine(rate_hz, 0.4 * rate_hz, 0.5))
    spectrum = np.abs(np.fft.rfft(out[1000:7000] * np.blackman(6000)))
    image = round(0.6 * rate_hz / 16_000 * 6000)
    assert 20 * np.log10(spectrum[image - 5 : image + 6].max() / spectrum.max()) < -80.0


@pytest.mark.parametrize("rate_hz", (22_050, 44_099, 44_100, 48_000, 96_000))
def test_soxr_hears_the_same(rate_hz):
    soxr = pytest.importorskip("soxr")
    spectrum = np.fft.rfft(noise(rate_hz))
    spectrum[np.fft.rfftfreq(rate_hz, 1 / rate_hz) > 6_500] = 0.0
    sound = np.fft.irfft(spectrum, rate_hz).astype(np.float32)
    ours, theirs = whole(rate_hz, sound), soxr.resample(sound, rate_hz, 16_000, "VHQ")
    count = min(len(ours), len(theirs))
    assert decibels(ours[:count] - theirs[:count]) < decibels(ours) - 80.0


def test_16_khz_passes_through_at_once():
    resampler, sound = Resampler(16_000), noise(500)
    assert resampler.delay_s == 0.0
    np.testing.assert_array_equal(resampler.push(sound), sound)
    assert len(resampler.flush()) == 0
    assert resampler.made == 500


def test_any_kind_of_array_will_do():
    sound = np.round(noise(1000) * 99)
    expected = Resampler(48_000).push(sound)
    for kind in (
        np.frombuffer(sound.tobytes(), np.float32),
        sound.astype(np.int16),
        np.repeat(sound, 2)[::2],
    ):
        np.testing.assert_array_equal(Resampler(48_000).push(kind), expected)


def test_a_new_stream_knows_nothing_of_the_last():
    resampler, sound = Resampler(44_100), noise(3000)
    resampler.push(noise(7001, 5))
    resampler.reset()
    np.testing.assert_array_equal(resampler.push(sound), Resampler(44_100).push(sound))
    assert resampler.made == ceil((3000 - half_length(44_100)) * 16_000 / 44_100)


@pytest.mark.parametrize("rate_hz", (0, -44_100, 3_999, 44_100.5, 1e9, float("nan")))
def test_rates_that_are_none(rate_hz):
    with pytest.raises(ValueError, match="sample rate"):
        Resampler(rate_hz)


def test_a_block_allocates_nothing():
    resampler, block = Resampler(44_100), noise(441)
    resampler.push(block)
    _nrt_python.memsys_enable_stats()
    before = rtsys.get_allocation_stats()
    for _ in range(100):
        resampler.push(block)
    assert rtsys.get_allocation_stats().alloc == before.alloc
