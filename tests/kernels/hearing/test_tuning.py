"""A4 is found to two cents, noise is not taken for music, and what cannot be known is asked for."""

from __future__ import annotations

import numpy as np
import pytest
from numba.core.runtime import _nrt_python, rtsys  # pyright: ignore

from repetiteur.kernels.tuning import SURE, Tuning, middle

WINDOWS = ("hann", "asymmetric")
PITCHES = (415.0, 427.0, 430.0, 435.0, 440.0, 442.0, 445.0, 452.0, 466.0)


def heard(sounds, sound: np.ndarray, kind: str, a4_hz: float = 440.0) -> Tuning:
    window = sounds.window(kind)
    tuning = Tuning(window, a4_hz)
    for frame in sounds.spectra(sound, window):
        tuning.push(frame)
    return tuning


def off(cents: float, a4_hz: float) -> float:
    """Cents beside the truth, as far as that can be known: to within semitones."""
    return abs((cents - 1200 * np.log2(a4_hz / 440) + 50) % 100 - 50)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("a4_hz", PITCHES)
def test_clean_chords_to_one_cent_within_three_seconds(sounds, a4_hz, window):
    tuning = heard(sounds, sounds.chords(a4_hz, 3.0), window, a4_hz)
    assert off(tuning.cents, a4_hz) < 1.0
    assert tuning.confidence > 0.8
    assert abs(1200 * np.log2(tuning.a4_hz() / a4_hz)) < 1.0


@pytest.mark.parametrize("a4_hz", PITCHES)
def test_piano_strings_are_a_little_sharp(sounds, a4_hz):
    tuning = heard(sounds, sounds.chords(a4_hz, 3.0, inharmonicity=4e-4), "asymmetric")
    assert off(tuning.cents, a4_hz) < 2.0


@pytest.mark.parametrize("a4_hz", (415.0, 430.0, 446.0))
def test_chords_in_noise(sounds, a4_hz):
    sound = sounds.chords(a4_hz, 3.0)
    level = 20 * np.log10(sound.std())
    tuning = heard(sounds, sound + sounds.noise(3.0, level - 10.0), "asymmetric")
    assert off(tuning.cents, a4_hz) < 2.0
    assert tuning.confidence > SURE


@pytest.mark.parametrize("window", WINDOWS)
def test_noise_says_nothing(sounds, window):
    tuning = heard(sounds, sounds.noise(5.0, -20.0), window, 443.0)
    assert tuning.confidence < 0.15
    assert tuning.a4_hz() == 443.0


def test_silence_says_nothing_and_forgets_nothing(sounds):
    tuning = Tuning(sounds.window("hann"))
    for frame in sounds.spectra(np.zeros(1600), sounds.window("hann")):
        tuning.push(frame)
    assert (tuning.cents, tuning.confidence, tuning.a4_hz()) == (0.0, 0.0, 440.0)
    for frame in sounds.spectra(sounds.chords(430.0, 2.0), sounds.window("hann")):
        tuning.push(frame)
    before = (tuning.cents, tuning.confidence)
    for _ in range(6000):
        tuning.push(np.zeros(1025, np.float32))
    assert (tuning.cents, tuning.confidence) == before


@pytest.mark.parametrize("window", WINDOWS)
def test_a_single_sine_between_bins_to_a_fifth_of_a_cent(sounds, window):
    for hz in np.random.default_rng(9).uniform(250, 1500, 12):
        time = np.arange(8000) / 16_000
        tuning = Tuning(sounds.window(window))
        for frame in sounds.spectra(0.1 * np.sin(2 * np.pi * hz * time), sounds.window(window))[
            13:
        ]:  # sounding throughout
            tuning.push(frame)
        assert off(tuning.cents, hz) < 0.2


def test_a_semitone_lower_looks_the_same_and_the_asking_decides(sounds):
    baroque = 440.0 * 2 ** (-1 / 12)
    tuning = heard(sounds, sounds.chords(baroque, 2.0), "hann")
    assert abs(tuning.cents) < 1.0
    assert tuning.a4_hz(440.0) == pytest.approx(440.0, abs=0.3)
    assert tuning.a4_hz(415.0) == pytest.approx(415.3, abs=0.3)
    assert tuning.a4_hz(466.0) == pytest.approx(466.2, abs=0.3)
    assert tuning.a4_hz(392.0) == pytest.approx(392.0, abs=0.3)


def test_the_answer_stays_by_the_last_one(sounds):
    tuning = heard(sounds, sounds.chords(452.0, 2.0), "hann")
    assert tuning.a4_hz() == pytest.approx(452.0, abs=0.3)
    for frame in sounds.spectra(
        sounds.chords(454.0, 30.0), sounds.window("hann")
    ):  # 54 cents high is 46 low ...
        tuning.push(frame)
    assert tuning.cents == pytest.approx(-45.8, abs=1.0)
    assert tuning.a4_hz() == pytest.approx(454.0, abs=0.3)  # ... but not for who has heard 452
    tuning.reset()
    assert (tuning.confidence, tuning.a4_hz()) == (0.0, 440.0)


