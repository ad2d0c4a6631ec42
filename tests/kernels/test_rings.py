"""A ring never says a wrong thing about a position: the right sample, silence before the start, or no."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.kernels import rings
from repetiteur.kernels.rings import SampleRing, copy_in, copy_out


def count(first: int, samples: int) -> np.ndarray:
    """Sound whose every sample says its position."""
    return np.arange(first, first + samples, dtype=np.float32)


def test_windows_are_slices_of_everything_written():
    ring, die = SampleRing(1000), np.random.default_rng(6)
    assert len(ring.samples) == 1024
    sound, out = np.zeros(0, np.float32), np.zeros(300, np.float32)
    for _ in range(300):
        block = die.standard_normal(int(die.integers(0, 200))).astype(np.float32)
        ring.write(block)
        sound = np.concatenate([sound, block])
        assert ring.written == len(sound)
        assert ring.latest(out) == len(sound)
        np.testing.assert_array_equal(out, np.concatenate([np.zeros(300, np.float32), sound])[-300:])
        end = int(die.integers(0, len(sound) + 50))
        there = end <= len(sound) and max(end - 300, 0) >= len(sound) - 1024
        assert ring.window(end, out) == there
        if there:
            np.testing.assert_array_equal(out[-min(end, 300) :], sound[max(end - 300, 0) : end])


def test_taking_in_pieces_gives_everything_in_order():
    ring, die, out = SampleRing(256), np.random.default_rng(7), np.zeros(50, np.float32)
    got, position = [], 0
    while position < 5000:
        size = int(die.integers(0, 40))
        ring.write(count(position, size))
        position += size
        while number := ring.take(out):
            got.append(out[:number].copy())
    np.testing.assert_array_equal(np.concatenate(got), count(0, position))
    assert ring.lost == 0
    assert ring.taken == position


def test_who_falls_behind_loses_the_oldest_and_knows():
    ring, out = SampleRing(64), np.zeros(100, np.float32)
    ring.write(count(0, 50))
    ring.write(count(50, 50))
    assert ring.take(out) == 64
    np.testing.assert_array_equal(out[:64], count(36, 64))
    assert (ring.lost, ring.taken) == (36, 100)
    ring.write(count(100, 10))
    assert ring.take(out) == 10
    assert ring.lost == 36


def test_a_block_longer_than_the_ring_leaves_its_end():
    ring, out = SampleRing(64), np.zeros(32, np.float32)
    ring.write(count(0, 7))
    ring.write(count(7, 1000))
    assert ring.latest(out) == 1007
    np.testing.assert_array_equal(out, count(975, 32))
    assert ring.take(out) == 32
    assert (ring.lost, out[0]) == (943, 943.0)


def test_more_than_half_is_not_asked_for():
    with pytest.raises(ValueError, match="at most half"):
        SampleRing(64).latest(np.zeros(33, np.float32))


def test_a_new_stream_begins_with_silence():
    ring, out = SampleRing(64), np.ones(16, np.float32)
    ring.write(count(1, 500))
    ring.reset()
    assert ring.latest(out) == 0
    assert not out.any()


class Overtaken:
    """Copies as the ring does, but before each of the first copies the writer writes ``samples`` more."""

    def __init__(self, ring: SampleRing, samples: int, times: int) -> None:
        self.ring, self.samples, self.times = ring, samples, times

    def __call__(self, samples: np.ndarray, position: int, out: np.ndarray) -> None:
        if self.times > 0:
            self.times -= 1
            self.ring.write(count(self.ring.written, self.samples))
        copy_out(samples, position, out)


def test_a_reader_overtaken_while_copying_notices(monkeypatch):
    ring, out = SampleRing(64), np.zeros(32, np.float32)
    ring.write(count(0, 64))
    monkeypatch.setattr(rings, "copy_out", Overtaken(ring, 50, times=2))
    assert not ring.window(64, out)
    assert ring.latest(out) == 164  # the second try is overtaken as well, the third is not
    np.testing.assert_array_equal(out, count(132, 32))


def test_who_is_overtaken_while_taking_goes_on_behind_the_writer(monkeypatch):
    ring, out = SampleRing(64), np.zeros(40, np.float32)
    ring.write(count(0, 64))
    monkeypatch.setattr(rings, "copy_out", Overtaken(ring, 7, times=3))
    got = 0
    while number := ring.take(out):
        np.testing.assert_array_equal(out[:number], count(ring.taken - number, number))
        got += number
    assert got + ring.lost == ring.taken == ring.written == 64 + 3 * 7
    assert ring.lost == 21


def test_a_block_being_written_counts_as_overwritten_already(monkeypatch):
    ring, out, seen = SampleRing(64), np.zeros(10, np.float32), []
    ring.write(count(0, 64))

    def halfway(samples: np.ndarray, position: int, block: np.ndarray) -> None:
        seen.append((ring.window(40, out), ring.window(54, out), ring.written))
        copy_in(samples, position, block)

    monkeypatch.setattr(rings, "copy_in", halfway)
    ring.write(count(64, 40))
    assert seen == [(False, True, 64)]
