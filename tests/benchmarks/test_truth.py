from __future__ import annotations

import numpy as np
import pytest

from repetiteur.benchmarks.truth import build_truth, pair_played
from repetiteur.bridges import assets
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.planting.alignment import read_alignment
from repetiteur.bridges.planting.strokes import strokes_of
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.terminal.planted import read_planted


def _rows(desk, notes, passes, left_out=()):
    """A table of the score with its repeat written out, one note a second, some passes unplayed."""
    rows, unfolded_q, time_s = [], 0.0, 0.0
    for segment, pass_ in passes:
        for note in notes:
            if int(note.q // 8) != segment:
                continue
            played = None
            if (segment, pass_) not in left_out:
                played = desk.played(len(rows), time_s, note.pitch)
                time_s += 1.0
            rows.append(desk.row(note, unfolded_q, pass_, played))
            unfolded_q += 1.0
    return rows


def test_a_repeat_that_is_played_is_travelled_twice(desk) -> None:
    notes = desk.line()
    truth = build_truth(_rows(desk, notes, [(0, 1), (0, 2), (1, 1)]), desk.score(notes, desk.repeated))
    assert truth.onsets[:, 0].tolist() == list(range(24))
    assert truth.written_q.tolist() == [*range(8), *range(16)]
    assert ("n0", 2, 8) in truth.labels.matches


@pytest.mark.parametrize(
    "passes", [[(0, 1), (0, 2), (1, 1)], [(0, 1), (1, 1)]], ids=["as missed", "not at all"]
)
def test_a_repeat_left_out_is_not_travelled_and_not_missed(desk, passes) -> None:
    notes = desk.line()
    rows = _rows(desk, notes, passes, left_out=[(0, 2)])
    truth = build_truth(rows, desk.score(notes, desk.repeated))
    assert truth.onsets.tolist() == [[number, number] for number in range(16)]
    assert not truth.labels.missed
    assert {name[:2] for name in truth.labels.matches} == {(f"n{number}", 1) for number in range(16)}
    assert truth.axis.left_out == 1


def test_a_few_notes_left_out_are_missed_and_have_a_time(desk) -> None:
    notes = desk.line()
    rows = _rows(desk, notes, [(0, 1), (0, 2), (1, 1)])
    rows[10] = desk.row(notes[2], 10.0, 2)
    truth = build_truth(rows, desk.score(notes, desk.repeated))
    assert truth.labels.missed == {("n2", 2)}
    assert truth.due["n2", 2].at_s == pytest.approx(10.0)
    assert truth.due["n2", 2].beat_s == pytest.approx(1.0)


def test_tables_with_strange_ids_are_paired_by_pitch(desk) -> None:
    notes = desk.line()
    renamed = [desk.written(f"x{number}", note.q, note.pitch) for number, note in enumerate(notes)]
    rows = [desk.row(note, note.q, 1, desk.played(k, note.q, note.pitch)) for k, note in enumerate(renamed)]
    truth = build_truth(rows, desk.score(notes))
    assert truth.axis.unknown == 0
    assert ("n3", 1, 3) in truth.labels.matches


def test_hand_made_onsets_move_to_travel(desk) -> None:
    notes = desk.line()
    rows = [desk.row(note, note.q, 1, desk.played(k, note.q, note.pitch)) for k, note in enumerate(notes)]
    truth = build_truth(rows, desk.score(notes), [(0.0, 0.1), (1.0, 1.2), (1.5, 1.6)])
    assert np.allclose(truth.onsets, [[0, 0.1], [1, 1.2], [1.5, 1.6]])


def test_played_notes_pair_one_to_one() -> None:
    table = [(1.0, 60), (1.01, 60), (2.0, 64)]
    assert pair_played(table, [(1.0, 60), (1.012, 60), (1.005, 60), (2.03, 64)]) == [0, 1, None, None]


def test_the_bundled_table_knows_every_note_of_score_and_performance() -> None:
    score, performed = load_score(assets.SCORE), read_performance(assets.PERFORMANCE)
    truth = build_truth(read_alignment(assets.ALIGNMENT), score)
    strokes = [(stroke.onset_s, stroke.pitch) for stroke in strokes_of(performed)]
    assert None not in pair_played(truth.played, strokes)
    assert len(truth.played) == len(strokes)
    assert truth.listed == frozenset(score.note_ids)
    assert (truth.dropped, truth.axis.unknown, truth.axis.as_notated) == (0, 0, True)
    mistaken = sum(one.expected is not None for one in read_planted(assets.PLANTED).mistakes)
    assert len(truth.labels.missed) == mistaken - 1  # one of them is played again
