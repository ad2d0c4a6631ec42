"""The paper's forms: what they say of sounds whose answer is known, and where the causal ones differ."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.kernels import descriptors_exact as exact
from repetiteur.kernels.descriptor_tables import DESCRIPTORS
from repetiteur.kernels.descriptors import A8, A9, describe, descriptor_tables, new_past
from repetiteur.kernels.intervals import SIDES, new_melody, next_note

AT_S = np.arange(4 * exact.RATE_HZ) / exact.RATE_HZ


def sine(hz: float, from_s: float = 0.0, amplitude: float = 0.5) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * hz * AT_S) * (from_s <= AT_S)


def test_four_seconds_are_188_frames_and_a_full_sine_has_512():
    frames = exact.magnitudes(sine(exact.RATE_HZ * 64 / exact.FFT, amplitude=1.0))
    assert frames.shape == (188, 1025)
    assert frames[90].argmax() == 64
    assert frames[90, 64] == pytest.approx(512.0, rel=1e-3)


def test_frames_are_centred():
    """A click at 1 s is loudest in the frame whose middle it is."""
    click = np.zeros(len(AT_S))
    click[47 * exact.HOP] = 1.0
    assert exact.magnitudes(click).sum(1).argmax() == 47


def test_a4_is_a_z_score_of_octave_changes():
    die = np.random.default_rng(1)
    a4 = exact.a4(exact.magnitudes(sine(1000.0, from_s=2.0) + die.normal(0, 1e-3, len(AT_S))))
    assert np.allclose(a4.mean(0), 0.0, atol=1e-9)
    assert np.allclose(a4.std(0, ddof=1), 1.0)
    onset = a4[:, 4].argmax()  # 750 to 1500 Hz
    assert abs(onset * exact.HOP / exact.RATE_HZ - 2.0) < 0.05
    assert a4[onset, 4] > 5.0


def test_a7_shares_a_fifth():
    a7 = exact.a7(exact.magnitudes(sine(750.0) + sine(1125.0)))
    assert np.allclose(a7.sum(1), 1.0)
    assert a7[90, 7] > 5 * a7[90, [1, 2, 4, 5, 6]].max()


def test_peaks_below_50_hz_take_places_but_count_for_nothing():
    spectrum = np.zeros((1, 1025))
    spectrum[0, [64, 96]] = 50.0
    with_fifth = exact.attractions(spectrum)[0, 7]
    assert with_fifth == pytest.approx(50.0, rel=1e-3)
    spectrum[0, :5] = 100.0  # 0 to 47 Hz
    spectrum[0, [200, 300]] = 60.0
    assert exact.attractions(spectrum)[0, 7] == pytest.approx(60.0, abs=1.0)  # 64 with 96 has no place left
    spectrum[0, :5] = 0.0
    assert exact.attractions(spectrum)[0, 7] > 60.0 + 50.0


def test_a8s_flux_cancels_in_the_paper_and_not_live():
    """A soft attack after a loud one: the same chroma exactly, told apart in the causal form."""
    steady = np.zeros((4, 1025))
    bin_ = 67  # C6 live, G6 in the paper's frames
    steady[:, bin_] = 0.0, 1.0, 1.0, 1.1
    a8 = exact.a8(steady * 512)
    told = a8[:, a8[1].argmax()]
    assert np.allclose(told, [0, 1, 0, 1])
    tables, past, out = descriptor_tables(), new_past(), np.zeros((4, DESCRIPTORS), np.float32)
    for row, hop in zip(out, steady.astype(np.float32), strict=True):
        describe(tables, past, hop, row)
    assert np.allclose(out[:, A8:A9].max(1), [0, 1, 0, 0.1], atol=0.01)


def test_a9_weighs_what_is_rare():
    """Fifths, then a chord with a fifth and a third: by their shares of the frames, over A7's shares."""
    fifth, chord = np.zeros(1025), np.zeros(1025)
    fifth[[64, 96]], chord[[64, 80, 96]] = 50.0, 50.0
    frames = np.array([fifth] * 90 + [chord] * 10 + [fifth * 0] * 10)
    a7, a9 = exact.a7(frames)[95], exact.a9(frames)[95]
    rarity = -np.log(np.array([100, 10]) / 110 + 1e-3)  # of fifths and of thirds
    assert a9[4] / a9[7] == pytest.approx(a7[4] / a7[7] * rarity[1] / rarity[0], rel=1e-6)


def test_d4_as_the_paper_has_it():
    assert np.allclose(
        exact.d4(np.array([60, 64, 94])),
        [[0, 4 / 24, 0, 4 / 24], [4 / 24, 30 / 24, 4 / 24, 1], [30 / 24, 0, 1, 0]],
    )
    assert np.array_equal(exact.d4(np.array([60])), np.zeros((1, 4)))
    assert exact.d4(np.zeros(0)).shape == (0, 4)


def test_d4_as_notes_come_settles_one_note_later():
    pitches = np.random.default_rng(5).integers(21, 109, 40)
    melody, fresh, settled = new_melody(), np.zeros(SIDES, np.float32), np.zeros(SIDES, np.float32)
    rows = []
    for index, pitch in enumerate(pitches):
        told = next_note(melody, pitch, fresh, settled)
        assert told == (index > 0)
        if told:
            rows.append(settled.copy())
        assert fresh[1] == fresh[3] == 0.0
    assert np.allclose([*rows, fresh], exact.d4(pitches), atol=1e-6)
