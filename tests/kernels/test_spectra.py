"""The live spectra are those of the definition, however the sound comes, and cannot be upset."""

from __future__ import annotations

import numpy as np
import pytest
from numba.core.runtime import _nrt_python, rtsys  # pyright: ignore

from repetiteur.kernels.fourier import SCRATCH, power_512, power_2048, turns
from repetiteur.kernels.spectra import FFT_BINS, LOUDEST, MORE, listen, mel_plan, mels, new_ear, spectra_plan
from repetiteur.kernels.spectral_grid import (
    BINS,
    FLOOR,
    HOP_SAMPLES,
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
    mel_filterbank,
    shape,
)

SILENCE = LONG.samples * SLOWER + 2 * HOP_SAMPLES  # before the stream, enough for every window
FULL_SCALE = np.log(1 / FLOOR + 1) / LOG_SCALE  # what a full-scale sine reads
CLOSE = 1e-4
DECIBEL = np.log(10) / 10 / LOG_SCALE
A4_BIN = 1 + 3 * 48


def live(
    sound: np.ndarray, plan: np.ndarray | None = None, pieces: tuple[int, ...] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """(hops, 3, BINS) and (hops, FFT_BINS) of a new stream, pushed in such pieces and the rest."""
    plan, ear = spectra_plan() if plan is None else plan, new_ear()
    row, amplitudes = np.zeros((len(WINDOWS), BINS), np.float32), np.zeros(FFT_BINS, np.float32)
    rows, all_amplitudes = [], []
    for piece in np.split(sound.astype(np.float32), np.cumsum(pieces)):
        begin = 0
        while (begin := listen(plan, ear, piece, begin, row, amplitudes)) != MORE:
            rows.append(row.copy())
            all_amplitudes.append(amplitudes.copy())
    return np.array(rows), np.array(all_amplitudes)


def plain(sound: np.ndarray, a4_hz: float = 440.0, hop: int = HOP_SAMPLES) -> tuple[np.ndarray, np.ndarray]:
    """The same, written down from the definition."""
    heard = np.concatenate([np.zeros(SILENCE), sound.astype(np.float64)])
    low = np.convolve(heard, decimator())
    ends = range(SILENCE + hop, len(heard) + 1, hop)
    rows = np.zeros((len(ends), len(WINDOWS), BINS))
    banks = [filterbank(window, a4_hz) for window in WINDOWS]
    amplitudes = np.zeros((len(ends), FFT_BINS))
    for index, end in enumerate(ends):
        slow, now = low[:end:SLOWER], heard[:end]
        spectra = _amplitudes(slow, LONG), _amplitudes(now, MIDDLE), _amplitudes(now, SHORT)
        for row, spectrum, bank in zip(rows[index], spectra, banks, strict=True):
            row[: bank.shape[1]] = np.log(spectrum**2 @ bank / FLOOR + 1.0) / LOG_SCALE
        amplitudes[index] = spectra[1]
    return rows, amplitudes


def _amplitudes(heard: np.ndarray, window: Window) -> np.ndarray:
    return np.abs(np.fft.rfft(heard[-window.samples :] * shape(window)))


def music(seconds: float, seed: int = 1) -> np.ndarray:
    """Struck strings of random pitch over a little noise."""
    die = np.random.default_rng(seed)
    t_s = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    sound = die.normal(0.0, 1e-4, len(t_s))
    for onset_s in np.arange(0.05, seconds, 0.13):
        f0_hz, since_s = 27.5 * 2 ** (die.integers(0, 88) / 12), np.maximum(t_s - onset_s, 0.0)
        for partial in range(1, 9):
            if partial * f0_hz < SAMPLE_RATE_HZ / 2:
                wave = np.sin(2 * np.pi * partial * f0_hz * since_s + die.uniform(0, 6))
                sound += (t_s >= onset_s) * 0.2 / partial * wave * np.exp(-3.0 * since_s)
    return (0.5 * sound / np.abs(sound).max()).astype(np.float32)


def sine(hz: float, seconds: float, amplitude: float = 1.0) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ)


