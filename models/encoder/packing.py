"""From the weights as they are trained and stored to the arrays that the Numba engine walks through."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from repetiteur.kernels.encoder_step import StepWeights
from repetiteur.kernels.products import PANEL, padded, panels
from repetiteur.kernels.spectral_grid import BINS, KEYS, WINDOWS, harmonic_taps
from repetiteur.models.encoder.shape import interval
from repetiteur.models.encoder.weights import Weights

Arrange = Callable[[str], np.ndarray]  # a layer's name to its numbers as the engine wants them


def pack(weights: Weights) -> StepWeights:
    """Read-only, and so to be shared between any number of listeners and threads."""
    shape = weights.shape
    numbers = range(len(shape.dilations))
    path_after = {block: path for path, block in enumerate(shape.common_after)}
    paths = [f"common.{after}" for after in shape.common_after]

    def matrix(name: str) -> np.ndarray:
        """(out, in) of a layer without neighbours to (in, out)."""
        stored = weights.arrays[name + ".weight"]
        return stored.reshape(stored.shape[:2]).T

    def taps(name: str) -> np.ndarray:
        """(out, in, taps) to (taps, in, out)."""
        stored = weights.arrays[name + ".weight"]
        return stored.reshape(*stored.shape[:2], -1).transpose(2, 1, 0)

    def bias(name: str) -> np.ndarray:
        return weights.arrays[name + ".bias"]

    def each(names: list[str], part: str, how: Arrange) -> np.ndarray:
        return np.stack([how(f"{name}.{part}") for name in names])

    def layers(path: str, how: Arrange) -> np.ndarray:
        return np.stack([how(f"{path}.time.{layer}") for layer in range(len(shape.common_dilations))])

    blocks = [f"blocks.{number}" for number in numbers]
    on_windows = np.arange(len(WINDOWS))[None, :, None] * (BINS + 1) + harmonic_taps()[:, None, :]
    packed = StepWeights(
        places=on_windows.reshape(KEYS, -1).astype(np.int32),
        look=padded(matrix("look")),
        key=padded(weights.arrays["key"].reshape(KEYS, shape.width) + bias("look")),
        time=padded(each(blocks, "time", taps)),
        time_bias=padded(each(blocks, "time", bias)),
        pitch=padded(each(blocks, "pitch", taps)),
        pitch_bias=padded(each(blocks, "pitch", bias)),
        dilations=np.array(shape.dilations, np.int32),
        intervals=np.array([interval(number) for number in numbers], np.int32),
        common_of=np.array([path_after.get(number, -1) for number in numbers], np.int32),
        gather=padded(each(paths, "gather", matrix)),
        gather_bias=padded(each(paths, "gather", bias)),
        enter=panels(each(paths, "enter", matrix)),
        enter_bias=padded(each(paths, "enter", bias), PANEL),
        common_time=panels(np.stack([layers(path, taps) for path in paths])),
        common_time_bias=padded(np.stack([layers(path, bias) for path in paths]), PANEL),
        common_dilations=np.array(shape.common_dilations, np.int32),
        leave=panels(each(paths, "leave", matrix)),
        leave_bias=padded(each(paths, "leave", bias), PANEL),
        spread=padded(each(paths, "spread", matrix)),
        spread_bias=padded(each(paths, "spread", bias)),
        hidden=padded(matrix("hidden")),
        hidden_bias=padded(bias("hidden")),
        heads=padded(matrix("heads")),
        heads_bias=padded(bias("heads")),
    )
    for array in packed:
        array.setflags(write=False)
    return packed
