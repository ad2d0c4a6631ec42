"""What happens when the player jumps: cuts of real performances, and how soon the follower is back.

From a take whose alignment is known, at three places:

skip   the player leaves out the next 16 beats
back   stops for a second, goes 16 beats back and plays on
far    stops for a second and starts again 64 beats before
bar    breaks off for a quarter of a second and plays the last 4 beats again

and at each repeat that the take plays:

again     the repeated stretch once more, without a pause
left out  straight on after the first time

*Back* is the player's first onset after the jump from which the displayed position (0.1 s
after each onset, place as written) stays within 1.5 beats for ten onsets. It is told in
seconds and in onsets since the first note after the jump; never is infinite. Where the
passage reads like another one of the score, only chance can tell the two apart before they
differ: how many chords that takes is told with it (``likeness``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from repetiteur.benchmarks.drive import drive
from repetiteur.benchmarks.heard import Reports, reports
from repetiteur.benchmarks.likeness import Likeness
from repetiteur.benchmarks.position_metrics import displayed
from repetiteur.benchmarks.takes import Take
from repetiteur.benchmarks.truth import Truth, read_truth
from repetiteur.benchmarks.workers import load_once
from repetiteur.benchmarks.wrong_moves import count_wrong_moves
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.planting.strokes import Stroke, performed, strokes_of
from repetiteur.realtime.score import Score

PLACES = (0.35, 0.55, 0.75)
SKIP_BEATS = 16
NEAR_BEATS = 1.5
HOLD_ONSETS = 10
AFTER_S = 45.0  # of the take that is played after a jump
JUST_BEFORE_S = 1e-4


class JumpKind(StrEnum):
    SKIP = "skip"
    BACK = "back"
    FAR = "far"
    BAR = "bar"
    AGAIN = "again"
    LEFT_OUT = "left out"


RETURNS = ((JumpKind.BACK, 16, 1.0), (JumpKind.FAR, 64, 1.0), (JumpKind.BAR, 4, 0.25))  # beats, s of silence


@dataclass(frozen=True, slots=True)
class Splice:
    """The take up to one time, then from another time on."""

    kind: JumpKind
    leave_s: float
    join_s: float
    pause_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What is played with a jump in it, and where the player is after that."""

    cut: Splice
    strokes: list[Stroke]
    times_s: np.ndarray  # of the onsets after the jump
    written_q: np.ndarray  # their places
    alike_chords: int  # from there on that read the same somewhere else in the score


@dataclass(frozen=True, slots=True)
class Recovery:
    take: str
    kind: JumpKind
    at_s: float  # when the player jumped
    after_s: float
    after_onsets: int
    alike_chords: int  # see Scene


@dataclass(frozen=True, slots=True)
class JumpResult:
    """One take: every jump, and the wrong moves when it is played as it is."""

    take: str
    recoveries: tuple[Recovery, ...]
    clean_s: float
    wrong_moves: int


def measure_jumps(take: Take) -> JumpResult:
    """All jumps of one take."""
    score, _ = load_once(take.score)
    truth = read_truth(take, score)
    strokes = strokes_of(read_performance(take.performance))
    run = drive(score, performed(strokes))
    said = reports(run.events, run.ready_s)
    moves = count_wrong_moves(said.ready_s, said.written_q, truth.onsets[:, 1], truth.written_q, score)
    recoveries = []
    for scene in scenes(strokes, truth, score):
        run = drive(score, performed(scene.strokes))
        said = reports(run.events, run.ready_s)
        recoveries.append(recovery(take.id, scene, said, score))
    return JumpResult(take.id, tuple(recoveries), take.duration_s, moves)


