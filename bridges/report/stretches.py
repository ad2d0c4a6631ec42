"""Where the player went on, went back and left out, read off the notes that were recognised.

Read from the verdicts that stand at the end rather than from the jumps told on the way: what the
follower understood a second late is at its right place here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from repetiteur.bridges.report.take import Begun, Stretch
from repetiteur.realtime.score import EdgeKind, Score

BACK_Q = 0.45  # less is hands that are not together
FAR_BACK_Q = 4.0  # going back that far needs no note to be heard again
SKIPPED_NOTES = 4  # score notes without any verdict, to count as left out
AGREEING = 3  # notes that must agree on having gone back; one alone is a stray verdict


def cut(score: Score, onsets_s: np.ndarray, q: np.ndarray, judged: Sequence[bool]) -> list[Stretch]:
    """Stretches of recognised notes, which are in the order of their onsets.

    ``judged``: for each score note whether any verdict names it.
    """
    if len(q) == 0:
        return []
    starts = [0, *_breaks(score, q, np.asarray(judged, bool))]
    stretches: list[Stretch] = []
    for first, after in zip(starts, [*starts[1:], len(q)], strict=True):
        start_q, end_q = float(q[first:after].min()), float(q[first:after].max())
        begun = Begun.START if not stretches else _how(score, stretches[-1].end_q, start_q)
        stretches.append(
            Stretch(
                begun, float(onsets_s[first]), float(onsets_s[after - 1]), start_q, end_q,
                score.bar_at(start_q), score.bar_at(end_q),
            )
        )  # fmt: skip
    return stretches


def times_through(stretches: Sequence[Stretch], number: int, bar: int) -> int:
    """Which time through ``bar`` this is, in stretch ``number``."""
    before = sum(stretch.first_bar <= bar <= stretch.last_bar for stretch in stretches[:number])
    return before + 1


def stretch_at(stretches: Sequence[Stretch], onset_s: float, bar: int) -> int:
    """The stretch that something at this time and bar belongs to."""

    def strangeness(number: int) -> tuple[bool, float]:
        stretch = stretches[number]
        away = max(stretch.start_s - onset_s, onset_s - stretch.end_s, 0.0)
        return not stretch.first_bar - 1 <= bar <= stretch.last_bar + 1, away

    return min(range(len(stretches)), key=strangeness)


def _breaks(score: Score, q: np.ndarray, judged: np.ndarray) -> list[int]:
    onset_q = score.notes["onset_q"]
    silent = np.concatenate([[0], np.cumsum(~judged & (score.notes["kind"] == 0))])
    breaks: list[int] = []
    reached = firmly = q[0]  # firmly: by two notes in a row; one alone may be judged too far ahead
    played = {q[0]}
    for k in range(1, len(q)):
        ahead = q[k : k + AGREEING]
        again = sum(value in played for value in ahead.tolist()) >= AGREEING - 1
        if _went_back(ahead, reached, again, firmly) or _left_out(onset_q, silent, firmly, ahead):
            breaks.append(k)
            reached = firmly = q[k]
            played = set()
        else:
            reached = max(reached, q[k])
            firmly = max(firmly, min(q[k - 1], q[k]))
        played.add(q[k])
    return breaks


def _went_back(ahead: np.ndarray, reached: float, again: bool, firmly: float) -> bool:
    """``again``: these notes have been played before in this stretch."""
    if len(ahead) < AGREEING or ahead[0] >= reached - BACK_Q:
        return False
    near = again and ahead[:-1].max() < reached - 1e-6 and ahead[-1] <= reached + 1e-6
    return bool(near or ahead.max() < firmly - FAR_BACK_Q)


def _left_out(onset_q: np.ndarray, silent: np.ndarray, reached: float, ahead: np.ndarray) -> bool:
    """``silent``: how many notes no verdict names, before each note of the score."""
    first, after = np.searchsorted(onset_q, [reached + 1e-6, ahead.min() - 1e-6])
    return bool(after > first and silent[after] - silent[first] >= SKIPPED_NOTES)


def _how(score: Score, from_q: float, to_q: float) -> Begun:
    segments = score.play_order.segments
    for edge in score.play_order.edges:
        if edge.kind is EdgeKind.ON or edge.target < 0:
            continue
        leave_q, land_q = segments[edge.source].end_q, segments[edge.target].start_q
        last_bar = score.bars[score.bar_at(leave_q - 1e-3)]
        last_bar_q = float(last_bar["end_q"] - last_bar["start_q"])
        if leave_q - last_bar_q - 1e-6 <= from_q < leave_q + 1e-6 and abs(to_q - land_q) < last_bar_q:
            return Begun.REPEAT
    return Begun.AGAIN if to_q < from_q else Begun.SKIP
