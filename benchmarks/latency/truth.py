"""What the session can only reckon, as it was: when samples were captured, and when notes began.

The session goes by the stamps of the first blocks, which come late by chance, and the ears say when they
think a note began. Whoever plays knows both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from repetiteur.benchmarks.latency.players import SoundCard
from repetiteur.bridges.planting.strokes import Stroke
from repetiteur.realtime.hearing.ears import HOP_S

SAME_S = 0.05  # a note heard so near to when one was struck is that one


def put_right(causes: np.ndarray, card: SoundCard, strokes: Sequence[Stroke]) -> float:
    """``at_s``: the end of a hop, counted from the first sample. ``onset_s``: of the stroke, NaN where there
    was none; as the ears say where no strokes are known. Gives how many ms further off the session's times
    were at the end than at the beginning."""
    if not len(causes):
        return math.nan
    told_s = causes["at_s"].copy()
    hop_s = HOP_S * card.stretched
    causes["at_s"] = card.begun_s + np.round((told_s - card.begun_s) / hop_s) * hop_s
    causes["delivered_s"] = [card.delivered_s(at_s) for at_s in causes["at_s"].tolist()]
    struck = np.array([(stroke.pitch, stroke.onset_s) for stroke in strokes]).reshape(-1, 2)
    for cause in causes if len(struck) else ():
        began_s = card.sounded_s(struck[struck[:, 0] == cause["pitch"], 1], float(cause["onset_s"]))
        away_s = np.abs(began_s - cause["onset_s"])
        real = len(away_s) and away_s.min() <= SAME_S
        cause["onset_s"] = began_s[away_s.argmin()] if real else math.nan
    ahead_s, tenth = told_s - causes["at_s"], max(1, len(causes) // 10)
    return float((np.median(ahead_s[-tenth:]) - np.median(ahead_s[:tenth])) * 1e3)