def test_another_instrument_is_followed(sounds):
    tuning = heard(sounds, sounds.chords(440.0, 5.0), "hann")
    for frame in sounds.spectra(sounds.chords(432.0, 25.0), sounds.window("hann")):
        tuning.push(frame)
    assert tuning.a4_hz() == pytest.approx(432.0, abs=0.6)


def test_partials_that_are_off_the_scale_do_not_pull(sounds):
    sound = np.concatenate([sounds.tone(hz, 1.0) for hz in (110.0, 146.832, 164.814, 130.813)])
    assert off(heard(sounds, sound, "asymmetric").cents, 440.0) < 2.0


def histogram(frames: np.ndarray, window: np.ndarray) -> np.ndarray:
    """What one listens for, written plainly; places of peaks by trying where a sine would give them."""
    places = np.linspace(-0.5, 0.5, 2001)
    time = np.arange(2048)
    shapes = np.abs([[np.sum(window * np.exp(-2j * np.pi * (b - p) * time / 2048)) for b in (-1, 0, 1)]
                     for p in np.linspace(-0.5, 0.5, 41)])  # fmt: skip
    low, mid, high = np.log(shapes).T
    says = (low - high) / (low - 2 * mid + high) / 2
    says = np.interp(places, np.linspace(-0.5, 0.5, 41), says)
    counts = np.zeros(100)
    for frame in frames.astype(np.float64):
        loudest = frame[5:218].max()
        peaks = []
        deposits = []
        for k in range(5, 218):
            near = frame[k - 2 : k + 3]
            least = max(loudest / 100, window.sum() / 2 * 10 ** (-75 / 20))
            is_peak = frame[k] >= least and np.argmax(near) == 2
            if not is_peak or frame[k] < 2 * max(frame[k - 5], frame[k + 5]):
                continue
            a, b, c = np.log(frame[k - 1 : k + 2])
            hz = (k + places[np.argmin(np.abs(says - (a - c) / (a - 2 * b + c) / 2))]) * 7.8125
            ratios = [hz / lower for lower in peaks]
            number = [round(r) for r in ratios if abs(r - round(r)) < 0.035 * round(r)]
            peaks.append(hz)
            if hz < 100 or any(3 <= n <= 12 for n in number):
                continue
            share = np.sqrt(frame[k] / loudest) * min(1, (hz / 400) ** 2) * (0.25 if 2 in number else 1)
            deposits.append((1200 * np.log2(hz / 440), share))
        if deposits:
            counts *= 0.5 ** (0.01 / 8)
        for cents, share in deposits:
            below = int(np.floor(cents))
            counts[below % 100] += share * (1 - cents + below)
            counts[(below + 1) % 100] += share * (cents - below)
    return counts


@pytest.mark.parametrize("window", WINDOWS)
def test_the_same_written_plainly(sounds, window):
    frames = sounds.spectra(sounds.chords(437.0, 1.0) + sounds.noise(1.0, -50.0), sounds.window(window))
    tuning = Tuning(sounds.window(window))
    for frame in frames:
        tuning.push(frame)
    ours, plain = tuning._state["heard"][0], histogram(frames, sounds.window(window))
    assert ours.sum() == pytest.approx(plain.sum(), rel=1e-6)
    assert np.abs(np.cumsum(ours - plain)).max() < 0.02 * plain.sum()  # of classes a cent wide
    assert tuning.cents == pytest.approx(middle(plain), abs=0.1)


def test_the_middle_of_a_hill_across_the_seam():
    counts = np.zeros(100)
    counts[[48, 49, 50, 51, 52]] = [1, 2, 3, 2, 1]
    assert abs(middle(counts)) == pytest.approx(50.0)
    counts[[30, 31]] = 2.0  # another hill, beyond its foot but one cent
    assert middle(np.roll(counts, 50)) == pytest.approx(0.0, abs=0.1)


def test_broken_frames_do_no_harm(sounds):
    tuning = heard(sounds, sounds.chords(442.0, 1.0), "hann")
    frame = sounds.spectra(sounds.chords(442.0, 0.5), sounds.window("hann"))[-1]
    before = tuning.cents
    for value in (np.nan, np.inf, -np.inf, 0.0):
        for first in range(3):
            broken = frame.copy()
            broken[first::3] = value
            tuning.push(broken)
            tuning.push(np.full(1025, value, np.float32))
    assert np.isfinite(tuning.cents)
    assert tuning.cents == pytest.approx(before, abs=1.0)


def test_a_shorter_window_at_the_end_of_the_frame_will_do(sounds):
    short = np.hanning(1024)
    tuning = Tuning(short)
    padded = np.concatenate([np.zeros(1024), short])
    for frame in sounds.spectra(sounds.chords(435.0, 3.0), padded):
        tuning.push(frame)
    assert off(tuning.cents, 435.0) < 2.0


def test_a_frame_allocates_nothing(sounds):
    tuning, frames = (
        Tuning(sounds.window("hann")),
        sounds.spectra(sounds.chords(440.0, 1.0), sounds.window("hann")),
    )
    tuning.push(frames[0])
    _nrt_python.memsys_enable_stats()
    before = rtsys.get_allocation_stats()
    for frame in frames:
        tuning.push(frame)
    assert rtsys.get_allocation_stats().alloc == before.alloc
