"""A lesson tells what really happened, in whatever was made of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from repetiteur.bridges.planting.complete import Meant
from repetiteur.bridges.planting.injection import Planted
from repetiteur.bridges.planting.strokes import Stroke
from repetiteur.kernels.ladder_read import MATCHED
from repetiteur.models.encoder.heads import HOP_SAMPLES
from repetiteur.models.ladder.lessons import EXTRA_ASKED, MISSED_ASKED
from repetiteur.models.ladder.tokens import A4_BANDS
from repetiteur.realtime.score import (
    BAR_DTYPE,
    NOTE_DTYPE,
    TEMPO_DTYPE,
    Edge,
    EdgeKind,
    PlayOrder,
    Score,
    Segment,
)

BARS = 6


@pytest.fixture
def score() -> Score:
    """Two voices in quarters at 120, up and down."""
    pitches = [(60 + (5 * beat) % 12, 40 + (7 * beat) % 12) for beat in range(4 * BARS)]
    notes = np.zeros(8 * BARS, NOTE_DTYPE)
    for beat, (high, low) in enumerate(pitches):
        for row, pitch in zip(notes[2 * beat : 2 * beat + 2], (low, high), strict=True):
            row["onset_q"], row["duration_q"], row["pitch"], row["bar"] = beat, 0.9, pitch, beat // 4
    bars = np.zeros(BARS, BAR_DTYPE)
    bars["start_q"] = 4.0 * np.arange(BARS)
    bars["end_q"], bars["upper"], bars["lower"] = bars["start_q"] + 4, 4, 4
    order = PlayOrder((Segment(0.0, 4.0 * BARS),), (Edge(0, -1, EdgeKind.ON, (1,)),), (0,))
    names = tuple(f"n{number}" for number in range(len(notes)))
    tempi = np.array([(0.0, 120.0)], TEMPO_DTYPE)
    labels = tuple(str(bar + 1) for bar in range(BARS))
    return Score(
        "made", "Made", ("one",), notes, names, bars, labels, tempi, np.zeros(0), (), (), order
    )  # fmt: skip


def meant_of(score: Score) -> list[Meant]:
    found = []
    for number, note in enumerate(score.notes):
        q = float(note["onset_q"])
        found.append(Meant(Stroke(0.5 + q / 2, 0.4, int(note["pitch"]), 70, note=number), q, 0.0, True))
    return found


class Told:
    """Tells this evidence, hop by hop."""

    octave_dynamics = np.zeros(A4_BANDS, np.float32)

    def __init__(self, evidence: np.ndarray) -> None:
        self._evidence, self._hop = evidence, 0

    def hear(self, samples: np.ndarray) -> np.ndarray:
        assert len(samples) == HOP_SAMPLES
        self._hop += 1
        return self._evidence[self._hop - 1 : self._hop]


def test_a_lesson_knows_what_was_missed_and_what_was_extra(score: Score, ideal_evidence: Callable) -> None:
    pytest.importorskip("torch")
    from repetiteur.bridges.training.ladder_takes import hear_take, look_at_take
    from repetiteur.bridges.training.planted_takes import PlantedTake

    strokes = [note.stroke for note in meant_of(score)]
    gone = strokes.pop(21)
    stray = Stroke(4.25, 0.3, 90, 70)
    planted = Planted(
        tuple(sorted([*strokes, stray], key=lambda stroke: stroke.onset_s)),
        ((gone.onset_s, gone.pitch),),
        ((stray.onset_s, stray.pitch),),
    )
    notes = [(each.pitch, each.onset_s, each.onset_s + each.duration_s, 70) for each in planted.strokes]
    evidence = ideal_evidence(notes, 14.0)
    heard = hear_take(np.zeros(len(evidence) * HOP_SAMPLES, np.float32), Told(evidence))  # pyright: ignore
    take = PlantedTake(np.zeros(0), planted)
    lesson = look_at_take(heard, score, take, np.random.default_rng(0))
    assert len(lesson) > 20
    missed = lesson.written[lesson.played == 0]
    assert set(missed["key"].tolist()) == {21}
    assert (lesson.played[lesson.written["heard"]] == 1).all()
    extra = lesson.traces[lesson.extra]
    assert set(extra["pitch"].tolist()) == {90}
    assert lesson.struck[lesson.reading == MATCHED].all()
    asked = {(int(row["what"]), bool(row["right"])) for row in lesson.asked}
    assert asked == {(EXTRA_ASKED, True), (MISSED_ASKED, True)}


def test_a_drawn_take_is_a_minute_at_most_and_its_truth_is_of_it(score: Score) -> None:
    from repetiteur.bridges.training.meant_pieces import Performed
    from repetiteur.bridges.training.planted_takes import TAKE_S, draw_take

    pedal = np.array([1.0, 2.0]), np.array([127, 0])
    for seed in range(12):
        take = draw_take(Performed(meant_of(score), *pedal), np.random.default_rng(seed))
        onset_s = take.sounding["onset_s"]
        assert (np.diff(onset_s) >= 0).all() and onset_s[0] >= 0 and onset_s[-1] < TAKE_S
        assert (take.sounding["offset_s"] > onset_s).all()
        names = [(stroke.onset_s, stroke.pitch) for stroke in take.planted.strokes]
        assert set(take.planted.extra) <= set(names)
        assert len(names) == len(take.sounding)
