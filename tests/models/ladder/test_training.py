"""A small Ladder learns what little there is to learn, and goes on where it was stopped."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.models.ladder.shape import Shape

torch = pytest.importorskip("torch")

SMALL = Shape(8, 2, 1, 16)


def trainer_of(views, steps: int, rate: float = 3e-3):
    from repetiteur.models.ladder.training import Recipe, Trainer

    return Trainer(Recipe(steps, SMALL, batch=4, rate=rate), views.some_lesson(np.random.default_rng(1), 40))


def test_it_learns_which_traces_were_struck(views) -> None:
    trainer = trainer_of(views, 100, 0.03)
    losses = [trainer.step()["struck"] for _ in range(100)]
    assert np.mean(losses[-10:]) < 0.5 * np.mean(losses[:5])


def test_it_goes_on_as_if_it_had_not_been_stopped(views) -> None:
    straight = trainer_of(views, 6)
    for _ in range(6):
        straight.step()
    first = trainer_of(views, 6)
    for _ in range(3):
        first.step()
    second = trainer_of(views, 6)
    second.restore(first.state())
    for _ in range(3):
        second.step()
    for one, other in zip(straight.average.parameters(), second.average.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_view_alone_is_read_as_in_company(views) -> None:
    from repetiteur.models.ladder.batches import batch_of

    trainer = trainer_of(views, 1)
    lesson = views.some_lesson(np.random.default_rng(2), 5)
    with torch.no_grad():
        written, heard = trainer.net(batch_of(lesson, range(5), {}))
        for number in range(5):
            alone, alone_heard = trainer.net(batch_of(lesson, [number], {}))
            torch.testing.assert_close(written[number, : alone.shape[1]], alone[0], atol=1e-5, rtol=0)
            torch.testing.assert_close(
                heard[number, : alone_heard.shape[1]], alone_heard[0], atol=1e-5, rtol=0
            )


def test_lessons_in_a_row_are_the_same_views(views) -> None:
    from repetiteur.models.ladder.lessons import joined

    each = [views.some_lesson(np.random.default_rng(seed), 4) for seed in (1, 2)]
    both = joined(each)
    assert len(both) == 8
    for number in range(8):
        one, other = both.view(number), each[number // 4].view(number % 4)
        assert np.array_equal(one.traces, other.traces) and np.array_equal(one.written, other.written)
    assert both.asked["view"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]


def test_what_fits_by_chance_is_not_the_score_that_is_played(views) -> None:
    from repetiteur.kernels.ladder_read import MATCHED
    from repetiteur.models.ladder.batches import batch_of, places_known, strange

    lesson = views.some_lesson(np.random.default_rng(4), 6)
    for number in range(6):
        view, truth = strange(lesson.view(number), lesson.truth(number), lesson.view((number + 1) % 6))
        linked = np.flatnonzero(view.link >= 0)
        assert (view.reading[linked] == MATCHED).all()
        assert np.array_equal(view.traces["pitch"][linked], view.written["pitch"][view.link[linked]])
        assert truth.elsewhere and not places_known(view, truth).any()
    batch = batch_of(lesson, range(6), {})
    assert not batch.elsewhere.any() and torch.equal(batch.extra_weight, batch.trace_weight)


def test_the_place_that_is_learnt_is_the_newest_chord_that_can_be_known_of(views) -> None:
    from repetiteur.models.ladder.batches import places_known
    from repetiteur.models.ladder.lessons import Truth

    view = views.some_view(np.random.default_rng(6), 4, 5)
    view.written["due_s"] = 9.0, 9.5, 9.5, 9.9, 9.6
    played, late_s = np.array([1, 1, 1, 1, 0], np.int8), np.array([0, 0.1, 0.12, 0, 0], np.float32)
    truth = Truth(played, late_s, np.zeros(4, bool), np.zeros(4, bool))
    assert places_known(view, truth).tolist() == [False, True, True, False, False]


def test_a_mark_is_the_share_of_wrong_verdicts_that_is_kept() -> None:
    from repetiteur.models.ladder.examination import Answers

    told = np.concatenate([np.linspace(0.5, 0.99, 100), [0.1, 0.2, 0.95, 0.99]])
    answers = Answers(told, np.arange(104) < 100)
    assert answers.mark() == 0.5
    assert answers.kept(0.15) == (1.0, 0.75)
    assert sum(many for _, _, many in answers.calibration()) == 104
