"""A sampled instrument, and how a stretch of a performance is played on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repetiteur.models.encoder.heads import KEYS, LOWEST_KEY, SAMPLE_RATE_HZ

NOTE = np.dtype(
    [
        ("start", "f8"),  # samples from the stretch's beginning; negative when it began before
        ("held", "f8"),  # samples until the damper falls
        ("speed", "f8"),  # samples of the recording per sample of the stretch
        ("release", "f8"),  # samples in which a damped note falls to 1/e
        ("gain", "f4"),
        ("recording", "i4"),
        ("layer", "i4"),
    ]
)
HIGHEST_DAMPED = 89  # MIDI pitch: above, a grand piano has no dampers
UNDAMPED_RELEASE_S = 1.5
FULL_SCALE = 32767
REFERENCE_VELOCITY = 96
NEXT_LAYER = 0.15  # share of notes that another piano would have in its next layer


@dataclass(frozen=True, slots=True)
class Keyboard:
    """Which recording a key plays, and how; all that is needed to say what is to be mixed."""

    layers: np.ndarray  # the MIDI velocities that notes were recorded at, rising
    recording: np.ndarray  # (88,) the number of each key's recording
    speed: np.ndarray  # (88,) how much faster that one is played, where it is another key's


@dataclass(frozen=True, slots=True)
class Piano:
    """``samples`` (recording, layer, sample) int16 at 16 kHz; ``scales`` (recording, layer) turn them into
    sound. May be any other instrument as well."""

    name: str
    samples: np.ndarray
    scales: np.ndarray
    keyboard: Keyboard


def levelled(scales: np.ndarray, layers: np.ndarray) -> np.ndarray:
    """``scales`` such that a note in the middle, struck with REFERENCE_VELOCITY, peaks at 1, on any piano.

    What is soft and what is loud then comes from how it is played, as in a recording whose level was set
    once.
    """
    layer = np.abs(layers - REFERENCE_VELOCITY).argmin()
    middle = scales[len(scales) // 3 : -(-2 * len(scales) // 3), layer]
    return (scales / (np.median(middle) * FULL_SCALE)).astype(np.float32)


def every_key(layers: np.ndarray) -> Keyboard:
    """Of an instrument all of whose 88 keys were recorded."""
    return Keyboard(layers, np.arange(KEYS), np.ones(KEYS))


def some_keys(layers: np.ndarray, recorded: np.ndarray) -> Keyboard:
    """Of one with recordings of only the keys ``recorded``: the others are the nearest, at another speed."""
    keys = np.arange(KEYS)
    nearest = np.abs(keys[:, None] - recorded).argmin(1)
    return Keyboard(layers, nearest, 2.0 ** ((keys - recorded[nearest]) / 12))


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


def strokes(
    keyboard: Keyboard, notes: np.ndarray, touch: Touch, lead_in: int, random: np.random.Generator
) -> np.ndarray:
    """``notes`` (``PLAYED``, in seconds of the stretch, some begun before it) as what is to be mixed
    (``NOTE``); the stretch's time 0 is its sample ``lead_in``."""
    found = np.zeros(len(notes), NOTE)
    velocity, key = notes["velocity"], notes["pitch"] - LOWEST_KEY
    layer = np.abs(velocity[:, None] - keyboard.layers[None, :]).argmin(1)
    layer = np.minimum(layer + (random.random(len(layer)) < NEXT_LAYER), len(keyboard.layers) - 1)
    key_cents = random.normal(0, 1, 128)[notes["pitch"]] * touch.key_cents
    undamped = touch.undamped_top & (notes["pitch"] > HIGHEST_DAMPED)
    slower = np.clip(1.6 - key / 60, 0.5, 1.6)  # long strings are heavier to damp
    found["start"] = notes["onset_s"] * SAMPLE_RATE_HZ + lead_in
    found["held"] = (notes["offset_s"] - notes["onset_s"]) * SAMPLE_RATE_HZ
    found["speed"] = keyboard.speed[key] * 2.0 ** ((touch.cents + key_cents) / 1200)
    found["release"] = np.where(undamped, UNDAMPED_RELEASE_S, touch.release_s * slower) * SAMPLE_RATE_HZ
    found["gain"] = (velocity / keyboard.layers[layer]) ** 1.5 * 10 ** (
        random.normal(0, 1.0, len(notes)) / 20
    )
    found["recording"], found["layer"] = keyboard.recording[key], layer
    return found
