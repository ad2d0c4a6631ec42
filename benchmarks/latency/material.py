"""What is played to the pipeline: somebody's performance as MIDI or as sound, and its score."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repetiteur.bridges import assets
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.planting.strokes import Stroke, strokes_of
from repetiteur.bridges.scores import load_score
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Performed
from repetiteur.realtime.score import Score

TONES_HZ = 48_000.0
PARTIALS = 10
_AFTERWARDS_S = 1.0  # of silence, before it begins again


@dataclass(frozen=True, slots=True)
class Midi:
    """Played on a keyboard."""

    score: Score
    performed: tuple[Performed, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Played into a microphone."""

    score: Score
    samples: np.ndarray  # float32, one channel
    rate_hz: float
    strokes: tuple[Stroke, ...] = ()  # what is played in it, where that is known to the sample


Material = Midi | Sound


def bundled_midi() -> Midi:
    return Midi(load_score(assets.SCORE), read_performance(assets.PERFORMANCE))


def bundled_sound() -> Sound:
    """The same performance on something like a piano, so that nothing has to be recorded or installed."""
    played = bundled_midi()
    strokes = strokes_of(played.performed)
    return Sound(played.score, tones(strokes), TONES_HZ, tuple(strokes))


def read_material(score: Path, performance: Path) -> Material:
    """Of files; whether it is sound is told by content. Raises InputError."""
    from repetiteur.bridges.sound_files import SoundFile

    loaded = load_score(score)
    try:
        return Midi(loaded, read_performance(performance))
    except InputError as no_midi:
        if performance.suffix.casefold() in (".mid", ".midi"):
            raise
        try:
            with SoundFile(performance) as file:
                pieces = [chunk.samples for chunk in file.chunks()]
                return Sound(loaded, np.concatenate(pieces), file.rate_hz)
        except InputError:
            raise no_midi from None


def tones(strokes: list[Stroke], rate_hz: float = TONES_HZ) -> np.ndarray:
    """Partials that fade, the higher the sooner, and stop with the key."""
    end_s = max(stroke.onset_s + stroke.duration_s for stroke in strokes) + _AFTERWARDS_S
    sound = np.zeros(round(end_s * rate_hz), np.float32)
    for stroke in strokes:
        tone = _tone(stroke, rate_hz)
        first = round(stroke.onset_s * rate_hz)
        room = sound[first : first + len(tone)]
        room += tone[: len(room)]
    return sound * np.float32(0.5 / max(1e-9, float(np.abs(sound).max())))


def _tone(stroke: Stroke, rate_hz: float) -> np.ndarray:
    at_s = np.arange(round((stroke.duration_s + 0.15) * rate_hz)) / rate_hz
    base_hz = 440.0 * 2.0 ** ((stroke.pitch - 69) / 12)
    tone = np.zeros(len(at_s))
    for partial in range(1, PARTIALS + 1):
        hz = partial * base_hz * np.sqrt(1 + 0.0004 * partial**2)
        if hz < 0.45 * rate_hz:
            tone += np.sin(2 * np.pi * hz * at_s) * np.exp(-at_s * (1.0 + partial)) / partial**1.7
    released = np.exp(-np.clip(at_s - stroke.duration_s, 0.0, None) / 0.03)
    return (tone * released * (1 - np.exp(-at_s / 0.001)) * stroke.velocity / 127).astype(np.float32)
