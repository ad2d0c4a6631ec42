from __future__ import annotations

import pytest

from repetiteur.benchmarks.note_metrics import NO_COUNT, Count, count, count_near


def test_counts_add_up_before_shares_are_taken() -> None:
    total = Count(1, 1, 1) + Count(0, 9, 9)
    assert total.f1 == pytest.approx(0.1)


def test_nothing_claimed_where_nothing_was_is_perfect_and_one_alone_is_not() -> None:
    assert NO_COUNT.f1 == 1
    assert Count(0, 3, 0).f1 == 0
    assert Count(0, 0, 3).f1 == 0


def test_exact_agreement() -> None:
    assert count({1, 2, 3}, {2, 3, 4}) == Count(2, 3, 3)


def test_near_means_same_pitch_within_the_tolerance_and_each_note_once() -> None:
    true = [(1.0, 60), (2.0, 60), (2.0, 64)]
    assert count_near([(1.04, 60), (1.05, 60), (2.06, 60), (2.0, 63)], true).hits == 1
    assert count_near([(0.96, 60), (1.96, 60), (2.0, 64)], true).hits == 3


def test_as_many_pairs_as_possible_are_made() -> None:
    assert count_near([(1.0, 60), (1.04, 60)], [(1.03, 60), (1.08, 60)]).hits == 2
