"""A weights file comes back as it was written, and a wrong one is told in one line."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import save

from repetiteur.models.encoder.shape import Shape
from repetiteur.models.encoder.weights import ABOUT, FORMAT, WeightsError, load_weights, save_weights, sizes


def test_there_and_back(tmp_path, small_arrays, small_shape):
    path = tmp_path / "deep" / "w.safetensors"
    fingerprint = save_weights(path, small_arrays, small_shape, {"hours": 7.5}, np.float32)
    weights = load_weights(path)
    assert (weights.shape, weights.fingerprint) == (small_shape, fingerprint)
    assert weights.training == {"hours": 7.5}
    assert set(weights.arrays) == set(small_arrays)
    assert all(np.array_equal(weights.arrays[name], small_arrays[name]) for name in small_arrays)
    assert not any(array.flags.writeable for array in weights.arrays.values())


def test_the_same_weights_make_the_same_file(tmp_path, small_arrays, small_shape):
    prints = {
        save_weights(tmp_path / name, small_arrays, small_shape, {"b": 1, "a": 2, "c": 3}) for name in "abcd"
    }
    assert len(prints) == 1 and len(prints.pop()) == 12


def test_half_precision_is_half_the_size_and_nearly_as_good(tmp_path, small_arrays, small_shape):
    save_weights(tmp_path / "half", small_arrays, small_shape, {})
    save_weights(tmp_path / "full", small_arrays, small_shape, {}, np.float32)
    assert (tmp_path / "half").stat().st_size < 0.6 * (tmp_path / "full").stat().st_size
    arrays = load_weights(tmp_path / "half").arrays
    assert all(array.dtype == np.float32 for array in arrays.values())
    assert all(np.abs(arrays[name] - small_arrays[name]).max() < 2e-3 for name in arrays)


def test_the_default_network_is_as_large_as_it_is_said_to_be():
    assert sum(int(np.prod(size)) for size in sizes(Shape()).values()) == 1_164_787


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda content: content[: len(content) // 2], "damaged"),
        (lambda content: b"", "damaged"),
        (lambda content: b"RIFF" * 100, "damaged"),
        (lambda content: b"\xff" * 8 + content[8:], "damaged"),
    ],
)
def test_a_damaged_file(tmp_path, small_arrays, small_shape, change, told):
    path = tmp_path / "w"
    save_weights(path, small_arrays, small_shape, {})
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(WeightsError, match=told) as caught:
        load_weights(path)
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)


def about(of: Shape, **changed: object) -> dict[str, str]:
    return {ABOUT: json.dumps({"format": FORMAT, "shape": of.as_plain(), "training": {}} | changed)}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"format": "another 3"}, "format is 'another 3'"),
        ({"shape": None}, "description"),
        ({"shape": {"width": 16}}, "common_after"),
        ({"training": 3}, "description"),
    ],
)
def test_a_wrong_description(tmp_path, small_arrays, small_shape, changed, told):
    path = tmp_path / "w"
    path.write_bytes(save(small_arrays, about(small_shape, **changed)))
    with pytest.raises(WeightsError, match=told):
        load_weights(path)


@pytest.mark.parametrize(
    ("size", "value", "told"),
    [
        ("width", 0, "whole numbers"),
        ("width", 16.5, "another kind"),
        ("width", True, "another kind"),
        ("width", 10**9, "whole numbers"),
        ("dilations", [1, 0], "whole numbers"),
        ("dilations", [1, "2"], "whole numbers"),
        ("common_after", [], "no layers"),
        ("common_after", [9], "follows no block"),
        ("width", 24, "key is (1, 1, 88, 16), not (1, 1, 88, 24)"),
        ("dilations", [1, 3, 1], "blocks.2"),
    ],
)
def test_a_shape_that_cannot_be(tmp_path, small_arrays, small_shape, size, value, told):
    path = tmp_path / "w"
    path.write_bytes(save(small_arrays, about(small_shape, shape=small_shape.as_plain() | {size: value})))
    with pytest.raises(WeightsError) as caught:
        load_weights(path)
    assert told in str(caught.value)


def test_other_files_and_numbers(tmp_path, small_arrays, small_shape):
    with pytest.raises(WeightsError, match="cannot be read"):
        load_weights(tmp_path / "missing")
    with pytest.raises(WeightsError, match="cannot be read"):
        load_weights(tmp_path)
    path = tmp_path / "w"
    path.write_bytes(save(small_arrays))  # somebody else's weights
    with pytest.raises(WeightsError, match="format is None"):
        load_weights(path)
    small_arrays["look.bias"][0] = np.nan
    path.write_bytes(save(small_arrays, about(small_shape)))
    with pytest.raises(WeightsError, match="no number"):
        load_weights(path)
    with pytest.raises(WeightsError, match="no number"):
        save_weights(path, small_arrays, small_shape, {})
