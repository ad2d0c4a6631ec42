"""Planted mistakes found again: F1 of missed and extra notes by pitch within 50 ms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import add

from repetiteur.benchmarks.drive import drive
from repetiteur.benchmarks.heard import listen
from repetiteur.benchmarks.note_metrics import Count, count_near
from repetiteur.benchmarks.takes import Take
from repetiteur.benchmarks.workers import load_once
from repetiteur.bridges.planting.alignment import read_alignment
from repetiteur.bridges.planting.complete import Meant, complete_performance
from repetiteur.bridges.planting.injection import Planted, published, released
from repetiteur.bridges.planting.strokes import performed
from repetiteur.bridges.planting.stumbling import human
from repetiteur.realtime.events import Mistake
from repetiteur.realtime.score import Score

SEED = 11


class Recipe(StrEnum):
    NONE = "none"  # nothing planted: whatever is flagged is a false alarm
    PUBLISHED = "published"
    RELEASED = "released"
    HUMAN = "human"


INJECTORS: dict[Recipe, Callable[[Sequence[Meant], int], Planted]] = {
    Recipe.NONE: lambda meant, seed: Planted(tuple(note.stroke for note in meant), (), ()),
    Recipe.PUBLISHED: published,
    Recipe.RELEASED: released,
    Recipe.HUMAN: human,
}


@dataclass(frozen=True, slots=True)
class MistakeResult:
    """One recipe on one take, or on all of them."""

    name: str
    recipe: Recipe
    notes: int
    missed: Count
    extra: Count
    extra_delays_s: tuple[float, ...]  # from onset to the standing verdict
    missed_delays_s: tuple[float, ...]  # from when it was due, by the engine's own reckoning

    @property
    def false_in_100(self) -> float:
        wrongly = self.missed.predicted - self.missed.hits + self.extra.predicted - self.extra.hits
        return 100.0 * wrongly / max(self.notes, 1)


def measure_mistakes(take: Take) -> tuple[MistakeResult, ...]:
    """Every recipe on one take."""
    score, _ = load_once(take.score)
    meant = complete_performance(read_alignment(take.table), score)
    return tuple(
        _measured(take.id, recipe, inject(meant, SEED), score) for recipe, inject in INJECTORS.items()
    )


def pooled(recipe: Recipe, results: Sequence[MistakeResult]) -> MistakeResult:
    """All takes as one."""
    of_recipe = [result for result in results if result.recipe is recipe]
    return MistakeResult(
        "all",
        recipe,
        sum(result.notes for result in of_recipe),
        reduce(add, (result.missed for result in of_recipe)),
        reduce(add, (result.extra for result in of_recipe)),
        reduce(add, (result.extra_delays_s for result in of_recipe)),
        reduce(add, (result.missed_delays_s for result in of_recipe)),
    )


def _measured(name: str, recipe: Recipe, planted: Planted, score: Score) -> MistakeResult:
    run = drive(score, performed(planted.strokes))
    heard = listen(run.events, run.ready_s, ())
    standing = [
        (told, told.verdict) for told in heard.told if told.stands and isinstance(told.verdict, Mistake)
    ]
    missed = [(m.onset, m.expected) for _, m in standing if m.expected is not None]
    extra = [heard.onsets[m.note] for _, m in standing if m.note is not None]
    return MistakeResult(
        name,
        recipe,
        len(planted.strokes),
        count_near(missed, planted.missed),
        count_near(extra, planted.extra),
        tuple(told.told_s - heard.onsets[m.note][0] for told, m in standing if m.note is not None),
        tuple(told.told_s - m.onset for told, m in standing if m.note is None),
    )
