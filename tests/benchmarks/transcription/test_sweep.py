from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from repetiteur.benchmarks.transcription.sweep import Told, decoded, sweep, try_out, tune
from repetiteur.benchmarks.transcription_metrics import measure, notes_of
from repetiteur.realtime.hearing.thresholds import DEFAULTS, Thresholds

Ideal = Callable[[list[tuple[int, float, float, int]], float], np.ndarray]


@pytest.fixture
def take(ideal_evidence: Ideal, many_notes: list[tuple[int, float, float, int]]) -> Told:
    """A timid encoder: nothing above 0.3, and nothing that is no note above 0.1."""
    many_notes = many_notes[:200]
    evidence = ideal_evidence(many_notes, 9.5) * 0.3
    ghosts = ideal_evidence([(pitch, 8.7, 9.0, 90) for pitch in range(30, 90)], 9.5) * 0.12
    true = notes_of([(on, off, pitch, velocity) for pitch, on, off, velocity in many_notes])
    return Told(np.maximum(evidence, ghosts).astype(np.float32), true)


def test_evidence_without_a_stream_gives_the_same_notes(take: Told) -> None:
    sure, early = decoded(take.evidence / 0.3, Thresholds(early=0.5, sure=0.5))
    assert len(sure) == len(early) == len(take.true)
    assert measure(take.true, sure).whole.f1 == 1.0


def test_thresholds_are_found(take: Told) -> None:
    assert try_out([take], DEFAULTS).confirmed.onsets.f1 == 0.0
    found = tune([take])
    assert found.confirmed.onsets.f1 == found.provisional.onsets.f1 == 1.0
    assert found.confirmed.whole.f1 > 0.99
    assert 0.12 < found.thresholds.sure < 0.27 and 0.12 < found.thresholds.early < 0.27


def test_a_sweep_tries_what_it_is_given(take: Told) -> None:
    low, high = sweep([take, take], [Thresholds(sure=0.11), Thresholds(sure=0.5)])
    assert low.thresholds.sure == 0.11
    assert low.confirmed.onsets.predicted > low.confirmed.onsets.true == 2 * len(take.true)
    assert high.confirmed.onsets.predicted == 0
