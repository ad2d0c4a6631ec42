"""Which engine is taken, what is told when it cannot be had, and what one is kept for. Needs no torch."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.bridges.terminal.options import ENGINES
from repetiteur.models.encoder.heads import HEADS, HOP_SAMPLES, KEYS
from repetiteur.models.engines import choosing
from repetiteur.models.engines.interface import EngineName, OneListener, UnavailableError
from repetiteur.models.engines.numba_engine import NumbaEngine
from repetiteur.models.engines.tensorrt_engine import cache_key


def test_one_listener_is_heard_by_numba_and_many_by_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "has_gpu", lambda: True)
    assert choosing.candidates(choosing.AUTO, 1) == ()
    assert choosing.candidates(choosing.AUTO, 64) == (EngineName.TENSORRT, EngineName.CUDA)
    assert choosing.candidates("onnx", 64) == (EngineName.ONNX,), "whoever names one switches the others off"
    monkeypatch.setattr(choosing, "has_gpu", lambda: False)
    assert choosing.candidates(choosing.AUTO, 64) == ()


def test_what_cannot_be_had_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def make(name: EngineName, *rest: object, **more: object) -> EngineName:
        made.append(name)
        if name is not EngineName.NUMBA:
            raise UnavailableError(name, "torch finds no GPU here")
        return name

    monkeypatch.setattr(choosing, "make_engine", make)
    monkeypatch.setattr(choosing, "has_gpu", lambda: True)
    told: list[str] = []
    assert choosing.choose(choosing.AUTO, None, 64, told.append) is EngineName.NUMBA  # pyright: ignore
    assert made == [EngineName.TENSORRT, EngineName.CUDA, EngineName.NUMBA]
    (line,) = told
    assert line.count("no GPU") == 2 and line.endswith("numba is used instead") and "\n" not in line
    told.clear()
    assert choosing.choose("numba", None, 1, told.append) is EngineName.NUMBA  # pyright: ignore
    assert not told


def test_a_kept_engine_is_for_one_gpu_set_of_weights_batch_precision_and_version() -> None:
    right = ("0123abcd", 64, True, ("NVIDIA H100", (9, 0)), ("2.11", "2.11"))
    others = [
        ("0123abce", *right[1:]),
        (right[0], 32, *right[2:]),
        (*right[:2], False, *right[3:]),
        (*right[:3], ("NVIDIA H100", (8, 9)), right[4]),
        (*right[:4], ("2.11", "2.12")),
    ]
    keys = {cache_key(*each) for each in [right, *others]}
    assert len(keys) == 6 and cache_key(*right) in keys


def test_the_terminal_offers_all_of_them() -> None:
    assert (choosing.AUTO, *EngineName) == ENGINES


def sound(listeners: int, hops: int, seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    return (0.1 * random.standard_normal((listeners, hops * HOP_SAMPLES))).astype(np.float32)


def test_listeners_on_threads_hear_what_each_would_alone(any_weights) -> None:
    played = sound(5, 6)
    many, alone = NumbaEngine(any_weights, 5, threads=3), NumbaEngine(any_weights)
    told = np.concatenate([many.hear(played[:, :320]), many.hear(played[:, 320:])], 1)
    for number in range(5):
        alone.reset()
        np.testing.assert_array_equal(told[number], alone.hear(played[number : number + 1])[0])
    many.reset(2)
    again = many.hear(played)
    np.testing.assert_array_equal(again[2], told[2])
    assert np.abs(again[1] - told[1]).max() > 1e-4, "the others remember"


def test_an_engine_as_an_encoder_takes_sound_of_any_length(any_weights) -> None:
    played = sound(1, 10)[0]
    whole = NumbaEngine(any_weights).hear(played[None])[0]
    one = OneListener(NumbaEngine(any_weights))
    for _ in range(2):
        told = [one.hear(piece) for piece in np.split(played, (7, 150, 161, 700))]
        assert told[0].shape == (0, KEYS, HEADS)
        np.testing.assert_array_equal(np.concatenate(told), whole)
        one.reset()
