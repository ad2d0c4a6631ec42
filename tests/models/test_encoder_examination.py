"""Examinations: full marks for the truth, and fewer for anything else."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.models.encoder.heads import HEADS, HOP_SAMPLES, KEYS, ONSET_DELAYS
from repetiteur.models.studio.performance import PLAYED, Performance
from repetiteur.models.studio.pianos import Piano, every_key

torch = pytest.importorskip("torch")

LEAD_IN = 1600


@pytest.fixture
def performance() -> Performance:
    random = np.random.default_rng(0)
    notes = np.zeros(300, PLAYED)
    notes["onset_s"] = np.sort(random.uniform(0, 30, 300))
    notes["pitch"], notes["velocity"] = 21 + np.arange(300) % KEYS, random.integers(20, 120, 300)
    notes["offset_s"] = notes["onset_s"] + 0.2
    return Performance("piece/player", notes)


def ideal(notes: np.ndarray, hops: int, late_hops: float = 0.0) -> np.ndarray:
    """The evidence of a net without fault."""
    from repetiteur.models.encoder.targets import targets_of

    late = notes.copy()
    late["onset_s"] += late_hops * 0.01
    onset = targets_of([late], hops + 1, torch.device("cpu")).onset[0].numpy()
    evidence = np.zeros((hops, KEYS, HEADS), np.float32)
    for head, delay in enumerate(ONSET_DELAYS):
        evidence[max(0, delay - 1) :, :, head] = onset[max(0, 1 - delay) : hops + 1 - delay]
    return evidence


def asked(performance: Performance, many: int = 3):
    from repetiteur.models.encoder.examination import questions
    from repetiteur.models.studio.mixing import TorchMixer

    layers = np.array([60])
    noise = np.random.default_rng(3).integers(-9000, 9000, (88, 1, 3000)).astype(np.int16)
    piano = Piano("noise", noise, np.full((88, 1), 1e-5, np.float32), every_key(layers))
    mixer = TorchMixer([piano], torch.device("cpu"))
    return questions([performance], piano.keyboard, mixer, many, LEAD_IN, seed=2)


def examined(questions, late_hops: float = 0.0, change=lambda evidence: evidence):
    from repetiteur.models.encoder.examination import HOPS, examine

    by_sound = {id(question.sound): question.notes for question in questions}
    return examine(lambda sound: change(ideal(by_sound[id(sound)], HOPS, late_hops)), questions)


def test_the_truth_gets_full_marks_at_every_look_ahead(performance):
    marks = examined(asked(performance))
    assert list(marks) == list(ONSET_DELAYS)
    assert all(mark.f1 == mark.precision == mark.recall == 1.0 for mark in marks.values())


def test_a_little_late_is_right_and_too_late_is_not(performance):
    questions = asked(performance)
    assert all(mark.f1 == 1.0 for mark in examined(questions, 4.0).values())
    assert all(mark.f1 == 0.0 for mark in examined(questions, 6.6).values())


def test_what_is_missed_costs_recall_and_what_is_made_up_precision(performance):
    questions = asked(performance)

    def deaf_above_middle_c(evidence: np.ndarray) -> np.ndarray:
        evidence[:, 40:] = 0
        return evidence

    def an_octave_too_much(evidence: np.ndarray) -> np.ndarray:
        evidence[:, 12:] = np.maximum(evidence[:, 12:], evidence[:, :-12])
        return evidence

    deaf = examined(questions, change=deaf_above_middle_c)[0]
    assert deaf.precision == 1.0 and 0.3 < deaf.recall < 0.6
    octaves = examined(questions, change=an_octave_too_much)[0]
    assert octaves.recall > 0.98 and 0.5 < octaves.precision < 0.65


def test_questions_are_the_same_every_time_and_as_long_as_they_should_be(performance):
    from repetiteur.models.encoder.examination import HOPS

    one, again = asked(performance), asked(performance)
    for question, same in zip(one, again, strict=True):
        assert np.array_equal(question.sound, same.sound) and np.array_equal(question.notes, same.notes)
        assert len(question.sound) == LEAD_IN + HOPS * HOP_SAMPLES and np.isfinite(question.sound).all()
    first = one[0]
    onset = first.notes["onset_s"][first.notes["onset_s"] > 0][0]
    assert np.abs(first.sound[LEAD_IN + int(onset * 16_000) :][:400]).max() > 0.01
