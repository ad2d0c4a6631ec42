"""A sampled instrument, and how a stretch of a performance is played on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repetiteur.models.encoder.heads import LOWEST_KEY, SAMPLE_RATE_HZ

NOTE = np.dtype(
    [
        ("start", "f8"),  # samples from the stretch's beginning; negative when it began before
        ("held", "f8"),  # samples until the damper falls
        ("speed", "f8"),  # samples of the recording per sample of the stretch
        ("release", "f8"),  # samples in which a damped note falls to 1/e
        ("gain", "f4"),
        ("key", "i4"),
        ("layer", "i4"),
    ]
)
HIGHEST_DAMPED = 89  # MIDI pitch: above, a grand piano has no dampers
UNDAMPED_RELEASE_S = 1.5
INAUDIBLE = 1e-4  # a damped note is over when this little of it is left
NEXT_LAYER = 0.15  # share of notes that another piano would have in its next layer


@dataclass(frozen=True, slots=True)
class Piano:
    """``samples`` (key, layer, sample) int16 at 16 kHz; ``scales`` (key, layer) turn them into sound;
    ``layers`` are the MIDI velocities they were struck with. May be any other instrument as well."""

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


def strokes(piano: Piano, notes: np.ndarray, touch: Touch, random: np.random.Generator) -> np.ndarray:
    """``notes`` (``PLAYED``, in seconds of the stretch, some begun before it) as strokes (``NOTE``)."""
    found = np.zeros(len(notes), NOTE)
    velocity = notes["velocity"]
    layer = np.abs(velocity[:, None] - piano.layers[None, :]).argmin(1)
    layer = np.minimum(layer + (random.random(len(layer)) < NEXT_LAYER), len(piano.layers) - 1)
    key_cents = random.normal(0, 1, 128)[notes["pitch"]] * touch.key_cents
    undamped = touch.undamped_top & (notes["pitch"] > HIGHEST_DAMPED)
    slower = np.clip(1.6 - (notes["pitch"] - LOWEST_KEY) / 60, 0.5, 1.6)  # long strings are heavier to damp
    found["start"] = notes["onset_s"] * SAMPLE_RATE_HZ
    found["held"] = (notes["offset_s"] - notes["onset_s"]) * SAMPLE_RATE_HZ
    found["speed"] = 2.0 ** ((touch.cents + key_cents) / 1200)
    found["release"] = np.where(undamped, UNDAMPED_RELEASE_S, touch.release_s * slower) * SAMPLE_RATE_HZ
    found["gain"] = (velocity / piano.layers[layer]) ** 1.5 * 10 ** (random.normal(0, 1.0, len(notes)) / 20)
    found["key"], found["layer"] = notes["pitch"] - LOWEST_KEY, layer
    return found
