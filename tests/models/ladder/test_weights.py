"""A weights file comes back as it was written, and a wrong one is told in one line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from repetiteur.models.ladder.shape import Descriptor, Looking, Shape
from repetiteur.models.ladder.weights import (
    ABOUT,
    FORMAT,
    SHIPPED,
    WeightsError,
    load_weights,
    save_weights,
    sizes,
)

SMALL = Shape(8, 2, 1, 12, Looking.BOTH, Descriptor.CONCAT, Descriptor.REVERSE)


def arrays_of(shape: Shape) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {name: random.normal(0, 1, size).astype(np.float32) for name, size in sizes(shape).items()}


def test_there_and_back(tmp_path: Path) -> None:
    arrays = arrays_of(SMALL)
    fingerprint = save_weights(tmp_path / "deep" / "w", arrays, SMALL, {"takes": 7})
    weights = load_weights(tmp_path / "deep" / "w")
    assert (weights.shape, weights.fingerprint, weights.training) == (SMALL, fingerprint, {"takes": 7})
    assert all(np.array_equal(weights.arrays[name], array) for name, array in arrays.items())
    assert not any(array.flags.writeable for array in weights.arrays.values())


@pytest.mark.parametrize("content", [b"", b"RIFF" * 100, b"\xff" * 64])
def test_a_damaged_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w").write_bytes(content)
    with pytest.raises(WeightsError, match="damaged"):
        load_weights(tmp_path / "w")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": "another"}, "format"),
        ({"shape": {"width": 8}}, "fields"),
        ({"shape": SMALL.as_plain() | {"width": 9}}, "divide"),
        ({"shape": SMALL.as_plain() | {"a4": "loud"}}, "loud"),
        ({"shape": SMALL.as_plain() | {"rungs": 2}}, "not those its shape asks for"),
        ({"shape": SMALL.as_plain() | {"hidden": 13}}, "is"),
    ],
)
def test_a_file_of_something_else(tmp_path: Path, change: dict[str, object], told: str) -> None:
    about = {"format": FORMAT, "shape": SMALL.as_plain(), "training": {}} | change
    (tmp_path / "w").write_bytes(save(arrays_of(SMALL), {ABOUT: json.dumps(about)}))
    with pytest.raises(WeightsError, match=told):
        load_weights(tmp_path / "w")


def test_what_ships_can_be_read() -> None:
    assert SHIPPED.with_name("MODEL_CARD.md").exists()
    weights = load_weights()
    assert weights.training["views"]
    assert weights.fingerprint in SHIPPED.with_name("MODEL_CARD.md").read_text("utf-8")
