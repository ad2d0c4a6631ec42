"""Networks with random weights, and the encoder written as plainly as can be, to compare with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from repetiteur.kernels.descriptor_tables import DESCRIPTORS
from repetiteur.kernels.spectral_grid import BINS, KEYS, WINDOWS, harmonic_taps
from repetiteur.models.encoder.shape import KERNEL, REACH, Shape, interval
from repetiteur.models.encoder.weights import Weights, load_weights, save_weights, sizes

SMALL = Shape(16, (1, 3), (0,), 24, (2,), 3, 5, 20)
SHAPES = (
    SMALL,
    Shape(32, (5, 1, 2), (0, 2), 64, (1, 3), 4, 8, 48),
    Shape(48, (2, 7, 1, 3), (1,), 72, (3, 1, 2), 2, 3, 33),
    Shape(21, (1,), (0,), 10, (1,), 1, 1, 9),
)


def random_arrays(shape: Shape, seed: int = 0) -> dict[str, np.ndarray]:
    """Of a size that keeps the numbers of every layer about one."""
    random = np.random.default_rng(seed)

    def values(name: str, size: tuple[int, ...]) -> np.ndarray:
        inputs = np.prod(size[1:]) if name.endswith("weight") else 25
        return (random.standard_normal(size) * np.sqrt(1.0 / inputs)).astype(np.float32)

    return {name: values(name, size) for name, size in sizes(shape).items()}


@pytest.fixture
def shapes() -> tuple[Shape, ...]:
    return SHAPES


@pytest.fixture
def small_shape() -> Shape:
    return SMALL


@pytest.fixture
def small_arrays() -> dict[str, np.ndarray]:
    return random_arrays(SMALL)


@pytest.fixture
def weights_file(tmp_path: Path) -> Callable[..., Path]:
    def write(shape: Shape = SMALL, seed: int = 0) -> Path:
        path = tmp_path / f"{shape.width}-{seed}.safetensors"
        save_weights(path, random_arrays(shape, seed), shape, {"steps": 0}, np.float32)
        return path

    return write


@pytest.fixture
def random_weights(weights_file: Callable[..., Path]) -> Callable[..., Weights]:
    return lambda shape=SMALL, seed=0: load_weights(weights_file(shape, seed))


@pytest.fixture
def heard() -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """(hops, 3, BINS) and (hops, DESCRIPTORS), as random as they get."""

    def make(hops: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
        random = np.random.default_rng(seed)
        spectra = random.random((hops, len(WINDOWS), BINS), np.float32) * 2
        return spectra, random.standard_normal((hops, DESCRIPTORS), np.float32)

    return make


@pytest.fixture
def plainly() -> Callable[..., np.ndarray]:
    """The whole network at once, in double precision: (hops, KEYS, HEADS) probabilities."""
    return _plainly


def _plainly(weights: Weights, spectra: np.ndarray, descriptors: np.ndarray) -> np.ndarray:
    shape, arrays = weights.shape, {name: values.astype(float) for name, values in weights.arrays.items()}
    grid = np.pad(spectra.astype(float), ((0, 0), (0, 0), (1, 0)))[:, :, harmonic_taps()]
    seen = grid.transpose(0, 2, 1, 3).reshape(len(spectra), KEYS, -1)
    keys = np.maximum(seen @ arrays["look.weight"].T + arrays["look.bias"] + arrays["key"][0], 0)
    for number, dilation in enumerate(shape.dilations):
        keys = _block(arrays, number, keys, dilation)
        if number in shape.common_after:
            keys = keys + _common(arrays, shape, f"common.{number}", keys, descriptors)
    hidden = np.maximum(keys @ arrays["hidden.weight"][:, :, 0, 0].T + arrays["hidden.bias"], 0)
    return 1 / (1 + np.exp(-(hidden @ arrays["heads.weight"][:, :, 0, 0].T + arrays["heads.bias"])))


def _before(rows: np.ndarray, hops: int) -> np.ndarray:
    """The rows as they were so many hops earlier."""
    return np.concatenate([np.zeros_like(rows[:hops]), rows])[: len(rows)]


def _block(arrays: dict[str, np.ndarray], number: int, keys: np.ndarray, dilation: int) -> np.ndarray:
    time, pitch = arrays[f"blocks.{number}.time.weight"], arrays[f"blocks.{number}.pitch.weight"]
    seen = arrays[f"blocks.{number}.time.bias"] + sum(
        _before(keys, (KERNEL - 1 - tap) * dilation) @ time[:, :, tap, 0].T for tap in range(KERNEL)
    )
    seen = np.maximum(seen, 0)
    out = np.zeros_like(keys) + arrays[f"blocks.{number}.pitch.bias"]
    for tap in range(REACH):
        for key in range(KEYS):
            other = key + (tap - REACH // 2) * interval(number)
            if 0 <= other < KEYS:
                out[:, key] += seen[:, other] @ pitch[:, :, 0, tap].T
    return keys + np.maximum(out, 0)


def _common(
    arrays: dict[str, np.ndarray], shape: Shape, path: str, keys: np.ndarray, descriptors: np.ndarray
) -> np.ndarray:
    told = keys @ arrays[f"{path}.gather.weight"][:, :, 0, 0].T + arrays[f"{path}.gather.bias"]
    entering = np.concatenate([told.transpose(0, 2, 1).reshape(len(keys), -1), descriptors], 1)
    state = np.maximum(entering @ arrays[f"{path}.enter.weight"].T + arrays[f"{path}.enter.bias"], 0)
    for layer, dilation in enumerate(shape.common_dilations):
        time = arrays[f"{path}.time.{layer}.weight"]
        summed = arrays[f"{path}.time.{layer}.bias"] + sum(
            _before(state, (KERNEL - 1 - tap) * dilation) @ time[:, :, tap].T for tap in range(KERNEL)
        )
        state = state + np.maximum(summed, 0)
    answer = np.maximum(state @ arrays[f"{path}.leave.weight"].T + arrays[f"{path}.leave.bias"], 0)
    answer = answer.reshape(len(keys), shape.common_out, KEYS).transpose(0, 2, 1)
    return answer @ arrays[f"{path}.spread.weight"][:, :, 0, 0].T + arrays[f"{path}.spread.bias"]
