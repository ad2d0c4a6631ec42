"""What is played in a lesson: a stretch of a performance, with mistakes that are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from repetiteur.bridges.planting.complete import Meant
from repetiteur.bridges.planting.injection import Planted, published, released
from repetiteur.bridges.planting.strokes import SHORTEST_S, Stroke
from repetiteur.bridges.planting.stumbling import human
from repetiteur.bridges.training.meant_pieces import Performed
from repetiteur.kernels.pedal import next_onset, pedal_extended
from repetiteur.models.studio.performance import PLAYED

TAKE_S = 60.0
BEGIN_S = 0.5  # of silence before it
FROM_THE_BEGINNING = 0.5  # share of takes
WITH_PEDAL = 0.6
SLOWER, LOUDER = 0.2, 0.5  # natural logarithms of the tempo's factor and of dynamics' exponent, at most
KEYBOARD = range(21, 109)


def nothing(meant: Sequence[Meant], seed: int) -> Planted:
    """A clean take: whatever is flagged in it is a false alarm."""
    del seed
    return Planted(tuple(note.stroke for note in meant), (), ())


WAYS: tuple[Callable[[Sequence[Meant], int], Planted], ...] = (nothing, published, released, human)
SHARES = 0.2, 0.3, 0.2, 0.3


@dataclass(frozen=True, slots=True, eq=False)
class PlantedTake:
    """``sounding`` (``PLAYED``) are the strokes with the pedal counted in; truth as in ``Planted``."""

    sounding: np.ndarray
    planted: Planted


def draw_take(performed: Performed, random: np.random.Generator) -> PlantedTake:
    """Any stretch, with mistakes of any kind, faster or slower, louder or softer."""
    way = WAYS[random.choice(len(WAYS), p=SHARES)]
    planted = way(performed.meant, int(random.integers(1 << 31)))
    strokes = planted.strokes
    ends_s = _ends_s(strokes, performed if random.random() < WITH_PEDAL else None)
    slower = float(np.exp(random.uniform(-SLOWER, SLOWER)))
    louder = float(np.exp(random.uniform(-LOUDER, LOUDER)))
    first_s, length_s = strokes[0].onset_s, (TAKE_S - BEGIN_S) / slower
    begin_s = first_s
    if random.random() >= FROM_THE_BEGINNING:
        begin_s = random.uniform(first_s, max(strokes[-1].onset_s - length_s, first_s))

    def within(time_s: float) -> bool:
        return begin_s <= time_s < begin_s + length_s

    def shifted(time_s: float) -> float:
        return (time_s - begin_s) * slower + BEGIN_S

    def those(truth: Sequence[tuple[float, int]]) -> tuple[tuple[float, int], ...]:
        return tuple((shifted(time_s), pitch) for time_s, pitch in truth if within(time_s))

    kept: list[Stroke] = []
    sounding = []
    for stroke, end_s in zip(strokes, ends_s, strict=True):
        if within(stroke.onset_s) and stroke.pitch in KEYBOARD:
            velocity = int(np.clip(round(127 * (stroke.velocity / 127) ** louder), 1, 127))
            onset_s, lasts_s = shifted(stroke.onset_s), stroke.duration_s * slower
            kept.append(replace(stroke, onset_s=onset_s, duration_s=lasts_s, velocity=velocity))
            sounding.append((onset_s, shifted(end_s), stroke.pitch, velocity))
    truth = Planted(tuple(kept), those(planted.missed), those(planted.extra))
    return PlantedTake(np.array(sounding, PLAYED), truth)


def _ends_s(strokes: Sequence[Stroke], performed: Performed | None) -> list[float]:
    """When each stops sounding, by the pedal of ``performed`` or without one."""
    onset_s = np.array([stroke.onset_s for stroke in strokes])
    pitch = np.array([stroke.pitch for stroke in strokes])
    ends_s = onset_s + [max(stroke.duration_s, SHORTEST_S) for stroke in strokes]
    if performed is not None:
        ends_s = pedal_extended(onset_s, pitch, ends_s, performed.pedal_s, performed.pedal)
    return np.minimum(ends_s, next_onset(onset_s, pitch)).tolist()
