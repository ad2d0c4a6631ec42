"""The Numba network gives what the plain one gives, whatever its size and however it is fed."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.kernels.encoder_step import StepState, StepWeights, forget, new_state, step
from repetiteur.kernels.products import PANEL, add_product, add_row_product, padded, panels
from repetiteur.kernels.spectral_grid import KEYS
from repetiteur.models.encoder.heads import HEADS
from repetiteur.models.encoder.packing import pack

SHAPE_NUMBERS = range(4)


def run(
    weights: StepWeights, state: StepState, spectra: np.ndarray, descriptors: np.ndarray
) -> np.ndarray:
    out = np.zeros((len(spectra), KEYS, HEADS), np.float32)
    for hop in range(len(spectra)):
        step(weights, state, spectra[hop], descriptors[hop], out[hop])
    return out


@pytest.mark.parametrize("number", SHAPE_NUMBERS)
def test_as_the_plain_network(number, shapes, random_weights, heard, plainly):
    weights, sound = random_weights(shapes[number]), heard(25)
    expected = plainly(weights, *sound)
    assert expected.std() > 0.1  # a network that says something
    packed = pack(weights)
    assert np.abs(run(packed, new_state(packed), *sound) - expected).max() < 1e-4


def test_two_listeners_share_weights_and_nothing_else(random_weights, heard):
    packed = pack(random_weights())
    one, other = new_state(packed), new_state(packed)
    alone = run(packed, new_state(packed), *heard(8))
    spectra, descriptors = heard(8)
    noise = heard(8, seed=5)
    interleaved = []
    for hop in range(8):
        interleaved.append(run(packed, one, spectra[hop : hop + 1], descriptors[hop : hop + 1]))
        run(packed, other, noise[0][hop : hop + 1], noise[1][hop : hop + 1])
    assert np.array_equal(np.concatenate(interleaved), alone)
    assert not any(array.flags.writeable for array in packed)


def test_later_sound_changes_nothing_told_before(random_weights, heard):
    packed = pack(random_weights())
    spectra, descriptors = heard(12)
    first = run(packed, new_state(packed), spectra, descriptors)
    spectra[7:] += 1.0
    descriptors[7:] -= 1.0
    second = run(packed, new_state(packed), spectra, descriptors)
    assert np.array_equal(first[:7], second[:7])
    assert not np.array_equal(first[7], second[7])


def test_forgetting_is_beginning_anew(random_weights, heard):
    packed = pack(random_weights())
    state = new_state(packed)
    first = run(packed, state, *heard(6))
    forget(state)
    assert np.array_equal(run(packed, state, *heard(6)), first)


@pytest.mark.parametrize(("rows", "inner", "columns"), [(88, 32, 32), (4, 7, 24), (8, 1, 8), (12, 40, 136)])
def test_products(rows, inner, columns):
    random = np.random.default_rng(2)
    x = random.standard_normal((rows, inner + 3)).astype(np.float32)  # three columns that are left out
    w = random.standard_normal((inner, columns)).astype(np.float32)
    out = random.standard_normal((rows, columns)).astype(np.float32)
    expected = out + x[:, :inner].astype(float) @ w
    add_product(x, w, out)
    assert np.abs(out - expected).max() < 1e-4


@pytest.mark.parametrize(("inner", "columns"), [(40, 192), (7, 64), (1, 3), (20, 100)])
def test_products_of_a_row(inner, columns):
    random = np.random.default_rng(3)
    x = random.standard_normal(inner + 2).astype(np.float32)
    w = random.standard_normal((2, inner, columns)).astype(np.float32)
    out = padded(random.standard_normal(columns), PANEL)
    expected = out + padded(x[:inner].astype(float) @ w[1], PANEL)
    add_row_product(x, panels(w)[1], out)
    assert np.abs(out - expected).max() < 1e-4


def test_padding_is_with_zeros_to_whole_lanes():
    assert [padded(np.ones(columns)).sum() for columns in (1, 8, 9)] == [1, 8, 9]
    assert [len(padded(np.ones(columns))) for columns in (1, 8, 9)] == [8, 8, 16]
