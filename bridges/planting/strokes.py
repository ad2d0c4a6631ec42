"""A performance as keys going down and up: easy to cut, shift and put together again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from repetiteur.kernels.pedal import next_onset, pedal_extended
from repetiteur.realtime.inputs import Controller, NoteOff, NoteOn, Performed

SHORTEST_S = 0.02
SUSTAIN = 64  # number of the controller


@dataclass(frozen=True, slots=True)
class Stroke:
    onset_s: float
    duration_s: float
    pitch: int
    velocity: int
    rings_s: float = 0.0  # longer than the key is down: the pedal holds it
    note: int | None = field(default=None, compare=False)  # of the score, that it was meant to be


def strokes_of(performed: Iterable[Performed]) -> list[Stroke]:
    """Notes with their lengths, by onset. A key struck again while it sounds ends the note before."""
    sounding: dict[int, NoteOn] = {}
    found: list[Stroke] = []

    def end(pitch: int, t_s: float) -> None:
        began = sounding.pop(pitch, None)
        if began is not None:
            found.append(Stroke(began.t_s, max(t_s - began.t_s, SHORTEST_S), pitch, began.velocity))

    last_s = 0.0
    for item in performed:
        last_s = item.t_s
        if isinstance(item, NoteOn):
            end(item.pitch, item.t_s)
            sounding[item.pitch] = item
        elif isinstance(item, NoteOff):
            end(item.pitch, item.t_s)
    for pitch in tuple(sounding):
        end(pitch, last_s)
    return sorted(found, key=lambda stroke: (stroke.onset_s, stroke.pitch))


def performed(strokes: Sequence[Stroke]) -> tuple[Performed, ...]:
    """The strokes as inputs in time order; at one instant keys go up before others go down."""
    timed: list[tuple[float, int, Performed]] = []
    for stroke in strokes:
        up_s = stroke.onset_s + max(stroke.duration_s, SHORTEST_S)
        timed.append((stroke.onset_s, 1, NoteOn(stroke.onset_s, stroke.pitch, stroke.velocity)))
        timed.append((up_s, 0, NoteOff(up_s, stroke.pitch)))
    timed.sort(key=lambda entry: entry[:2])
    return tuple(item for _, _, item in timed)


def ringing(strokes: Sequence[Stroke]) -> list[Stroke]:
    """Each as long as it sounds, at most until its key is struck again: what an instrument without a
    pedal would have to play."""
    onset_s = np.array([stroke.onset_s for stroke in strokes])
    again_s = next_onset(onset_s, np.array([stroke.pitch for stroke in strokes], int))
    return [
        replace(stroke, duration_s=min(stroke.duration_s + stroke.rings_s, end_s - stroke.onset_s))
        for stroke, end_s in zip(strokes, again_s.tolist(), strict=True)
    ]


def with_pedal(strokes: Sequence[Stroke], performed: Iterable[Performed]) -> list[Stroke]:
    """The same, and how long they ring by the pedal of this performance."""
    pedal = [item for item in performed if isinstance(item, Controller) and item.number == SUSTAIN]
    onset_s = np.array([stroke.onset_s for stroke in strokes])
    key_up_s = onset_s + np.array([stroke.duration_s for stroke in strokes])
    end_s = pedal_extended(
        onset_s,
        np.array([stroke.pitch for stroke in strokes], int),
        key_up_s,
        np.array([item.t_s for item in pedal]),
        np.array([item.value for item in pedal]),
    )
    rings_s = np.maximum(end_s - key_up_s, 0.0).tolist()
    return [replace(stroke, rings_s=rings) for stroke, rings in zip(strokes, rings_s, strict=True)]