def scenes(strokes: list[Stroke], truth: Truth, score: Score) -> Iterator[Scene]:
    """Every jump of a take after which there is enough left to be back in."""
    likeness = Likeness(score)
    for cut in splices(truth, score):
        played, shift_s = splice(strokes, cut)
        times = truth.onsets[:, 1] + shift_s
        begin = int(np.searchsorted(truth.onsets[:, 1], cut.join_s - JUST_BEFORE_S))
        until = int(np.searchsorted(times, cut.leave_s + cut.pause_s + AFTER_S))
        if until - begin >= 2 * HOLD_ONSETS:
            places_q = truth.written_q[begin:until]
            yield Scene(cut, played, times[begin:until], places_q, likeness.chords_alike(float(places_q[0])))


def splices(truth: Truth, score: Score) -> Iterator[Splice]:
    """Every jump a take is cut for."""
    places, times = truth.onsets[:, 0], truth.onsets[:, 1]
    for share in PLACES:
        here = int(share * len(times))
        beat_q = 4.0 / float(score.bars["lower"][score.bar_at(float(truth.written_q[here]))])
        ahead = min(int(np.searchsorted(places, places[here] + SKIP_BEATS * beat_q)), len(times) - 20)
        if ahead > here:
            yield Splice(JumpKind.SKIP, times[here], times[ahead], 0.0)
        for kind, beats, pause_s in RETURNS:
            behind = max(0, int(np.searchsorted(places, places[here] - beats * beat_q)))
            yield Splice(kind, times[here], times[behind], pause_s)
    yield from _repeats(truth)


def splice(strokes: list[Stroke], cut: Splice) -> tuple[list[Stroke], float]:
    """The strokes as cut, and by how much the later part was moved."""
    shift_s = cut.leave_s + cut.pause_s - cut.join_s
    end_s = cut.leave_s + cut.pause_s + AFTER_S
    before = [
        replace(stroke, duration_s=min(stroke.duration_s, cut.leave_s - stroke.onset_s))
        for stroke in strokes
        if stroke.onset_s < cut.leave_s - JUST_BEFORE_S
    ]
    after = [
        replace(stroke, onset_s=stroke.onset_s + shift_s)
        for stroke in strokes
        if stroke.onset_s >= cut.join_s - JUST_BEFORE_S and stroke.onset_s + shift_s < end_s
    ]
    return before + after, shift_s


def recovered_at(good: np.ndarray) -> int | None:
    """First onset from which all of the next ``HOLD_ONSETS`` are good."""
    for start in range(len(good) - HOLD_ONSETS + 1):
        if good[start : start + HOLD_ONSETS].all():
            return start
    return None


def recovery(name: str, scene: Scene, said: Reports, score: Score) -> Recovery:
    """How soon the follower that said this was back."""
    cut, times, places = scene.cut, scene.times_s, scene.written_q
    shown = displayed(np.column_stack([said.ready_s, said.written_q]), times, -math.inf)
    beats_per_q = np.array([score.bars["lower"][score.bar_at(float(place))] / 4.0 for place in places])
    good = np.abs(shown - places) * beats_per_q <= NEAR_BEATS
    first = recovered_at(good)
    alike = scene.alike_chords
    if first is None:
        return Recovery(name, cut.kind, cut.leave_s, math.inf, len(times), alike)
    return Recovery(name, cut.kind, cut.leave_s, float(times[first] - times[0]), first, alike)


def _repeats(truth: Truth) -> Iterator[Splice]:
    """From one time through a segment to the next time through the same segment."""
    visits = [visit for visit in truth.axis.visits if visit.pass_]
    places, times = truth.onsets[:, 0], truth.onsets[:, 1]

    def starts_s(number: int) -> float | None:
        onset = (
            int(np.searchsorted(places, visits[number].travel_q - 1e-6))
            if number < len(visits)
            else len(times)
        )
        return float(times[onset]) if onset < len(times) else None

    for second, visit in enumerate(visits):
        first = next((k for k in range(second - 1, -1, -1) if visits[k].segment == visit.segment), None)
        if first is None:
            continue
        once_over, over = starts_s(first + 1), starts_s(second + 1)
        if once_over is None or over is None or over <= once_over:
            continue
        yield Splice(JumpKind.LEFT_OUT, once_over, over, 0.0)
        yield Splice(JumpKind.AGAIN, over, once_over, 0.0)
