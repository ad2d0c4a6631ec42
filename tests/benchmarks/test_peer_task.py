"""The score as it was played, and a peer's places and pairs turned back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from repetiteur.benchmarks.peers.comparison import Measure, margin_of
from repetiteur.benchmarks.peers.roster import Peer
from repetiteur.benchmarks.peers.task import Task, answer, lay_out_as_played
from repetiteur.benchmarks.takes import Kind, Take
from repetiteur.benchmarks.truth import build_truth
from repetiteur.bridges.planting.strokes import Stroke

PEER = Peer("one", "some", online=True, labels=True)
HERE = Path()
TAKE = Take("made", Kind.CONCERT, "made", False, HERE, HERE, HERE, None, None, 1.0)


def _task(desk, visits, left_out=()) -> Task:
    """A line of 16 quarters, bars 1 and 2 repeated; one note a second in the order of the visits."""
    notes = desk.line()
    rows, time_s = [], 0.0
    strokes = []
    for pass_, segment in visits:
        for note in notes[8 * segment : 8 * segment + 8]:
            unfolded_q = {(1, 0): 0.0, (2, 0): 8.0, (1, 1): 8.0}[pass_, segment] + float(note.id[1:])
            played = None
            if (note.id, pass_) not in left_out:
                played = desk.played(len(rows), time_s, note.pitch)
                strokes.append(Stroke(time_s, 0.2, note.pitch, 64))
            rows.append(desk.row(note, unfolded_q, pass_, played))
            time_s += 1.0
    score = desk.score(notes, desk.repeated)
    truth = build_truth(rows, score)
    return Task(TAKE, score, truth, lay_out_as_played(score, truth), tuple(strokes))


def test_a_repeat_played_is_written_out(desk) -> None:
    task = _task(desk, ((1, 0), (2, 0), (1, 1)))
    assert task.as_played.names[7:9] == (("n7", 1), ("n0", 2))
    assert task.as_played.beat.tolist() == task.as_played.travel_q.tolist() == list(map(float, range(24)))


def test_what_nobody_played_at_the_end_is_not_handed_over(desk) -> None:
    task = _task(desk, ((1, 0), (2, 0)))
    assert len(task.as_played.names) == 16


def test_answers_come_back_on_the_axis_of_the_truth(desk) -> None:
    task = _task(desk, ((1, 0), (2, 0), (1, 1)), left_out={("n3", 2)})
    rows = range(len(task.as_played.names))
    result = {
        "available_s": [0.0, 0.5, 20.0], "cost_s": [0.001, 1.0, 0.001], "stamp_s": [0.0, 0.5, 20.0],
        "place_beat": [0.0, None, 9.0], "matches": [[row, row] for row in rows if row < 11], "trouble": "",
    }  # fmt: skip
    said = answer(task, result, PEER)
    assert said.reports is not None and said.labels is not None
    assert said.reports.ready_s == pytest.approx([0.001, 20.001])
    assert said.reports.travel_q.tolist() == [0.0, 9.0]
    assert said.reports.written_q.tolist() == [0.0, 1.0]
    assert ("n2", 2, 10) in said.labels.matches and len(said.labels.matches) == 11
    assert ("n3", 2) in said.labels.missed and len(said.labels.missed) == 13
    assert len(said.labels.extra) == 12


def test_a_peer_that_said_nothing_matched_nothing(desk) -> None:
    task = _task(desk, ((1, 0), (1, 1)))
    said = answer(task, {"trouble": "died"}, PEER)
    assert said.reports is not None and len(said.reports.ready_s) == 0
    assert said.labels is not None and not said.labels.matches
    assert len(said.labels.missed) == len(said.labels.extra) == 16


@pytest.mark.parametrize(
    ("high", "ours", "others", "best", "errors"),
    [(True, 0.99, (0.9, 0.95), 0.95, 5.0), (False, 2.0, (10.0, np.nan), 10.0, 5.0)],
)
def test_the_best_of_the_others_on_each_measure(high, ours, others, best, errors) -> None:
    class Row:
        def __init__(self, follower: str, value: float) -> None:
            self.follower, self.value = follower, value

    rows = [Row(str(number), value) for number, value in enumerate(others)]
    measure = Measure("any", lambda row: row.value, high)  # type: ignore[attr-defined]
    margin = margin_of(measure, Row("repetiteur", ours), rows, "online")  # type: ignore[arg-type]
    assert margin is not None
    assert (margin.best, margin.errors) == (best, pytest.approx(errors))
