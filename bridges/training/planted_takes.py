"""What is played in a lesson: a stretch of a performance, with mistakes that are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from repetiteur.bridges.planting.complete import Meant
from repetiteur.bridges.planting.injection import Planted, published, released
from repetiteur.bridges.planting.strokes import Stroke
from repetiteur.bridges.planting.stumbling import human
from repetiteur.bridges.training.meant_pieces import Performed
from repetiteur.kernels.pedal import next_onset, pedal_extended
from repetiteur.models.studio.performance import PLAYED

TAKE_S = 60.0
BEGIN_S = 0.5  # of silence before it
FROM_THE_BEGINNING = 0.5  # share of takes
WITH_PEDAL = 0.6
SLOWER = 0.2  # natural logarithm of the tempo's factor, at most
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
    slower = float(np.exp(random.uniform(-SLOWER, SLOWER)))
    strokes = list(planted.strokes)
    ends_s = np.array([stroke.onset_s + max(stroke.duration_s, 0.02) for stroke in strokes])
    onset_s = np.array([stroke.onset_s for stroke in strokes])
    pitch = np.array([stroke.pitch for stroke in strokes])
    if random.random() < WITH_PEDAL:
        ends_s = pedal_extended(onset_s, pitch, ends_s, performed.pedal_s, performed.pedal)
    ends_s = np.minimum(ends_s, next_onset(onset_s, pitch))
    begin_s = 0.0
    if random.random() >= FROM_THE_BEGINNING:
        begin_s = random.uniform(0.0, max(onset_s[-1] - TAKE_S / slower, 0.0))
    else:
        begin_s = float(onset_s[0])
    until_s = begin_s + (TAKE_S - BEGIN_S) / slower

    def shifted(time_s: float) -> float:
        return (time_s - begin_s) * slower + BEGIN_S

    def those(truth: Sequence[tuple[float, int]]) -> tuple[tuple[float, int], ...]:
        return tuple((shifted(at_s), key) for at_s, key in truth if begin_s <= at_s < until_s)

    kept: list[Stroke] = []
    sounding = []
    louder = float(np.exp(random.uniform(-0.5, 0.5)))
    for stroke, end_s in zip(strokes, ends_s.tolist(), strict=True):
        if begin_s <= stroke.onset_s < until_s and stroke.pitch in KEYBOARD:
            velocity = int(np.clip(round(127 * (stroke.velocity / 127) ** louder), 1, 127))
            kept.append(
                replace(stroke, onset_s=shifted(stroke.onset_s), duration_s=stroke.duration_s * slower)
            )
            sounding.append((kept[-1].onset_s, shifted(end_s), stroke.pitch, velocity))
    truth = Planted(tuple(kept), those(planted.missed), those(planted.extra))
    return PlantedTake(np.array(sounding, PLAYED), truth)
