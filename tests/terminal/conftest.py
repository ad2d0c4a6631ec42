"""A small score written by hand, the same one everywhere here."""

from __future__ import annotations

import numpy as np
import pytest

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

G_MAJOR = (67, 69, 71, 72, 74, 76, 78, 79)


@pytest.fixture
def scale() -> Score:
    """G major up and up again in quarters, four bars of four."""
    notes = np.zeros(16, NOTE_DTYPE)
    notes["onset_q"] = np.arange(16)
    notes["duration_q"] = 1.0
    notes["pitch"] = G_MAJOR * 2
    notes["bar"] = np.arange(16) // 4
    bars = np.zeros(4, BAR_DTYPE)
    bars["start_q"] = np.arange(4) * 4.0
    bars["end_q"] = bars["start_q"] + 4.0
    bars["upper"], bars["lower"] = 4, 4
    return Score(
        id="scale",
        title="Scale",
        parts=("one",),
        notes=notes,
        note_ids=tuple(f"s{k}" for k in range(16)),
        bars=bars,
        bar_labels=("1", "2", "3", "3a"),
        tempi=np.array([(0.0, 120.0)], TEMPO_DTYPE),
        fermatas=np.zeros(0),
        marks=(),
        turns=(),
        play_order=PlayOrder((Segment(0.0, 16.0),), (Edge(0, END, EdgeKind.ON, (1,)),), (0,)),
    )
