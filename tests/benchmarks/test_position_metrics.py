from __future__ import annotations

import numpy as np
import pytest

from repetiteur.benchmarks.position_metrics import (
    clean_truth,
    displayed,
    errors,
    evaluate,
    single_worker_clock,
    summarise,
    tracked,
)

TRUTH = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])


def _steady(seconds: int) -> np.ndarray:
    return np.column_stack([np.arange(seconds, dtype=float)] * 2)


def _later(reports: np.ndarray, by_s: float) -> np.ndarray:
    return reports + np.array([by_s, 0.0])


def test_a_follower_ten_milliseconds_late_is_ten_milliseconds_late() -> None:
    found = evaluate(_later(TRUTH, 0.01), TRUTH)
    assert found.median_ms == pytest.approx(10)
    assert found.bias_ms == pytest.approx(10)
    assert found.within_25 == 1
    assert found.onsets == 3  # the first is free


def test_running_ahead_is_an_error_too() -> None:
    assert evaluate(_later(TRUTH, -0.2), TRUTH).bias_ms == pytest.approx(-200)


def test_places_never_reached_count_five_seconds_in_the_mean() -> None:
    found = evaluate(np.array([[0.0, 0.0]]), TRUTH)
    assert found.reached == 0
    assert found.mean_ms == 5000
    assert np.isinf(found.median_ms)


def test_a_short_leap_ahead_spoils_arrival_but_not_nearness() -> None:
    truth = _steady(40)
    reports = np.insert(_later(truth, 0.01), 5, [4.5, 30.0], axis=0)
    found = evaluate(reports, truth)
    assert found.within_100 < 0.5
    assert found.near_within_100 > 0.95
    assert found.n_back == 1


def test_lost_needs_two_seconds_and_got_lost_five() -> None:
    truth = _steady(40)
    stuck = truth.copy()
    stuck[20:25, 1] = 19.0
    found = evaluate(stuck, truth)
    assert found.lost_share == pytest.approx(3 / 39)
    assert found.longest_lost_s == 2
    assert not found.got_lost
    stuck[20:, 1] = 19.0
    found = evaluate(stuck, truth)
    assert found.got_lost == found.ended_lost == 1


def test_pooling_counts_every_onset_the_same() -> None:
    long, short = _steady(11), _steady(2)
    pooled = summarise([errors(long, long), errors(_later(short, 0.5), short)])
    assert pooled.within_100 == pytest.approx(10 / 11)


def test_clean_truth_keeps_the_earliest_and_drops_what_goes_back() -> None:
    truth, dropped = clean_truth([(0, 0.0), (1, 1.2), (1, 1.0), (2, 0.5), (3, 3.0)])
    assert dropped == 1
    assert truth.tolist() == [[0, 0.0], [1, 1.0], [3, 3.0]] or truth.tolist() == [
        [0, 0.0],
        [2, 0.5],
        [3, 3.0],
    ]


def test_one_worker_takes_its_inputs_in_turn() -> None:
    ready = single_worker_clock(np.array([0.0, 1.0, 1.1]), np.array([0.5, 0.5, 0.1]))
    assert ready.tolist() == pytest.approx([0.5, 1.5, 1.6])


def test_displayed_waits_a_tenth_of_a_second() -> None:
    reports = np.array([[1.05, 7.0], [1.2, 8.0]])
    assert displayed(reports, np.array([0.0, 1.0]), -1.0).tolist() == [-1.0, 7.0]


def test_thirty_bad_seconds_lose_the_track() -> None:
    truth = _steady(120)
    stamps = truth.copy()
    stamps[40:50, 1] += 3
    assert tracked(stamps, truth)[0]
    stamps[40:60, 1] += 3
    assert not tracked(stamps, truth)[0]


def test_a_stamp_microseconds_after_the_note_is_on_it() -> None:
    truth = _steady(5)
    assert tracked(_later(truth, 2e-4), truth)[1] == 0


@pytest.mark.parametrize("truth", [[[0, 0], [0, 1]], [[0, 1], [1, 0]], [[0, 0]], [[0, 0], [1, np.nan]]])
def test_nonsense_is_refused(truth: list) -> None:
    with pytest.raises(ValueError):
        errors(np.zeros((1, 2)), np.array(truth, float))
