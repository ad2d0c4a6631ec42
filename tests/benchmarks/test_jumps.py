from __future__ import annotations

import numpy as np
import pytest

from repetiteur.benchmarks.jumps import JumpKind, Recovery, Splice, recovered_at, splice, splices
from repetiteur.benchmarks.jumps_summary import JumpResult, moves_per_50_minutes, summaries
from repetiteur.benchmarks.truth import build_truth
from repetiteur.benchmarks.wrong_moves import count_wrong_moves
from repetiteur.bridges.planting.strokes import Stroke, performed, strokes_of
from repetiteur.realtime.inputs import NoteOff, NoteOn

TEN = [Stroke(float(second), 0.5, 60 + second, 64) for second in range(10)]


def test_going_back_plays_the_stretch_again_after_a_pause() -> None:
    cut, shift_s = splice(TEN, Splice(JumpKind.BACK, leave_s=6.0, join_s=3.0, pause_s=1.0))
    assert [stroke.pitch for stroke in cut] == [60, 61, 62, 63, 64, 65, 63, 64, 65, 66, 67, 68, 69]
    assert cut[6].onset_s == 7.0
    assert shift_s == 4.0


def test_skipping_closes_the_gap() -> None:
    cut, _ = splice(TEN, Splice(JumpKind.SKIP, leave_s=2.0, join_s=8.0, pause_s=0.0))
    assert [(stroke.onset_s, stroke.pitch) for stroke in cut] == [(0, 60), (1, 61), (2, 68), (3, 69)]


def test_back_means_ten_onsets_in_a_row() -> None:
    good = np.array([True] * 9 + [False] + [True] * 10)
    assert recovered_at(good) == 10
    assert recovered_at(good[:-1]) is None


def test_each_repeat_is_tried_once_more_and_left_out(desk) -> None:
    notes = desk.line()
    rows, time_s = [], 0.0
    for pass_, segment in ((1, 0), (2, 0), (1, 1)):
        for note in notes[8 * segment : 8 * segment + 8]:
            rows.append(desk.row(note, time_s, pass_, desk.played(len(rows), time_s, note.pitch)))
            time_s += 1.0
    score = desk.score(notes, desk.repeated)
    found = [
        cut
        for cut in splices(build_truth(rows, score), score)
        if cut.kind in (JumpKind.AGAIN, JumpKind.LEFT_OUT)
    ]
    assert found == [Splice(JumpKind.LEFT_OUT, 8.0, 16.0, 0.0), Splice(JumpKind.AGAIN, 16.0, 8.0, 0.0)]


def test_strokes_and_inputs_are_the_same_music() -> None:
    assert strokes_of(performed(TEN)) == TEN


def test_a_key_struck_again_while_it_sounds_ends_the_note_before() -> None:
    strokes = strokes_of([NoteOn(0.0, 60, 64), NoteOn(1.0, 60, 70), NoteOff(3.0, 60)])
    assert [(stroke.onset_s, stroke.duration_s) for stroke in strokes] == [(0.0, 1.0), (1.0, 2.0)]


def test_only_moves_away_from_the_player_are_wrong(desk) -> None:
    score = desk.score(desk.line(), desk.repeated)
    onset_s = np.arange(24.0)
    onset_q = np.array([*range(8), *range(16)], float)  # the repeat is taken at 8 s
    right = np.repeat(onset_q, 2)
    time_s = np.sort(np.concatenate([onset_s, onset_s + 0.4]))
    assert count_wrong_moves(time_s, right, onset_s, onset_q, score) == 0
    away = right.copy()
    away[20:24] += 5  # there, and back again: one wrong move
    assert count_wrong_moves(time_s, away, onset_s, onset_q, score) == 1


def test_never_back_counts_as_infinite() -> None:
    times = (0.2, 0.4, 3.0, np.inf)
    result = JumpResult(
        "t", tuple(Recovery("t", JumpKind.SKIP, 0.0, s, 3 if s == 3.0 else 9, 0) for s in times), 3000.0, 2
    )
    row = summaries([result])[-1]
    assert (row.median_s, row.never) == (0.4, 0.25)
    assert np.isinf(row.p95_s)
    assert row.within_2_or_4_notes == pytest.approx(0.75)
    assert moves_per_50_minutes([result]) == 2
