"""Sound comes out as it went in, in pieces of any size; what did not fit is known to be lost."""

from __future__ import annotations

import threading

import numpy as np

from repetiteur.realtime.inputs import Chunk
from repetiteur.realtime.sound_ring import SoundRing

RATE_HZ = 1000.0


def block(first: int, samples: int, lost: int = 0, rate_hz: float = RATE_HZ, **troubles: int) -> Chunk:
    """Sound whose every sample says which it is."""
    sound = np.arange(first, first + samples, dtype=np.float32)
    return Chunk(first / rate_hz, sound, rate_hz, lost, **troubles)


def everything(ring: SoundRing) -> list[Chunk]:
    found = []
    while (chunk := ring.take(0.0)) is not None:
        found.append(chunk)
    return found


def test_blocks_that_waited_come_as_one_with_the_time_of_the_first() -> None:
    ring = SoundRing()
    for first in (0, 100, 200):
        ring.put(block(first, 100, clipped=1, scrubbed=2))
    (chunk,) = everything(ring)
    np.testing.assert_array_equal(chunk.samples, np.arange(300))
    assert (chunk.t_s, chunk.lost, chunk.clipped, chunk.scrubbed) == (0.0, 0, 3, 6)
    ring.put(block(300, 10))
    (chunk,) = everything(ring)
    assert (chunk.t_s, chunk.clipped) == (0.3, 0)


def test_a_gap_another_rate_and_silence_begin_a_chunk_of_their_own() -> None:
    ring = SoundRing()
    ring.put(block(0, 10))
    ring.put(block(50, 10, lost=40))
    ring.put(block(60, 10, rate_hz=2000.0))
    ring.put(Chunk(9.0, np.zeros(0, np.float32), 2000.0, 7))
    ring.put(block(70, 10, rate_hz=2000.0))
    chunks = everything(ring)
    assert [len(chunk.samples) for chunk in chunks] == [10, 10, 10, 0, 10]
    assert [chunk.lost for chunk in chunks] == [0, 40, 0, 7, 0]
    assert [chunk.rate_hz for chunk in chunks] == [1000.0, 1000.0, 2000.0, 2000.0, 2000.0]


def test_who_comes_too_late_loses_the_oldest_and_is_told_how_much() -> None:
    ring = SoundRing(capacity=1024)
    for first in range(0, 3000, 100):
        assert ring.put(block(first, 100)), "the callback never waits and is never refused"
    chunks = everything(ring)
    samples = np.concatenate([chunk.samples for chunk in chunks])
    assert samples[-1] == 2999 and 800 <= len(samples) <= 1024
    assert chunks[0].lost == ring.overrun == 3000 - len(samples)
    assert chunks[0].t_s == samples[0] / RATE_HZ, "time does not slip"


def test_more_blocks_than_are_remembered_lose_the_oldest_as_well() -> None:
    ring = SoundRing(blocks=8)
    for first in range(0, 200, 10):
        ring.put(block(first, 10))
    (chunk,) = everything(ring)
    np.testing.assert_array_equal(chunk.samples, np.arange(120, 200))
    assert chunk.lost == 120


def test_what_two_threads_hand_over_adds_up() -> None:
    ring, total = SoundRing(capacity=4096), 200_000
    die = np.random.default_rng(5)

    def play() -> None:
        first = 0
        while first < total:
            samples = min(int(die.integers(1, 300)), total - first)
            ring.put(block(first, samples))
            first += samples

    player = threading.Thread(target=play)
    player.start()
    position = 0
    while position < total:
        chunk = ring.take(5.0)
        if chunk is None:  # it was woken for what it had taken already
            continue
        position += chunk.lost
        np.testing.assert_array_equal(chunk.samples, np.arange(position, position + len(chunk.samples)))
        position += len(chunk.samples)
    player.join()
    assert position == total
