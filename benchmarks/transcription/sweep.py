"""Thresholds tried on stored evidence: much sooner done than listening again.

Provisional notes depend on ``early`` alone, confirmed ones on ``sure``, their ends on ``frame``
and ``offset``; ``apart_s`` and the other times concern all of them. So each is chosen by what it
decides, one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from repetiteur.benchmarks.transcription_metrics import Heard, Notes, measure, together
from repetiteur.kernels.notes_from_evidence import CONFIRMED, ENDED, PROVISIONAL
from repetiteur.models.encoder.heads import HOP_S, LOWEST_KEY
from repetiteur.realtime.hearing.decoder import LOOKAHEAD_S, NoteDecoder
from repetiteur.realtime.hearing.thresholds import DEFAULTS, Thresholds

HEIGHTS = tuple(round(0.1 + 0.05 * step, 2) for step in range(17))  # 0.1 to 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Evidence of one take, hops x keys x heads, and its true notes on the same clock."""

    evidence: np.ndarray
    true: Notes


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """What the takes came to with these thresholds."""

    thresholds: Thresholds
    confirmed: Heard
    provisional: Heard


def sweep(
    takes: Sequence[Told], settings: Iterable[Thresholds], lookahead_s: float = LOOKAHEAD_S
) -> list[Tried]:
    """Every setting on all takes."""
    return [try_out(takes, thresholds, lookahead_s) for thresholds in settings]


def tune(takes: Sequence[Told], start: Thresholds = DEFAULTS, lookahead_s: float = LOOKAHEAD_S) -> Tried:
    """Better thresholds than ``start``, and what they come to."""
    best = start
    for name, worth in (
        ("sure", _confirmed_f1), ("early", _provisional_f1), ("frame", _whole_f1), ("offset", _whole_f1),
        ("frame", _whole_f1),
    ):  # fmt: skip
        settings = [replace(best, **{name: height}) for height in HEIGHTS]
        best = max(sweep(takes, [best, *settings], lookahead_s), key=worth).thresholds
    return try_out(takes, best, lookahead_s)


def try_out(takes: Sequence[Told], thresholds: Thresholds, lookahead_s: float = LOOKAHEAD_S) -> Tried:
    """One setting on all takes."""
    confirmed, provisional = [], []
    for take in takes:
        sure, early = decoded(take.evidence, thresholds, lookahead_s)
        confirmed.append(measure(take.true, sure))
        provisional.append(measure(take.true, early))
    return Tried(thresholds, together(confirmed), together(provisional))


def decoded(
    evidence: np.ndarray, thresholds: Thresholds = DEFAULTS, lookahead_s: float = LOOKAHEAD_S
) -> tuple[Notes, Notes]:
    """Confirmed notes, and provisional ones as they were first told."""
    decoder = NoteDecoder(thresholds, lookahead_s)
    changes = np.concatenate([decoder.push(evidence)[0], decoder.finish()])
    ends = changes[changes["kind"] == ENDED]
    end_s = dict(zip(ends["note"].tolist(), (ends["moment"] * HOP_S).tolist(), strict=True))
    return _notes(changes, CONFIRMED, end_s), _notes(changes, PROVISIONAL, end_s)


def _notes(changes: np.ndarray, kind: int, end_s: dict[int, float]) -> Notes:
    rows = changes[changes["kind"] == kind]
    return Notes(
        onset_s=rows["moment"] * HOP_S,
        offset_s=np.array([end_s.get(note, np.nan) for note in rows["note"].tolist()], float),
        pitch=rows["key"] + LOWEST_KEY,
        velocity=np.clip(np.round(rows["velocity"] * 128), 1, 127),
    )


def _confirmed_f1(tried: Tried) -> float:
    return tried.confirmed.onsets.f1


def _provisional_f1(tried: Tried) -> float:
    return tried.provisional.onsets.f1


def _whole_f1(tried: Tried) -> float:
    return tried.confirmed.whole.f1
