"""Compile (or fetch from the disk cache) every kernel before the first real note needs it."""

from __future__ import annotations

import numpy as np

from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import NoteStatus
from repetiteur.realtime.inputs import HeardEnd, HeardNote, HeardTrace, Input, NoteOff, NoteOn
from repetiteur.realtime.score import Score
from repetiteur.realtime.timeline import push_safely, with_ticks

_NOTES = 24
_EARLY_S, _SURE_S = 0.04, 0.16  # the ears tell of a note so long after it began
_CERTAIN = 0.9


def warm_up(score: Score) -> None:
    """Play the beginning, not quite rightly, to engines that are thrown away: by hand, and by ear. Seconds
    the first time on a machine, tenths of one after."""
    for played in (_by_hand(score), _by_ear(score)):
        engine = Engine(score)
        engine.open()
        for item in with_ticks(played):
            push_safely(engine, item)


def _beginning(score: Score) -> list[tuple[float, int]]:
    """When, and which key: some of them wrong, and some left out."""
    notes = score.notes[:_NOTES]
    onsets_s = np.maximum(score.nominal_seconds(notes["onset_q"]), 0.0)
    wrong = np.arange(len(notes)) % 8 == 5
    pitches = np.clip(notes["pitch"].astype(int) + wrong, 0, 127)
    played = zip(onsets_s.tolist(), pitches.tolist(), strict=True)
    return [each for number, each in enumerate(played) if number % 8 != 2]


def _by_hand(score: Score) -> list[Input]:
    played: list[Input] = []
    for onset_s, pitch in _beginning(score):
        played += NoteOn(onset_s, pitch, 64), NoteOff(onset_s + 0.2, pitch)
    return sorted(played, key=lambda item: item.t_s)


def _by_ear(score: Score) -> list[Input]:
    """Every note twice, as the ears tell it, with its trace; some are withdrawn, or doubtful."""
    played: list[Input] = []
    for number, (onset_s, pitch) in enumerate(_beginning(score)):
        sure_s = onset_s + _SURE_S
        real, height = number % 6 != 4, 0.5 if number % 4 == 3 else _CERTAIN
        status = NoteStatus.CONFIRMED if real else NoteStatus.WITHDRAWN
        early = HeardNote(onset_s + _EARLY_S, number, NoteStatus.PROVISIONAL, pitch, onset_s, 64, height)
        heights = height, height, height, 0.0, height, height, 0.5
        played += early, HeardNote(sure_s, number, status, pitch, onset_s, 64, height)
        played.append(HeardTrace(sure_s, number if real else -1, pitch, onset_s, *heights))
        if real:
            played.append(HeardEnd(sure_s + 0.1, number, sure_s + 0.1))
    return sorted(played, key=lambda item: item.t_s)
