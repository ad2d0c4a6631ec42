"""Stretches of training music: a few seconds of a performance, somewhere, on some piano, in some room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from repetiteur.models.encoder.heads import HOP_SAMPLES, KEYS, LOWEST_KEY, SAMPLE_RATE_HZ
from repetiteur.models.studio.performance import Performance
from repetiteur.models.studio.pianos import Keyboard, draw_touch, strokes
from repetiteur.models.studio.room import Room, draw_room

SOUNDS_ON_S = 1.5  # after its offset, for what a release may last
WITH_BACKGROUND = 0.08
BACKGROUND_DB = -40.0, -20.0


@dataclass(frozen=True, slots=True)
class Part:
    """Notes on one instrument."""

    instrument: int  # index among those there are
    strokes: np.ndarray  # NOTE
    level_db: float  # RMS under that of the first part; 0 for the first


@dataclass(frozen=True, slots=True)
class Stretch:
    """Not sound yet: what is to be mixed, and the notes (``PLAYED``, seconds) to be heard in it."""

    parts: tuple[Part, ...]
    room: Room
    notes: np.ndarray


@dataclass(frozen=True, slots=True)
class Material:
    """What is played, and on what. An instrument listed twice is taken twice as often."""

    performances: Sequence[Performance]
    keyboards: Sequence[Keyboard]

    def chances(self) -> np.ndarray:
        """Of each performance: every second of all of them is as likely."""
        seconds = np.array([performance.duration_s for performance in self.performances])
        return seconds / seconds.sum()


def draw_stretch(
    material: Material, chances: np.ndarray, lead_in: int, hops: int, random: np.random.Generator
) -> Stretch:
    """Anything goes: any performance (by ``chances``), any place in it, transposed, faster or slower, louder
    or softer, on any instrument, in any room, now and then with a faint other one behind. The stretch
    begins ``lead_in`` samples before its time 0."""
    length_s = hops * HOP_SAMPLES / SAMPLE_RATE_HZ

    def part(notes: np.ndarray, level_db: float) -> Part:
        touch = draw_touch(random)
        instrument = int(random.integers(len(material.keyboards)))
        struck = strokes(material.keyboards[instrument], notes, touch, lead_in, random)
        return Part(instrument, struck, level_db)

    notes = _some(material.performances, chances, length_s, random)
    parts = [part(notes, 0.0)]
    if random.random() < WITH_BACKGROUND:
        behind = _some(material.performances, chances, length_s, random)
        parts.append(part(behind, random.uniform(*BACKGROUND_DB)))
    return Stretch(tuple(parts), draw_room(random), notes)


def _some(
    performances: Sequence[Performance], chances: np.ndarray, length_s: float, random: np.random.Generator
) -> np.ndarray:
    performance = performances[random.choice(len(performances), p=chances)]
    notes = _varied(performance.notes, random)
    begin_s = random.uniform(-1.0, max(0.0, notes["onset_s"].max(initial=0.0) - 1.0))
    return within(notes, begin_s, length_s)


def within(notes: np.ndarray, begin_s: float, length_s: float) -> np.ndarray:
    """Those that sound from ``begin_s`` on, counted from there."""
    notes = notes.copy()
    notes["onset_s"] -= begin_s
    notes["offset_s"] -= begin_s
    return notes[(notes["offset_s"] > -SOUNDS_ON_S) & (notes["onset_s"] < length_s + 0.05)]


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
