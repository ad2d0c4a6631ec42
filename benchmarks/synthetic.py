"""Scores of any size out of thin air, and somebody who plays them: for cost, not for accuracy."""

from __future__ import annotations

from random import Random

import numpy as np

from repetiteur.bridges.planting.strokes import Stroke
from repetiteur.realtime.score import (
    BAR_DTYPE,
    END,
    NOTE_DTYPE,
    TEMPO_DTYPE,
    Edge,
    EdgeKind,
    PlayOrder,
    Score,
    Segment,
)

STEP_Q = 0.25
CHORD_EVERY = 4  # steps: a left-hand chord of three
LOWEST, HIGHEST = 60, 96
QUARTER_BPM = 100.0


def synthetic_score(notes: int, seed: int = 1) -> Score:
    """A wandering right hand in semiquavers over chords: at least so many notes, two parts in one."""
    chance = Random(seed)
    rows, place, pitch, root = [], 0, 72, 48
    while len(rows) < notes:
        q = place * STEP_Q
        if place % CHORD_EVERY == 0:
            root = 41 + (root - 41 + chance.choice((-5, -2, 2, 3, 5, 7))) % 14
            rows += [(q, 1.0, root + step) for step in (0, 4, 7)]
        pitch = min(max(pitch + chance.choice((-4, -3, -2, -1, 1, 2, 3, 4)), LOWEST), HIGHEST)
        rows.append((q, STEP_Q, pitch))
        place += 1
    table = np.zeros(len(rows), NOTE_DTYPE)
    table["onset_q"], table["duration_q"], table["pitch"] = (
        np.array(column) for column in zip(*rows, strict=True)
    )
    table["bar"] = table["onset_q"] // 4
    bars = np.zeros(int(table["bar"][-1]) + 1, BAR_DTYPE)
    bars["start_q"] = 4.0 * np.arange(len(bars))
    bars["end_q"] = bars["start_q"] + 4.0
    bars["upper"] = bars["lower"] = 4
    end_q = float(bars["end_q"][-1])
    return Score(
        id=f"synthetic-{len(rows)}",
        title="",
        parts=("Piano",),
        notes=table,
        note_ids=tuple(f"n{number}" for number in range(len(rows))),
        bars=bars,
        bar_labels=tuple(str(number + 1) for number in range(len(bars))),
        tempi=np.array([(0.0, QUARTER_BPM)], TEMPO_DTYPE),
        fermatas=np.zeros(0),
        marks=(),
        turns=(),
        play_order=PlayOrder((Segment(0.0, end_q),), (Edge(0, END, EdgeKind.ON, (1,)),), (0,)),
    )


def play(score: Score, first_note: int, notes: int, start_s: float, seed: int = 2) -> list[Stroke]:
    """A stretch of the score at its tempo, unevenly and with a wrong note now and then."""
    chance = Random(seed)
    stretch = score.notes[first_note : first_note + notes]
    strokes = []
    for note in stretch:
        due_s = start_s + float(note["onset_q"] - stretch["onset_q"][0]) * 60.0 / QUARTER_BPM
        slip = chance.choice((-1, 1)) if chance.random() < 0.02 else 0
        onset_s = max(start_s, due_s + chance.gauss(0.0, 0.012))
        strokes.append(Stroke(onset_s, 0.1, int(note["pitch"]) + slip, chance.randint(50, 80)))
    return sorted(strokes, key=lambda stroke: stroke.onset_s)
