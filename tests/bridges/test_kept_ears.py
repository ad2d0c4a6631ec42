"""Ears that fail begin anew: every note is settled, and none is counted twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from repetiteur.bridges.kept_ears import KeptEars
from repetiteur.realtime.events import NoteStatus
from repetiteur.realtime.hearing.ears import Ears
from repetiteur.realtime.hearing.sound_clock import SoundClock
from repetiteur.realtime.inputs import Chunk, FaultSeen, HeardEnd, HeardNote, Input

RATE_HZ = 16_000.0


def silence(t_s: float, seconds: float = 0.01) -> Chunk:
    return Chunk(t_s, np.zeros(round(seconds * RATE_HZ), np.float32), RATE_HZ)


@pytest.fixture
def told(ideal_encoder: Any) -> list[Input]:
    """Two notes sound when the encoder fails once; after that it hears its notes from the beginning again."""
    encoder = ideal_encoder([(60, 0.2, 1.5, 80), (64, 0.56, 2.0, 70)], 4.0)
    hear, fail = encoder.hear, [63]

    def stumble(samples: np.ndarray) -> np.ndarray:
        fail[0] -= 1
        if fail[0] == 0:
            raise MemoryError("no room")
        return hear(samples)

    encoder.hear = stumble
    ears = KeptEars(Ears(encoder, lambda rate_hz: None))  # pyright: ignore
    found: list[Input] = []
    for number in range(300):
        found += ears.push(silence(number / 100))
    return found + list(ears.finish())


def test_what_sounded_ends_and_what_was_suspected_is_withdrawn(told: list[Input]) -> None:
    place = next(number for number, item in enumerate(told) if isinstance(item, FaultSeen))
    fault = told[place]
    assert isinstance(fault, FaultSeen) and "MemoryError: no room" in fault.what
    settled = told[place - 2 : place]
    assert isinstance(settled[0], HeardEnd) and settled[0].id == 0
    assert isinstance(settled[1], HeardNote) and settled[1].status is NoteStatus.WITHDRAWN


def test_notes_go_on_counting_and_every_one_is_settled(told: list[Input]) -> None:
    first_told: list[int] = []
    for item in told:
        if isinstance(item, HeardNote) and item.id not in first_told:
            first_told.append(item.id)
    assert first_told == list(range(len(first_told))) and len(first_told) >= 4
    confirmed = {
        item.id for item in told if isinstance(item, HeardNote) and item.status is NoteStatus.CONFIRMED
    }
    assert {item.id for item in told if isinstance(item, HeardEnd)} == confirmed
    stamps = [item.t_s for item in told]
    assert stamps == sorted(stamps)


@pytest.mark.parametrize("ppm", [-200.0, 50.0, 200.0])
def test_a_sound_card_that_is_too_fast_or_slow_stays_with_the_clock_of_midi(ppm: float) -> None:
    """Ten minutes: 200 ppm would come to 120 ms."""
    clock, jitter = SoundClock(), np.random.default_rng(4)
    worst_s = 0.0
    for block in range(60_000):
        true_s = block * 0.01 * (1 + ppm * 1e-6)
        clock.stamped(true_s + float(jitter.uniform(0, 0.001)), block * 0.01, 0.01)
        if block > 2_000:
            worst_s = max(worst_s, abs(clock.at_s(block * 0.01) - true_s))
    assert worst_s < 0.006
