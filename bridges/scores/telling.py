"""What there is to tell about a score, counted once for people and for programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from repetiteur.realtime.score import NoteKind, Ornament, Score

_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs are (bar label, what begins there) or (name, how many)."""

    bar: Callable[[float], str]  # the printed label at q
    optional: int
    keys: int  # different pitches
    lowest: str
    highest: str
    metres: tuple[tuple[str, str], ...]
    tempi: tuple[tuple[str, float], ...]
    pickup_q: float
    kinds: tuple[tuple[str, int], ...]
    ornaments: tuple[tuple[str, int], ...]


def facts_of(score: Score) -> Facts:
    kinds = score.notes["kind"]
    counted = [("grace", NoteKind.GRACE), ("cue", NoteKind.CUE)]
    flags = score.notes["ornament"]
    ornaments = [(str(sign.name).lower(), int(np.count_nonzero(flags & int(sign)))) for sign in Ornament]

    def bar(q: float) -> str:
        return score.bar_labels[score.bar_at(q)]

    first = score.bars[0]
    return Facts(
        bar=bar,
        optional=int(np.count_nonzero(kinds != NoteKind.PLAIN)),
        keys=len(np.unique(score.notes["pitch"])),
        lowest=_name(int(score.notes["pitch"].min())),
        highest=_name(int(score.notes["pitch"].max())),
        metres=_metres(score),
        tempi=tuple((bar(float(q)), round(float(bpm), 2)) for q, bpm in score.tempi),
        pickup_q=float(first["end_q"] - first["start_q"]) if first["missing_q"] > 0 else 0.0,
        kinds=tuple(
            (name, count) for name, kind in counted if (count := int(np.count_nonzero(kinds == kind)))
        ),
        ornaments=tuple((name, count) for name, count in ornaments if count),
    )


def order_in_bars(score: Score) -> str:
    """The notated order as a musician reads it: ``1-16 :| 1-15, 17-32``."""
    order = score.play_order
    told = []
    run_start = previous = None
    for index in order.notated:
        if previous is not None and index != previous + 1:
            again = order.segments[index].start_q < order.segments[previous].end_q
            told.append(_stretch(score, run_start, previous) + (" :|" if again else ","))
            run_start = index
        run_start = index if run_start is None else run_start
        previous = index
    told.append(_stretch(score, run_start, previous))
    return " ".join(told)


def _stretch(score: Score, first: int | None, last: int | None) -> str:
    segments = score.play_order.segments
    start = score.bar_labels[score.bar_at(segments[first or 0].start_q)]
    end = score.bar_labels[score.bar_at(segments[last or 0].end_q - 1e-3)]
    return start if start == end else f"{start}-{end}"


def _metres(score: Score) -> tuple[tuple[str, str], ...]:
    metres = [
        f"{upper}/{lower}" for upper, lower in zip(score.bars["upper"], score.bars["lower"], strict=True)
    ]
    return tuple(
        (score.bar_labels[k], metre) for k, metre in enumerate(metres) if k == 0 or metre != metres[k - 1]
    )


def _name(pitch: int) -> str:
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 1}"
