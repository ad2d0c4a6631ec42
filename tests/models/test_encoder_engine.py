"""From sound to probabilities: however it is cut, whoever else listens, and without torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from repetiteur.kernels.descriptor_tables import DESCRIPTORS
from repetiteur.kernels.descriptors import describe, descriptor_tables, new_past
from repetiteur.kernels.spectra import FFT_BINS, listen, new_ear, spectra_plan
from repetiteur.kernels.spectral_grid import BINS, WINDOWS
from repetiteur.models.encoder.engine import Encoder, load_encoder
from repetiteur.models.encoder.heads import FRAME, FRAME_EARLY, HEADS, HOP_SAMPLES, KEYS, ONSETS
from repetiteur.models.encoder.weights import WeightsError, load_weights

ROOT = Path(__file__).parents[2]


def tones(hops: int, seed: int = 3) -> np.ndarray:
    """A chord that changes, in noise."""
    random = np.random.default_rng(seed)
    seconds = np.arange(hops * HOP_SAMPLES) / 16_000
    pitches_hz = 440 * 2 ** (random.integers(-36, 36, 4) / 12)
    sound = sum(np.sin(2 * np.pi * hz * seconds) * np.exp(-3 * (seconds % 0.1)) for hz in pitches_hz)
    return (0.1 * sound + 0.01 * random.standard_normal(len(seconds))).astype(np.float32)


@pytest.fixture
def encoder(weights_file) -> Encoder:
    return load_encoder(weights_file())


def test_features_and_network_one_after_the_other(encoder, plainly):
    sound = tones(20)
    plan, ear, tables, past = spectra_plan(), new_ear(), descriptor_tables(), new_past()
    spectra = np.zeros((20, len(WINDOWS), BINS), np.float32)
    amplitudes, descriptors = np.zeros(FFT_BINS, np.float32), np.zeros((20, DESCRIPTORS), np.float32)
    begin = 0
    for hop in range(20):
        begin = listen(plan, ear, sound, begin, spectra[hop], amplitudes)
        describe(tables, past, amplitudes, descriptors[hop])
    told = encoder.hear(sound)
    assert told.shape == (20, KEYS, HEADS) and told.dtype == np.float32
    assert np.abs(told - plainly(encoder.weights, spectra, descriptors)).max() < 1e-4
    assert told.std(axis=0).max() > 0.01  # the sound matters


def test_cut_anywhere_it_is_the_same(encoder):
    sound = tones(30)
    whole = encoder.hear(sound)
    random = np.random.default_rng(4)
    for longest in (1000, 37):
        encoder.reset()
        told, at = [encoder.hear(sound[:0])], 0
        while at < len(sound):
            length = int(random.integers(0, longest))
            told.append(encoder.hear(sound[at : at + length]))
            at += length
        assert np.array_equal(np.concatenate(told), whole)


def test_later_sound_changes_nothing_told_before(encoder):
    sound = tones(16)
    first = encoder.hear(sound)
    encoder.reset()
    sound[9 * HOP_SAMPLES :] *= -3
    second = encoder.hear(sound)
    assert np.array_equal(first[:9], second[:9])
    assert not np.array_equal(first[9], second[9])


def test_two_listeners_do_not_hear_each_other(encoder):
    sound, other_sound = tones(12), tones(12, seed=8)
    alone = encoder.hear(sound)
    encoder.reset()
    other = encoder.another()
    told = []
    for begin in range(0, len(sound), 500):
        told.append(encoder.hear(sound[begin : begin + 500]))
        other.hear(other_sound[begin : begin + 500])
    assert np.array_equal(np.concatenate(told), alone)
    assert np.array_equal(encoder.another().hear(sound), alone)


def test_any_kind_of_samples(encoder):
    sound = tones(6)
    expected = encoder.hear(sound)
    read_only = np.frombuffer(sound.tobytes(), np.float32)
    twice_as_wide = np.stack([sound, sound], 1)
    for samples in (read_only, sound.astype(float), twice_as_wide[:, 0]):
        encoder.reset()
        assert np.array_equal(encoder.hear(samples), expected)


def test_what_is_no_sound_does_no_lasting_harm(encoder):
    bad = tones(10)
    bad[::7] = np.nan
    bad[3::70] = np.inf
    assert np.isfinite(encoder.hear(bad)).all()
    assert np.isfinite(encoder.hear(tones(4))).all()


def test_another_tuning(weights_file):
    sound = tones(10)
    assert not np.array_equal(
        load_encoder(weights_file(), a4_hz=430.0).hear(sound), load_encoder(weights_file()).hear(sound)
    )


def test_no_weights(tmp_path):
    with pytest.raises(WeightsError, match="cannot be read"):
        load_encoder(tmp_path / "none.safetensors")


def test_without_torch(weights_file):
    script = f"""
import sys
sys.modules["torch"] = None  # importing it fails
import numpy as np
from pathlib import Path
from repetiteur.models.encoder.engine import load_encoder
print(load_encoder(Path({str(weights_file())!r})).hear(np.zeros(800, np.float32)).shape)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True, text=True, env={"PYTHONPATH": str(ROOT / ".dev"), "PATH": ""}, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == (f"{(5, KEYS, HEADS)}\n", "")


@pytest.mark.skipif(
    not (ROOT / "models/encoder/weights/encoder.safetensors").exists(), reason="no weights ship yet"
)
def test_the_weights_that_ship():
    weights = load_weights()
    assert weights.training
    silence = load_encoder().hear(np.zeros(300 * HOP_SAMPLES, np.float32))
    assert silence[:, :, ONSETS].max() < 0.35  # nothing begins
    assert silence[200:, :, [FRAME_EARLY, FRAME]].max() < 0.1  # nothing sounds
