from __future__ import annotations

import numpy as np
import pytest

from repetiteur.bridges.report.stretches import cut, stretch_at, times_through
from repetiteur.bridges.report.take import Begun, Stretch
from repetiteur.bridges.scores import load_score
from repetiteur.realtime.score import Score

BARS = 8


@pytest.fixture(scope="module")
def score(tmp_path_factory: pytest.TempPathFactory) -> Score:
    """Eight bars of four quarters; the first four are repeated."""
    file = tmp_path_factory.mktemp("scores") / "line.krn"
    notes = [f"4{letter}" for letter in "cdefgab"]
    rows = ["**kern", "*M4/4"]
    for bar in range(BARS):
        rows.append("=:|!" if bar == 4 else f"={bar + 1}")
        rows += [notes[(bar + beat) % 7] for beat in range(4)]
    file.write_text("\n".join([*rows, "==", "*-"]), "utf-8")
    return load_score(file)


def cut_line(score: Score, q: list[float]) -> list[Stretch]:
    judged = [onset in q for onset in score.notes["onset_q"].tolist()]
    return cut(score, np.arange(len(q)) * 0.5, np.array(q, float), judged)


def upto(end: int, start: int = 0) -> list[float]:
    return [float(q) for q in range(start, end)]


def test_playing_on_is_one_stretch(score: Score) -> None:
    (stretch,) = cut_line(score, upto(32))
    assert (stretch.begun, stretch.first_bar, stretch.last_bar) == (Begun.START, 0, 7)


def test_going_back_is_a_new_one(score: Score) -> None:
    stretches = cut_line(score, upto(23) + upto(32, 20))
    assert [s.begun for s in stretches] == [Begun.START, Begun.AGAIN]
    assert (stretches[0].last_bar, stretches[1].first_bar) == (5, 5)


def test_a_printed_repeat_is_told_from_a_restart(score: Score) -> None:
    assert [s.begun for s in cut_line(score, upto(16) + upto(32))] == [Begun.START, Begun.REPEAT]
    assert [s.begun for s in cut_line(score, upto(14) + upto(32))] == [Begun.START, Begun.REPEAT]
    assert [s.begun for s in cut_line(score, upto(9) + upto(32))] == [Begun.START, Begun.AGAIN]


def test_a_bar_over_and_over(score: Score) -> None:
    stretches = cut_line(score, upto(24) + upto(24, 20) * 3)
    assert [s.begun for s in stretches] == [Begun.START] + [Begun.AGAIN] * 3
    assert [times_through(stretches, number, 5) for number in range(4)] == [1, 2, 3, 4]
    assert times_through(stretches, 0, 4) == 1


def test_beginning_in_the_middle_and_then_from_the_start(score: Score) -> None:
    assert [s.begun for s in cut_line(score, upto(24, 16) + upto(16))] == [Begun.START, Begun.AGAIN]


@pytest.mark.parametrize("stray", [3.0, 20.0], ids=["behind", "ahead"])
def test_one_stray_note_is_no_restart(score: Score, stray: float) -> None:
    assert len(cut_line(score, [*upto(12), stray, *upto(32, 12)])) == 1


def test_hands_that_are_not_together_are_no_restart(score: Score) -> None:
    q = [value for beat in upto(31) for value in (beat + 0.25, beat)]
    assert len(cut_line(score, q)) == 1


def test_leaving_something_out_is_a_skip(score: Score) -> None:
    stretches = cut_line(score, upto(8) + upto(32, 20))
    assert [s.begun for s in stretches] == [Begun.START, Begun.SKIP]


def test_nothing_recognised_is_no_stretch(score: Score) -> None:
    assert cut_line(score, []) == []


def test_what_was_due_between_belongs_to_where_its_bar_was_played(score: Score) -> None:
    stretches = cut_line(score, upto(24) + upto(32, 8))
    assert stretch_at(stretches, stretches[0].end_s + 0.2, 5) == 0
    assert stretch_at(stretches, stretches[1].start_s - 0.2, 0) == 0
    assert stretch_at(stretches, stretches[1].end_s, 7) == 1
