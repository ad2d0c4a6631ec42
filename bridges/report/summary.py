"""The take in a few figures: right and wrong, tempo, the bars to look at, stops and restarts."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np

from repetiteur.bridges.report.by_bar import BarPlayed, chord_times
from repetiteur.bridges.report.stretches import times_through
from repetiteur.bridges.report.take import Begun, Kind, Take

STOP_S = 1.0  # a silence this much longer than the music asks for
LEAST_LATE_MS = 100.0  # less is hardly heard
STANDS_OUT = 5.0  # times the usual deviation
FERMATA_Q = 0.01
MOST_BARS, MOST_STOPS = 8, 5  # told; more is no help
LEAST_FIT = 0.5  # right notes among those heard; below it was something else that was played


@dataclass(frozen=True, slots=True)
class BarCount:
    bar: int
    mistakes: int
    missed: int
    wrong: int
    extra: int
    times: int  # times it was played


@dataclass(frozen=True, slots=True)
class Stop:
    q: float  # of the last chord before it
    time: int
    seconds: float  # longer than written


@dataclass(frozen=True, slots=True)
class Again:
    """Begun again from ``bar`` that often."""

    bar: int
    count: int


@dataclass(frozen=True, slots=True)
class Summary:
    score_notes: int  # ornaments and cues not counted
    score_notes_reached: int
    heard: int
    right: int
    missed: int
    wrong: int
    extra: int
    early: int
    late: int
    late_ms: float  # from which deviation on a right note counts as early or late
    quarter_bpm: float | None
    printed_bpm: float | None
    printed_is_guess: bool
    worst_bars: tuple[BarCount, ...]
    stops: tuple[Stop, ...]
    again: tuple[Again, ...]
    repeats: int
    skips: int
    fits: bool  # a performance of this score, as far as one can tell

    @property
    def share_right(self) -> float:
        due = self.right + self.missed + self.wrong
        return self.right / due if due else 0.0


def summarise(take: Take, bars: list[BarPlayed]) -> Summary:
    score = take.score
    late_ms = stands_out_ms(take)
    right = take.of(Kind.RIGHT)
    missed, wrong, extra = (len(take.of(kind)) for kind in (Kind.MISSED, Kind.WRONG, Kind.EXTRA))
    plain = score.notes["kind"] == 0
    tempo, printed = _tempi(take)
    return Summary(
        score_notes=int(plain.sum()),
        score_notes_reached=int(plain.sum()) - len(take.unplayed()),
        heard=take.heard,
        right=len(right),
        missed=missed,
        wrong=wrong,
        extra=extra,
        early=sum(verdict.deviation_ms <= -late_ms for verdict in right),
        late=sum(verdict.deviation_ms >= late_ms for verdict in right),
        late_ms=late_ms,
        quarter_bpm=tempo,
        printed_bpm=printed,
        printed_is_guess=any(doubt.where == "tempo" for doubt in score.doubts),
        worst_bars=_worst(bars),
        stops=_stops(take),
        again=_again(take),
        repeats=sum(stretch.begun is Begun.REPEAT for stretch in take.stretches),
        skips=sum(stretch.begun is Begun.SKIP for stretch in take.stretches),
        fits=len(right) >= LEAST_FIT * take.heard and len(right) >= missed,
    )


def stands_out_ms(take: Take) -> float:
    """What is early or late for this player: free playing has wider deviations, and means them."""
    deviations = [abs(verdict.deviation_ms) for verdict in take.of(Kind.RIGHT)]
    usual_ms = median(deviations) if deviations else 0.0
    return max(LEAST_LATE_MS, 10.0 * round(STANDS_OUT * usual_ms / 10.0))


def as_json(summary: Summary, take: Take) -> dict[str, Any]:
    """The same for programs. Bars are named as printed."""
    labels = take.score.bar_labels
    return {
        "score": take.score.id,
        "title": take.score.title,
        "fits": summary.fits,
        "score_notes": summary.score_notes,
        "score_notes_reached": summary.score_notes_reached,
        "heard": summary.heard,
        "right": summary.right,
        "missed": summary.missed,
        "wrong": summary.wrong,
        "extra": summary.extra,
        "early": summary.early,
        "late": summary.late,
        "late_from_ms": summary.late_ms,
        "share_right": round(summary.share_right, 4),
        "quarter_bpm": _rounded(summary.quarter_bpm),
        "printed_quarter_bpm": _rounded(summary.printed_bpm),
        "printed_tempo_is_assumed": summary.printed_is_guess,
        "most_missed_bars": [
            {"bar": labels[bar.bar], "bar_index": bar.bar, "mistakes": bar.mistakes, "missed": bar.missed,
             "wrong": bar.wrong, "extra": bar.extra, "times_played": bar.times}
            for bar in summary.worst_bars
        ],
        "stops": [
            {"bar": labels[take.score.bar_at(stop.q)], "beat": round(take.score.beat_at(stop.q), 3),
             "time": stop.time, "seconds": round(stop.seconds, 2)}
            for stop in summary.stops
        ],
        "started_again": [{"bar": labels[again.bar], "times": again.count} for again in summary.again],
        "repeats": summary.repeats,
        "skips": summary.skips,
        "stretches": [
            {"from_bar": labels[s.first_bar], "to_bar": labels[s.last_bar], "begun": s.begun.value,
             "start_s": round(s.start_s, 3), "end_s": round(s.end_s, 3)}
            for s in take.stretches
        ],
        "faults": list(take.faults),
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _worst(bars: list[BarPlayed]) -> tuple[BarCount, ...]:
    by_bar: dict[int, list[BarPlayed]] = defaultdict(list)
    for bar in bars:
        by_bar[bar.bar].append(bar)
    counts = [
        BarCount(
            bar, sum(p.mistakes for p in played), sum(p.missed for p in played),
            sum(p.wrong for p in played), sum(p.extra for p in played), len(played),
        )
        for bar, played in by_bar.items()
    ]  # fmt: skip
    worst = sorted((c for c in counts if c.mistakes), key=lambda count: (-count.mistakes, count.bar))
    return tuple(worst[:MOST_BARS])


def _spans(take: Take, stretch: int) -> list[tuple[float, float, float]]:
    """(q, quarters, s) from each recognised chord to the next."""
    return [(a[0], b[0] - a[0], b[1] - a[1]) for a, b in pairwise(chord_times(take, stretch))]


def _tempi(take: Take) -> tuple[float | None, float | None]:
    """Played and printed over the same music, stops left out."""
    quarters = seconds = nominal_s = 0.0
    for number in range(len(take.stretches)):
        spans = _spans(take, number)
        if not spans:
            continue
        pace = median(s / q for _, q, s in spans)
        for q, length_q, length_s in spans:
            if length_s - length_q * pace < STOP_S:
                quarters += length_q
                seconds += length_s
                nominal_s += float(np.diff(take.score.nominal_seconds(np.array([q, q + length_q])))[0])
    if not quarters or not seconds or not nominal_s:
        return None, None
    return 60.0 * quarters / seconds, 60.0 * quarters / nominal_s


def _stops(take: Take) -> tuple[Stop, ...]:
    found: list[Stop] = []

    def note(q: float, number: int, excess_s: float) -> None:
        held = any(abs(q - fermata) < FERMATA_Q for fermata in take.score.fermatas)
        if excess_s >= STOP_S and not held:
            time = times_through(take.stretches, number, take.score.bar_at(q))
            found.append(Stop(q, time, excess_s))

    for number, stretch in enumerate(take.stretches):
        spans = _spans(take, number)
        pace = median(s / q for _, q, s in spans) if spans else 0.6
        for q, length_q, length_s in spans:
            note(q, number, length_s - length_q * pace)
        if number + 1 < len(take.stretches):
            last_q = _length_q(take, stretch.end_q)
            gap_s = take.stretches[number + 1].start_s - stretch.end_s
            note(stretch.end_q, number, gap_s - last_q * pace)
    return tuple(sorted(found, key=lambda stop: -stop.seconds)[:MOST_STOPS])


def _length_q(take: Take, q: float) -> float:
    """How long the notes at ``q`` are."""
    notes = take.score.notes
    here = np.abs(notes["onset_q"] - q) < 1e-6
    return float(notes["duration_q"][here].max()) if here.any() else 1.0


def _again(take: Take) -> tuple[Again, ...]:
    counts = Counter(s.first_bar for s in take.stretches if s.begun is Begun.AGAIN)
    often_first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Again(bar, count) for bar, count in often_first)
