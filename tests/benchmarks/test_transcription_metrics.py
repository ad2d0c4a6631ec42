from __future__ import annotations

import mir_eval
import numpy as np
import pytest

from repetiteur.benchmarks.transcription_metrics import (
    NOTHING_HEARD,
    Notes,
    measure,
    most_pairs,
    notes_of,
    pairs,
    together,
)


def some(seed: int, many: int, tightly: bool) -> tuple[Notes, Notes]:
    """True notes, and what somebody made of them: shifted, left out, doubled, in wrong lengths."""
    random = np.random.default_rng(seed)
    onset_s = 1.0 + np.sort(random.random(many) * many * (0.01 if tightly else 0.1))
    pitch = random.integers(60, 63 if tightly else 80, many)
    length_s = 0.05 + random.random(many)
    true = Notes(onset_s, onset_s + length_s, pitch, random.integers(1, 128, many).astype(float))
    kept = np.flatnonzero(random.random(many) < 0.85)
    kept = np.concatenate([kept, random.choice(many, many // 8)])
    on = onset_s[kept] + random.normal(0.003, 0.03, len(kept))
    off = on + length_s[kept] * (1 + random.normal(0, 0.2, len(kept))).clip(0.1)
    wrong = random.random(len(kept)) < 0.1
    heard = Notes(on, off, pitch[kept] + wrong, true.velocity[kept] / 2 + random.random(len(kept)))
    return true, heard


def their_view(notes: Notes) -> tuple[np.ndarray, np.ndarray]:
    return np.stack([notes.onset_s, notes.offset_s], axis=1), mir_eval.util.midi_to_hz(notes.pitch)


@pytest.mark.parametrize("tightly", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_as_mir_eval_counts(seed: int, tightly: bool) -> None:
    true, heard = some(seed, 300, tightly)
    ours = measure(true, heard)
    for count, offset_ratio in ((ours.onsets, None), (ours.whole, 0.2)):
        theirs = mir_eval.transcription.precision_recall_f1_overlap(
            *their_view(true), *their_view(heard), offset_ratio=offset_ratio,  # pyright: ignore
        )
        assert (count.precision, count.recall, count.f1) == pytest.approx(theirs[:3])


def test_distances_are_rounded_as_mir_eval_does() -> None:
    true = notes_of([(1.0, 2.0, 60, 80)])
    assert len(pairs(true, notes_of([(1.05004, 2.0, 60, 80)]))) == 1
    assert len(pairs(true, notes_of([(1.0506, 2.0, 60, 80)]))) == 0


def test_ends_may_be_a_fifth_or_50_ms_off() -> None:
    true = notes_of([(1.0, 2.0, 60, 80), (3.0, 3.1, 60, 80)])
    near = notes_of([(1.0, 2.19, 60, 80), (3.0, 3.149, 60, 80)])
    far = notes_of([(1.0, 2.21, 60, 80), (3.0, 3.151, 60, 80)])
    assert measure(true, near).whole.hits == 2
    assert measure(true, far).whole.hits == 0
    assert measure(true, far).onsets.hits == 2


def test_as_many_pairs_as_possible_even_if_the_nearest_must_give_way() -> None:
    assert sorted(most_pairs([[0], [0, 1], [1, 2]], 3)) == [(0, 0), (1, 1), (2, 2)]
    assert sorted(most_pairs([[0, 1], [0]], 2)) == [(0, 1), (1, 0)]
    assert len(most_pairs([[0], [0], []], 1)) == 1


def test_a_very_long_chain_of_repeated_notes() -> None:
    near = [[k + 1, k] if k else [0] for k in range(5000)]
    assert len(most_pairs([*near[1:], near[0]], 5001)) == 5000


def test_timing_and_dynamics() -> None:
    true = notes_of([(k, k + 0.5, 60, 20 + k) for k in range(50)])
    late = Notes(true.onset_s + 0.004, true.offset_s, true.pitch, 2 * true.velocity)
    late.onset_s[:3] += 0.04  # a few far off change neither
    found = measure(true, late)
    assert found.bias_s == pytest.approx(0.004)
    assert found.spread_s == pytest.approx(0.0, abs=1e-9)
    assert found.velocity_correlation == pytest.approx(1.0)


def test_the_spread_is_that_of_the_normal_distribution() -> None:
    random = np.random.default_rng(0)
    true = notes_of([(k / 2, k / 2 + 0.3, 60, 80) for k in range(4000)])
    heard = Notes(true.onset_s + random.normal(0, 0.008, 4000), true.offset_s, true.pitch, true.velocity)
    assert measure(true, heard).spread_s == pytest.approx(0.008, rel=0.05)


def test_takes_are_pooled_note_by_note() -> None:
    one = measure(*some(1, 50, False))
    two = measure(*some(2, 200, False))
    both = together([one, two])
    assert both.onsets == one.onsets + two.onsets
    assert len(both.late_s) == both.onsets.hits


def test_nothing_to_hear_nothing_heard_and_no_offsets() -> None:
    none = notes_of([])
    assert measure(none, none).onsets.f1 == 1
    assert np.isnan(NOTHING_HEARD.bias_s) and np.isnan(NOTHING_HEARD.velocity_correlation)
    true = notes_of([(1.0, np.nan, 60, np.nan)])
    found = measure(true, notes_of([(1.0, 2.0, 60, 80)]))
    assert found.onsets.hits == 1
    assert found.whole.true == 0
    assert len(found.velocities) == 0