@pytest.mark.parametrize(("samples", "power_of"), [(2048, power_2048), (512, power_512)])
def test_the_transform_is_the_fourier_transform(samples, power_of):
    die = np.random.default_rng(3)
    sound, window = die.normal(size=(2, samples)).astype(np.float32)
    power = np.zeros(samples // 2 + 1, np.float32)
    power_of(sound, window, turns(samples)[0], np.zeros(1, SCRATCH)[0], power)
    expected = np.abs(np.fft.rfft(sound.astype(np.float64) * window)) ** 2
    assert np.abs(power - expected).max() < 1e-6 * expected.max()


@pytest.mark.parametrize("a4_hz", [415.0, 440.0, 466.0])
@pytest.mark.parametrize("hop", [160, 80])
def test_equal_to_the_definition(a4_hz, hop):
    sound = music(0.4)
    rows, amplitudes = live(sound, spectra_plan(a4_hz, hop))
    expected_rows, expected_amplitudes = plain(sound, a4_hz, hop)
    assert rows.shape == expected_rows.shape
    assert np.abs(rows - expected_rows).max() < CLOSE
    assert np.abs(amplitudes - expected_amplitudes).max() < 1e-6


def test_how_the_sound_is_cut_changes_no_bit():
    sound = music(0.5)
    whole = live(sound)
    for pieces in ((1,) * 300, (159, 1, 160, 161, 0, 2048), (7000,), (333,) * 20):
        for one, other in zip(whole, live(sound, pieces=pieces), strict=True):
            assert np.array_equal(one, other)


def test_silence_is_nothing():
    rows, amplitudes = live(np.zeros(10 * HOP_SAMPLES))
    assert len(rows) == 10
    assert not rows.any()
    assert not amplitudes.any()


@pytest.mark.parametrize("amplitude_db", [0.0, -40.0])
def test_a_sine_on_the_grid_reads_its_level(amplitude_db):
    """Tuned to 437.5 Hz the A is a bin of every FFT. The short window's triangle holds that bin alone."""
    rows, _ = live(sine(437.5, 0.6, 10 ** (amplitude_db / 20)), spectra_plan(437.5))
    expected = FULL_SCALE + amplitude_db * DECIBEL
    for row in rows[-1]:
        assert row.argmax() == A4_BIN
        assert expected - 1e-3 < row[A4_BIN] < expected + 1.5 * DECIBEL
    assert rows[-1, 2, A4_BIN] == pytest.approx(expected, abs=1e-3)


def test_the_grid_follows_the_tuning():
    rows, _ = live(sine(415.0, 0.6), spectra_plan(415.0))
    assert rows[-1, 1].argmax() == A4_BIN


def test_a_steady_offset_falls_off_with_frequency():
    """The quick fall leaks: an offset is to be taken out before, and must at least stay in the bass."""
    sound = np.full(3000, 0.5)
    rows, amplitudes = live(sound)
    assert amplitudes[-1].argmax() == 0
    assert np.abs(rows - plain(sound)[0]).max() < CLOSE
    rows, _ = live(np.full(SAMPLE_RATE_HZ, 0.5))
    highs = bin_frequencies_hz() > 2000.0
    assert rows[-1, :2, highs].max() < 0.1


def test_a_click_is_heard_at_once_and_gone_when_its_window_is_past():
    click = np.zeros(60 * HOP_SAMPLES)
    at = 5 * HOP_SAMPLES - 30  # two milliseconds before the end of hop 4
    click[at] = 1.0
    rows, _ = live(click)
    loud = rows.max(2) > 0.0
    assert not loud[:4].any()
    assert loud[4].all()
    after = (np.arange(60) + 1) * HOP_SAMPLES - at  # samples from the click to the end of each hop
    assert loud[(after > 0) & (after <= 512), 2].all() and not loud[after > 512, 2].any()
    assert loud[(after > 0) & (after <= 2048), 1].all() and not loud[after > 2048, 1].any()
    assert not loud[after > 4 * LONG.samples + 32, 0].any()


def test_bins_beyond_a_window_are_silent():
    rows, _ = live(np.random.default_rng(1).normal(size=4000))
    for index, window in enumerate(WINDOWS):
        assert not rows[:, index, bins_of(window) :].any()
        assert rows[-1, index, : bins_of(window)].all()
    assert bins_of(LONG) < BINS


def test_what_is_no_number_is_silence_and_what_is_too_loud_is_loud():
    strange, tame = music(0.2), music(0.2)
    strange[[100, 700, 701, 900]] = np.nan, np.inf, -np.inf, 1e30
    tame[[100, 700, 701, 900]] = 0.0, LOUDEST, -LOUDEST, LOUDEST
    rows, amplitudes = live(np.concatenate([strange, np.zeros(9000, np.float32)]))
    assert np.isfinite(rows).all() and np.isfinite(amplitudes).all()
    assert np.array_equal(rows[:20], live(tame)[0])
    assert not rows[-1].any()


def test_the_faintest_samples_are_silence():
    """They would be counted in subnormal numbers, many times slower."""
    _, amplitudes = live(np.full(4000, 1e-13, np.float32))
    assert not amplitudes.any()
    _, amplitudes = live(np.full(4000, 1e-11, np.float32))
    assert amplitudes[-1, 0] > 1e-11


def test_a_hop_allocates_nothing():
    plan, ear = spectra_plan(), new_ear()
    row, amplitudes = np.zeros((3, BINS), np.float32), np.zeros(FFT_BINS, np.float32)
    sound = music(0.5)
    listen(plan, ear, sound, 0, row, amplitudes)
    _nrt_python.memsys_enable_stats()
    before = rtsys.get_allocation_stats()
    begin = HOP_SAMPLES
    while (begin := listen(plan, ear, sound, begin, row, amplitudes)) != MORE:
        pass
    assert rtsys.get_allocation_stats().alloc == before.alloc


def test_mels():
    _, amplitudes = live(music(0.3))
    out, power = np.zeros(229, np.float32), np.zeros(FFT_BINS, np.float32)
    mels(mel_plan(229), amplitudes[-1], power, out)
    expected = np.log(amplitudes[-1].astype(np.float64) ** 2 @ mel_filterbank(229) / FLOOR + 1) / LOG_SCALE
    assert np.abs(out - expected).max() < CLOSE
    peaks_hz = mel_filterbank(229).argmax(0) * SAMPLE_RATE_HZ / 2048
    assert (np.diff(peaks_hz) >= 0).all() and peaks_hz[0] < 50 and peaks_hz[-1] > 7800


def test_what_cannot_be_done_is_refused():
    with pytest.raises(ValueError, match="100"):
        spectra_plan(hop_samples=100)
    with pytest.raises(ValueError, match="bands"):
        mel_plan(BINS + 1)
