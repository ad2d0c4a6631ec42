"""What the Ladder looks at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from repetiteur.kernels.ladder_read import MATCHED, PERFORMANCE_COLUMNS, SCORE_COLUMNS, STRAY
from repetiteur.models.ladder.tokens import MOST_TRACES, chosen, d4_of, tokens_of


def test_every_row_has_all_columns_and_nothing_is_out_of_scale(views) -> None:
    view = views.some_view(np.random.default_rng(1), 30, 12)
    tokens = tokens_of(view)
    assert tokens.performance.shape == (30, PERFORMANCE_COLUMNS)
    assert tokens.score.shape == (12, SCORE_COLUMNS)
    for columns in (tokens.performance, tokens.score):
        assert columns.dtype == np.float32 and np.isfinite(columns).all() and np.abs(columns).max() < 6


def test_only_time_before_now_counts(views) -> None:
    view = views.some_view(np.random.default_rng(1), 8, 5)
    later = replace(view, now_s=110.0, traces=view.traces.copy(), written=view.written.copy())
    later.traces["onset_s"] += 100
    later.written["due_s"] += 100
    for one, other in zip(*(vars_of(tokens_of(each)) for each in (view, later)), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def vars_of(tokens) -> list[np.ndarray]:
    return [getattr(tokens, name) for name in tokens.__slots__]


def test_how_the_follower_reads_a_trace_is_seen(views) -> None:
    view = views.some_view(np.random.default_rng(1), 4, 4)
    rows = [
        tokens_of(replace(view, reading=np.full(4, each, np.int8))).performance for each in (STRAY, MATCHED)
    ]
    assert (rows[0] != rows[1]).any(1).all()


def test_of_too_many_traces_the_faintest_go_but_rather_those_nobody_asks_for(views) -> None:
    traces = views.some_view(np.random.default_rng(2), MOST_TRACES + 2, 1).traces
    traces["sure"], traces["pitch"] = 0.5, 60
    traces["sure"][[3, 50, 60]] = 0.01, 0.01, 0.008
    traces["pitch"][60] = 61
    kept = chosen(traces, np.array([61]))
    assert (np.diff(kept) > 0).all()
    assert set(range(MOST_TRACES + 2)) - set(kept.tolist()) == {3, 50}
    assert chosen(traces[:5], np.array([], int)).tolist() == [0, 1, 2, 3, 4]


def test_d4_is_the_steps_to_the_neighbours() -> None:
    d4 = d4_of(np.array([60, 72, 36], np.uint8))
    expected = [[0, 0.5, 0, 0.5], [0.5, -1.5, 0.5, -1.0], [-1.5, 0, -1.0, 0]]
    np.testing.assert_allclose(d4, expected)
