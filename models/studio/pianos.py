"""A sampled piano, and a stretch of a performance played on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repetiteur.kernels.note_mixing import NOTE, mix
from repetiteur.models.encoder.heads import LOWEST_KEY, SAMPLE_RATE_HZ

HIGHEST_DAMPED = 89  # MIDI pitch: above, a grand piano has no dampers
UNDAMPED_RELEASE_S = 1.5


@dataclass(frozen=True, slots=True)
class Piano:
    """``samples`` (key, layer, sample) int16 at 16 kHz; ``scales`` (key, layer) turn them into sound;
    ``layers`` are the MIDI velocities they were struck with."""

    name: str
    samples: np.ndarray
    scales: np.ndarray
    layers: np.ndarray


@dataclass(frozen=True, slots=True)
class Touch:
    """How this piano is tuned and answers, drawn anew for every stretch."""

    cents: float  # the whole instrument
    key_cents: float  # spread from key to key
    release_s: float
    undamped_top: bool


def draw_touch(random: np.random.Generator) -> Touch:
    return Touch(
        cents=float(np.clip(random.normal(0, 10), -35, 35)),
        key_cents=float(random.uniform(0, 4)),
        release_s=float(np.exp(random.uniform(np.log(0.02), np.log(0.18)))),
        undamped_top=bool(random.random() < 0.5),
    )


def perform(
    piano: Piano, notes: np.ndarray, touch: Touch, samples: int, random: np.random.Generator
) -> np.ndarray:
    """``notes`` (``PLAYED``, in seconds of the stretch, some begun before it) as float32 sound."""
    out = np.zeros(samples, np.float32)
    mixed = np.zeros(len(notes), NOTE)
    key = notes["pitch"] - LOWEST_KEY
    velocity = notes["velocity"]
    layer = np.abs(velocity[:, None] - piano.layers[None, :]).argmin(1)
    if len(piano.layers) > 1:
        # Now and then the neighbouring layer, as another piano would have its layers elsewhere.
        layer = np.clip(layer + (random.random(len(layer)) < 0.15), 0, len(piano.layers) - 1)
    key_cents = random.normal(0, touch.key_cents, 128)[notes["pitch"]] if touch.key_cents else 0.0
    mixed["start"] = notes["onset_s"] * SAMPLE_RATE_HZ
    mixed["held"] = (notes["offset_s"] - notes["onset_s"]) * SAMPLE_RATE_HZ
    mixed["speed"] = 2.0 ** ((touch.cents + key_cents) / 1200)
    undamped = touch.undamped_top & (notes["pitch"] > HIGHEST_DAMPED)
    slower = np.clip(1.6 - (notes["pitch"] - 21) / 60, 0.5, 1.6)  # long strings are heavier to damp
    mixed["release"] = np.where(undamped, UNDAMPED_RELEASE_S, touch.release_s * slower) * SAMPLE_RATE_HZ
    mixed["gain"] = (velocity / piano.layers[layer]) ** 1.5 * 10 ** (random.normal(0, 1.0, len(notes)) / 20)
    mixed["key"], mixed["layer"] = key, layer
    mix(mixed, piano.samples, piano.scales, out)
    return out
