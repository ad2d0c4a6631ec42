"""Compile (or fetch from the disk cache) every kernel before the first real note needs it."""

from __future__ import annotations

import numpy as np

from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import NoteStatus
from repetiteur.realtime.inputs import HeardNote, HeardTrace, Input, NoteOff, NoteOn
from repetiteur.realtime.score import Score
from repetiteur.realtime.timeline import push_safely, with_ticks

_NOTES = 24


def warm_up(score: Score) -> None:
    """Play the beginning, not quite rightly, to an engine that is thrown away. Seconds the first
    time on a machine, tens of milliseconds after."""
    engine = Engine(score)
    engine.open()
    for item in with_ticks(_beginning(score)):
        push_safely(engine, item)


def _beginning(score: Score) -> list[Input]:
    notes = score.notes[:_NOTES]
    onsets_s = score.nominal_seconds(notes["onset_q"])
    played: list[Input] = []
    for number, (pitch, onset_s) in enumerate(zip(notes["pitch"], onsets_s, strict=True)):
        wrong = number % 8 == 5
        sounding = int(np.clip(pitch + wrong, 0, 127))
        played.append(NoteOn(max(float(onset_s), 0.0), sounding, 64))
        played.append(NoteOff(max(float(onset_s), 0.0) + 0.2, sounding))
        end_s = played[-1].t_s
        played.append(HeardNote(end_s, number, NoteStatus.PROVISIONAL, sounding, end_s, 64, 0.5))
        played.append(HeardTrace(end_s, -1, sounding, end_s, *[0.1] * 7))
    return sorted(played, key=lambda item: item.t_s)
