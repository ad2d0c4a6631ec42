"""Performers on threads of their own, and one engine: what each hears is what he would hear alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from repetiteur.models.encoder.heads import HEADS, HOP_SAMPLES, KEYS
from repetiteur.models.engines.numba_engine import NumbaEngine
from repetiteur.models.engines.sharing import SharedEngine

PERFORMERS, HOPS = 4, 12


def sound() -> np.ndarray:
    random = np.random.default_rng(5)
    return (0.1 * random.standard_normal((PERFORMERS, HOPS * HOP_SAMPLES))).astype(np.float32)


def test_each_hears_what_he_would_alone_however_his_sound_is_cut(any_weights) -> None:
    played = sound()
    shared = SharedEngine(NumbaEngine(any_weights, PERFORMERS))
    listeners = [shared.listener() for _ in range(PERFORMERS)]

    def perform(number: int) -> np.ndarray:
        cuts = range(100 + 31 * number, HOPS * HOP_SAMPLES, 100 + 31 * number)
        pieces = np.split(played[number], list(cuts))
        return np.concatenate([listeners[number].hear(piece) for piece in pieces])

    with ThreadPoolExecutor(PERFORMERS) as pool:
        told = list(pool.map(perform, range(PERFORMERS)))
    alone = NumbaEngine(any_weights)
    for number in range(PERFORMERS):
        alone.reset()
        np.testing.assert_array_equal(told[number], alone.hear(played[number : number + 1])[0])


def test_who_comes_together_is_heard_together_and_one_alone_does_not_wait_for_ever(any_weights) -> None:
    rounds: list[int] = []

    class Counted(NumbaEngine):
        def hear(self, sound: np.ndarray, who: np.ndarray | None = None) -> np.ndarray:
            assert who is not None
            rounds.append(int(who.sum()))
            return super().hear(sound, who)

    shared = SharedEngine(Counted(any_weights, 2), patience_s=20.0)
    one, other = shared.listener(), shared.listener()
    hop = np.zeros(HOP_SAMPLES, np.float32)
    with ThreadPoolExecutor(2) as pool:
        assert [told.shape for told in pool.map(lambda each: each.hear(hop), (one, other))] == [
            (1, KEYS, HEADS)
        ] * 2
    assert rounds == [2]
    shared = SharedEngine(Counted(any_weights, 2), patience_s=0.0)
    one, other = shared.listener(), shared.listener()
    one.hear(hop)
    one.reset()
    assert rounds == [2, 1]


def test_an_engine_that_fails_leaves_nobody_waiting(any_weights) -> None:
    class Failing(NumbaEngine):
        def hear(self, sound: np.ndarray, who: np.ndarray | None = None) -> np.ndarray:
            raise OSError("the GPU is gone")

    shared = SharedEngine(Failing(any_weights, 2), patience_s=0.2)
    listeners = shared.listener(), shared.listener()
    hop = np.zeros(HOP_SAMPLES, np.float32)
    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(listener.hear, hop) for listener in listeners]:
            with pytest.raises(OSError):
                each.result(10.0)
