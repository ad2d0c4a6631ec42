"""Numba and torch mix the same sound, and the sound is the recorded note where it should be."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.models.studio.pianos import NOTE, Piano, some_keys

torch = pytest.importorskip("torch")

SAMPLES = 6000


def struck(**fields) -> np.ndarray:
    """One stroke; what is not said is a plain long note."""
    note = np.zeros(1, NOTE)
    plain = {
        "start": 0.0,
        "held": 1e6,
        "speed": 1.0,
        "release": 500.0,
        "gain": 1.0,
        "recording": 40,
        "layer": 1,
    }
    for name, value in (plain | fields).items():
        note[name] = value
    return note


def numba_mix(pianos, parts, samples=SAMPLES):
    from repetiteur.models.studio.mixing import NumbaMixer

    return NumbaMixer(pianos).mix(parts, samples).numpy()


def torch_mix(pianos, parts, samples=SAMPLES):
    from repetiteur.models.studio.mixing import TorchMixer

    return TorchMixer(pianos, torch.device("cpu")).mix(parts, samples).numpy()


def part(*notes: np.ndarray, instrument: int = 0):
    from repetiteur.models.studio.stretches import Part

    return Part(instrument, np.concatenate(notes), 0.0)


MIXES = pytest.mark.parametrize("mix", [numba_mix, torch_mix])
CASES = {
    "begun long before": [struck(start=-3500.0)],
    "begun before, damped before": [struck(start=-900.5, held=300.0)],
    "begun before and over": [struck(start=-9000.0)],
    "damped": [struck(start=100.25, held=700.5)],
    "struck again": [struck(start=50.0, held=900.0), struck(start=950.0, held=800.0)],
    "too late": [struck(start=SAMPLES + 3.0)],
    "out of tune": [struck(start=10.7, speed=1.013, layer=2), struck(start=11.0, speed=0.98, recording=3)],
    "past the end": [struck(start=SAMPLES - 30.0)],
    "nothing": [np.zeros(0, NOTE)],
}


@pytest.mark.parametrize("notes", CASES.values(), ids=CASES.keys())
def test_both_mix_the_same(noisy_piano, notes):
    piano = noisy_piano()
    assert np.abs(numba_mix([piano], [part(*notes)]) - torch_mix([piano], [part(*notes)])).max() < 1e-4


def test_both_mix_the_same_of_many_notes_on_several_instruments(noisy_piano, monkeypatch):
    from repetiteur.models.studio import mixing

    random = np.random.default_rng(4)
    one, other = noisy_piano(), noisy_piano(samples=2500, seed=5)
    pianos = [one, other, one]
    parts = []
    for instrument in (2, 1, 0, 1):
        notes = np.zeros(60, NOTE)
        notes["start"] = random.uniform(-5000, SAMPLES + 100, 60)
        notes["held"], notes["release"] = random.uniform(50, 4000, 60), random.uniform(200, 3000, 60)
        notes["speed"], notes["gain"] = random.uniform(0.9, 1.1, 60), random.uniform(0.1, 1, 60)
        notes["recording"], notes["layer"] = random.integers(0, 88, 60), random.integers(0, 3, 60)
        parts.append(part(notes, instrument=instrument))
    expected = numba_mix(pianos, parts)
    assert np.abs(expected).max() > 0.3
    assert np.abs(torch_mix(pianos, parts) - expected).max() < 1e-4
    monkeypatch.setattr(mixing, "AT_ONCE", 5000)
    assert np.abs(torch_mix(pianos, parts) - expected).max() < 1e-4


@MIXES
def test_a_note_is_the_recording_at_its_place(noisy_piano, mix):
    piano = noisy_piano()
    sound = mix([piano], [part(struck(start=200.0, gain=0.5))])[0]
    recorded = piano.samples[40, 1] * piano.scales[40, 1] * 0.5
    assert not sound[:200].any()
    assert np.abs(sound[200 : 200 + 3999] - recorded[:3999]).max() < 1e-6


@MIXES
def test_a_damped_note_falls_to_a_third_in_its_release(noisy_piano, mix):
    piano = noisy_piano()
    free = mix([piano], [part(struck())])[0]
    damped = mix([piano], [part(struck(held=1000.0, release=400.0))])[0]
    assert np.abs(damped[:1000] - free[:1000]).max() < 1e-6
    assert np.abs(damped[1400] - free[1400] / np.e) < 1e-5
    assert not damped[1000 + int(400 * 9.3) :].any()


@MIXES
def test_a_key_between_is_its_neighbour_at_another_speed(mix):
    time = np.arange(3000)
    wave = (20_000 * np.sin(2 * np.pi * time / 80)).astype(np.int16)[None, None]
    layers = np.array([64])
    piano = Piano("one key", wave, np.full((1, 1), 1 / 32767, np.float32), some_keys(layers, np.array([40])))
    keyboard = piano.keyboard
    assert keyboard.recording[43] == 0
    octave = mix([piano], [part(struck(recording=0, layer=0, speed=keyboard.speed[52]))])[0]
    assert np.abs(octave[:1400] - 20_000 / 32767 * np.sin(2 * np.pi * time[:1400] / 40)).max() < 0.01
