from __future__ import annotations

import numpy as np
import pytest

from repetiteur.kernels.pedal import next_onset, pedal_extended


def ends(notes: list[tuple[float, int, float]], pedal: list[tuple[float, int]]) -> list[float]:
    """Of (onset_s, pitch, key_up_s)."""
    onset_s, pitch, key_up_s = (np.array(column) for column in zip(*notes, strict=True))
    times, values = zip(*pedal, strict=True) if pedal else ((), ())
    return pedal_extended(onset_s, pitch, key_up_s, np.array(times), np.array(values)).tolist()


def test_without_a_pedal_notes_end_with_their_keys() -> None:
    assert ends([(0.0, 60, 1.0), (0.5, 64, 2.0)], []) == [1.0, 2.0]
    none = np.empty(0)
    assert pedal_extended(none, none, none, none, none).tolist() == []


def test_a_pedal_that_is_down_holds_until_it_comes_up() -> None:
    pedal = [(0.5, 64), (3.0, 63), (4.0, 127), (5.0, 0)]
    notes = [(0.0, 60, 1.0), (0.0, 64, 0.4), (0.0, 65, 3.5), (0.0, 67, 4.5)]
    assert ends(notes, pedal) == [3.0, 0.4, 3.5, 5.0]


def test_half_a_pedal_below_64_is_up() -> None:
    assert ends([(0.0, 60, 1.0)], [(0.5, 63), (2.0, 0)]) == [1.0]


def test_at_one_instant_the_pedal_counts_first() -> None:
    assert ends([(0.0, 60, 1.0)], [(1.0, 127), (2.0, 0)]) == [2.0]
    assert ends([(0.0, 60, 1.0)], [(0.5, 127), (1.0, 0)]) == [1.0]


def test_a_key_struck_again_ends_the_former_note() -> None:
    notes = [(0.0, 60, 0.5), (2.0, 60, 2.5), (0.0, 64, 0.5)]
    assert ends(notes, [(0.2, 127), (4.0, 0)]) == [2.0, 4.0, 4.0]
    assert ends([(0.0, 60, 3.0), (2.0, 60, 2.5)], []) == [2.0, 2.5]


def test_a_pedal_never_lifted_holds_to_the_end() -> None:
    assert ends([(0.0, 60, 1.0), (0.0, 64, 7.0)], [(0.5, 127), (6.0, 100)]) == [7.0, 7.0]


def test_a_key_told_twice_at_one_instant_is_not_struck_again() -> None:
    assert next_onset(np.array([1.0, 1.0, 2.0]), np.array([60, 60, 60])).tolist() == [2.0, 2.0, np.inf]


@pytest.mark.parametrize("seed", range(5))
def test_as_one_would_work_it_out_note_by_note(seed: int) -> None:
    random = np.random.default_rng(seed)
    onset_s = random.integers(0, 100, 60) / 10
    pitch = random.integers(60, 66, 60)
    key_up_s = onset_s + random.integers(1, 30, 60) / 10
    pedal_s = np.unique(random.integers(0, 120, 20) / 10)
    value = random.integers(0, 128, len(pedal_s))
    last_s = max(key_up_s.max(), pedal_s.max())
    expected = []
    for on, key, up in zip(onset_s, pitch, key_up_s, strict=True):
        before = [v for t, v in zip(pedal_s, value, strict=True) if t <= up]
        end = up
        if before and before[-1] >= 64:
            end = next((t for t, v in zip(pedal_s, value, strict=True) if t > up and v < 64), last_s)
        again = [t for t, other in zip(onset_s, pitch, strict=True) if other == key and t > on]
        expected.append(min([end, *again]))
    assert pedal_extended(onset_s, pitch, key_up_s, pedal_s, value).tolist() == expected
