"""Made-up instruments and performances, small ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from repetiteur.models.studio.performance import PLAYED, Performance
from repetiteur.models.studio.pianos import Piano, every_key

LAYERS = np.array([40, 80, 120], np.int32)


@pytest.fixture
def noisy_piano() -> Callable[..., Piano]:
    """Every recording is another noise, so that nothing can be mistaken for anything else."""

    def make(name: str = "noisy", samples: int = 4000, seed: int = 0) -> Piano:
        random = np.random.default_rng(seed)
        noise = (random.uniform(-1, 1, (88, len(LAYERS), samples)) * 30_000).astype(np.int16)
        scales = random.uniform(1, 2, (88, len(LAYERS))).astype(np.float32) / 100_000
        return Piano(name, noise, scales, every_key(LAYERS))

    return make


@pytest.fixture
def performances() -> list[Performance]:
    random = np.random.default_rng(1)

    def performance(name: str) -> Performance:
        notes = np.zeros(300, PLAYED)
        notes["onset_s"] = np.sort(random.uniform(0, 40, len(notes)))
        notes["offset_s"] = notes["onset_s"] + random.uniform(0.05, 2, len(notes))
        notes["pitch"], notes["velocity"] = random.integers(21, 109, 300), random.integers(1, 128, 300)
        return Performance(name, notes)

    return [performance(name) for name in ("one/a", "two/a", "two/b")]
