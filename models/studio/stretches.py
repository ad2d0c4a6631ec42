"""Stretches of training music: a few seconds of a performance, somewhere, on some piano, in some room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from repetiteur.models.encoder.heads import HOP_SAMPLES, KEYS, LOWEST_KEY, SAMPLE_RATE_HZ
from repetiteur.models.encoder.targets import Targets, targets_of
from repetiteur.models.studio.performance import Performance
from repetiteur.models.studio.pianos import Piano, Touch, draw_touch, perform
from repetiteur.models.studio.room import through_a_room


@dataclass(frozen=True, slots=True)
class Stretch:
    sound: np.ndarray  # float32: ``lead_in`` samples, then ``hops`` hops
    targets: Targets


def draw_stretch(
    performances: Sequence[Performance],
    chances: np.ndarray,
    pianos: Sequence[Piano],
    lead_in: int,
    hops: int,
    random: np.random.Generator,
) -> Stretch:
    """Anything goes: any performance (by ``chances``), any place in it, transposed, faster or slower, louder or
    softer, on any piano, in any room."""
    performance = performances[random.choice(len(performances), p=chances)]
    length_s = hops * HOP_SAMPLES / SAMPLE_RATE_HZ
    notes = _varied(performance.notes, random)
    begin_s = random.uniform(-1.0, max(0.0, notes["onset_s"].max() - 1.0))
    notes["onset_s"] -= begin_s
    notes["offset_s"] -= begin_s
    lead_in_s = lead_in / SAMPLE_RATE_HZ
    notes = notes[(notes["offset_s"] > -lead_in_s - 1.0) & (notes["onset_s"] < length_s + 0.05)]
    piano = pianos[random.integers(len(pianos))]
    sound = on(piano, notes, draw_touch(random), lead_in, hops, random)
    return Stretch(through_a_room(sound, random), targets_of(notes, hops + 1))


def on(
    piano: Piano, notes: np.ndarray, touch: Touch, lead_in: int, hops: int, random: np.random.Generator
) -> np.ndarray:
    later = notes.copy()
    later["onset_s"] += lead_in / SAMPLE_RATE_HZ
    later["offset_s"] += lead_in / SAMPLE_RATE_HZ
    return perform(piano, later, touch, lead_in + hops * HOP_SAMPLES, random)


def _varied(notes: np.ndarray, random: np.random.Generator) -> np.ndarray:
    notes = notes.copy()
    slower = np.exp(random.uniform(-0.2, 0.2))
    notes["onset_s"] *= slower
    notes["offset_s"] *= slower
    notes["pitch"] += random.integers(-5, 6) if random.random() < 0.6 else 0
    notes = notes[(notes["pitch"] >= LOWEST_KEY) & (notes["pitch"] < LOWEST_KEY + KEYS)]
    curve = np.exp(random.uniform(-0.5, 0.5))
    notes["velocity"] = np.clip(np.round(127 * (notes["velocity"] / 127) ** curve), 1, 127)
    return notes
