"""A performance as keys going down and up: easy to cut, shift and put together again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from repetiteur.realtime.inputs import NoteOff, NoteOn, Performed

SHORTEST_S = 0.02


@dataclass(frozen=True, slots=True)
class Stroke:
    onset_s: float
    duration_s: float
    pitch: int
    velocity: int
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
