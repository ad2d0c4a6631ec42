from __future__ import annotations

import numpy as np
import pytest

from repetiteur.models.encoder.shape import Shape
from repetiteur.models.encoder.weights import Weights, sizes


@pytest.fixture(scope="session")
def any_weights() -> Weights:
    """Of a small network; random."""
    shape = Shape(16, (1, 3), (0,), 24, (2,), 3, 5, 20)
    random = np.random.default_rng(3)
    arrays = {
        name: (random.standard_normal(size) / np.sqrt(np.prod(size[1:]) or 1)).astype(np.float32)
        for name, size in sizes(shape).items()
    }
    return Weights(shape, arrays, {}, "random")
