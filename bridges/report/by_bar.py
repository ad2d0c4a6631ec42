"""Every bar as often as it was played: its tempo, timing, loudness and mistakes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median, pstdev

import numpy as np

from repetiteur.bridges.report.stretches import times_through
from repetiteur.bridges.report.take import Kind, Take, Verdict
from repetiteur.realtime.score import Score

Chord = tuple[float, float]  # where in the score, q; when it was struck, s
Beat = tuple[float, float]  # share of the bar; quarters a minute
LEAST_Q = 0.4  # less music does not tell a tempo


@dataclass(frozen=True, slots=True)
class BarPlayed:
    """One time through one bar. None where too little was recognised to say."""

    bar: int
    time: int
    stretch: int
    quarter_bpm: float | None
    printed_bpm: float
    late_ms: float | None  # mean, against the player's own pulse; below zero is early
    spread_ms: float | None  # standard deviation
    velocity: float | None
    velocity_spread: float | None
    right: int
    missed: int
    wrong: int
    extra: int
    beats: tuple[Beat, ...]  # the tempo between its beats

    @property
    def mistakes(self) -> int:
        return self.missed + self.wrong + self.extra


def bars_played(take: Take) -> list[BarPlayed]:
    """In the order they were played."""
    by_place: dict[tuple[int, int], list[Verdict]] = defaultdict(list)
    for verdict in take.verdicts:
        by_place[verdict.stretch, take.score.bar_at(verdict.q)].append(verdict)
    played = []
    for number, stretch in enumerate(take.stretches):
        chords = chord_times(take, number)
        for bar in range(stretch.first_bar, stretch.last_bar + 1):
            played.append(_bar(take, number, bar, by_place[number, bar], chords))
    return played


def chord_times(take: Take, stretch: int) -> list[Chord]:
    """(q, s) of each instant of the score that was recognised, rising in both."""
    onsets: dict[float, list[float]] = defaultdict(list)
    for verdict in take.verdicts:
        index = verdict.score_note
        if verdict.stretch != stretch or verdict.kind is not Kind.RIGHT or index is None:
            continue
        if take.score.notes["kind"][index] == 0:
            onsets[float(take.score.notes["onset_q"][index])].append(verdict.onset_s)
    rising: list[Chord] = []
    for q in sorted(onsets):
        onset_s = median(onsets[q])
        if not rising or onset_s > rising[-1][1] + 0.005:
            rising.append((q, onset_s))
    return rising


def beat_q(score: Score, bar: int) -> float:
    """Quarters of one beat as a musician counts it: dotted in compound metres."""
    upper, lower = int(score.bars["upper"][bar]), max(int(score.bars["lower"][bar]), 1)
    compound = lower >= 8 and upper % 3 == 0 and upper > 3
    return 4.0 / lower * (3 if compound else 1)


def _bar(
    take: Take, number: int, bar: int, verdicts: Sequence[Verdict], chords: Sequence[Chord]
) -> BarPlayed:
    score = take.score
    start_q, end_q = float(score.bars["start_q"][bar]), float(score.bars["end_q"][bar])
    inside = [chord for chord in chords if start_q - 1e-6 <= chord[0] < end_q - 1e-6]
    after = next((chord for chord in chords if chord[0] >= end_q - 1e-6), None)
    reach = [*inside, after] if after and after[0] < end_q + (end_q - start_q) else inside
    right = [verdict for verdict in verdicts if verdict.kind is Kind.RIGHT]
    late = [verdict.deviation_ms for verdict in right]
    loud = [float(verdict.heard.velocity) for verdict in right if verdict.heard]
    nominal_s = np.diff(score.nominal_seconds(np.array([start_q, end_q])))[0]
    return BarPlayed(
        bar=bar,
        time=times_through(take.stretches, number, bar),
        stretch=number,
        quarter_bpm=_quarter_bpm(reach),
        printed_bpm=60.0 * (end_q - start_q) / float(nominal_s) if nominal_s > 0 else 0.0,
        late_ms=fmean(late) if late else None,
        spread_ms=pstdev(late) if late else None,
        velocity=fmean(loud) if loud else None,
        velocity_spread=pstdev(loud) if loud else None,
        right=len(right),
        missed=sum(verdict.kind is Kind.MISSED for verdict in verdicts),
        wrong=sum(verdict.kind is Kind.WRONG for verdict in verdicts),
        extra=sum(verdict.kind is Kind.EXTRA for verdict in verdicts),
        beats=_beats(reach, start_q, end_q, beat_q(score, bar)),
    )


def _quarter_bpm(reach: Sequence[Chord]) -> float | None:
    """From the first chord to the last."""
    if len(reach) < 2 or reach[-1][0] - reach[0][0] < LEAST_Q:
        return None
    return 60.0 * (reach[-1][0] - reach[0][0]) / (reach[-1][1] - reach[0][1])


def _beats(reach: Sequence[Chord], start_q: float, end_q: float, beat: float) -> tuple[Beat, ...]:
    """Tempo between beats that were really struck; the place is the middle, as a share of the bar."""
    on_beat = [(q, s) for q, s in reach if abs((q - start_q) / beat - round((q - start_q) / beat)) < 0.01]
    return tuple(
        (((a[0] + b[0]) / 2 - start_q) / (end_q - start_q), 60.0 * (b[0] - a[0]) / (b[1] - a[1]))
        for a, b in pairwise(on_beat)
    )
