"""Planted mistakes found again: F1 of correct, missed and extra notes by pitch within 50 ms. The
same performance may be heard twice, as MIDI and as sound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce
from operator import add
from pathlib import Path

from repetiteur.benchmarks.by_ear import WHOLE, Listening, read_chunks
from repetiteur.benchmarks.drive import Drive, drive, drive_by_ear, heard_in
from repetiteur.benchmarks.heard import listen
from repetiteur.benchmarks.note_metrics import Count, count_near
from repetiteur.benchmarks.takes import Take
from repetiteur.benchmarks.transcription.rendering import first_seconds, render
from repetiteur.benchmarks.workers import load_once
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.planting.alignment import read_alignment
from repetiteur.bridges.planting.complete import Meant, complete_performance
from repetiteur.bridges.planting.injection import Planted, published, released, until
from repetiteur.bridges.planting.strokes import performed, ringing, with_pedal
from repetiteur.bridges.planting.stumbling import human
from repetiteur.realtime.events import Match
from repetiteur.realtime.inputs import Chunk, HeardTrace
from repetiteur.realtime.second_hearing import SecondHearing

SEED = 11


class HeardAs(StrEnum):
    MIDI = "MIDI"
    SOUND = "sound"
    BY_RULES = "sound, rules alone"  # without the Ladder
    UNASKED = "sound, heard once"  # without any second hearing


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
    heard: HeardAs
    notes: int
    correct: Count
    missed: Count
    extra: Count
    extra_delays_s: tuple[float, ...]  # from onset to the standing verdict
    missed_delays_s: tuple[float, ...]  # from when it was due, by the engine's own reckoning

    @property
    def false_in_100(self) -> float:
        wrongly = self.missed.predicted - self.missed.hits + self.extra.predicted - self.extra.hits
        return 100.0 * wrongly / max(self.notes, 1)


class _Unasked(SecondHearing):
    def trace(self, trace: HeardTrace, note: int | None, pitch: int) -> None:
        """Without traces it agrees with whatever it is asked."""


INSTEAD_OF_LADDER: dict[HeardAs, Callable[[], SecondHearing]] = {
    HeardAs.BY_RULES: SecondHearing,
    HeardAs.UNASKED: _Unasked,
}


def measure_mistakes(
    take: Take,
    soundfont: Path | None = None,
    how: Listening = WHOLE,
    instead: Sequence[HeardAs] = (),
) -> tuple[MistakeResult, ...]:
    """Every recipe on one take; with a soundfont made to sound as well, and ``instead`` judged from the
    same sound without the Ladder."""
    score, _ = load_once(take.score)
    meant = complete_performance(read_alignment(take.table), score)
    rung = with_pedal([note.stroke for note in meant], read_performance(take.performance))
    meant = [replace(note, stroke=stroke) for note, stroke in zip(meant, rung, strict=True)]
    results = []
    for recipe, inject in INJECTORS.items():
        planted = until(inject(meant, SEED), how.end_s)
        run = drive(score, performed(planted.strokes))
        results.append(_measured(take.id, recipe, HeardAs.MIDI, planted, run, how.scored_s))
        if soundfont is not None:
            chunks = _sound(planted, soundfont, how)
            run = drive_by_ear(score, chunks, how.ears)
            results.append(_measured(take.id, recipe, HeardAs.SOUND, planted, run, how.scored_s))
            notes = heard_in(how.ears, chunks) if instead else ()
            for other in instead:
                run = drive(score, notes, INSTEAD_OF_LADDER[other]())
                results.append(_measured(take.id, recipe, other, planted, run, how.scored_s))
    return tuple(results)


def pooled(results: Sequence[MistakeResult]) -> list[MistakeResult]:
    """All takes as one, for each recipe and way of hearing."""
    return [
        _pooled([result for result in results if (result.recipe, result.heard) == (recipe, heard)])
        for recipe in Recipe
        for heard in dict.fromkeys(result.heard for result in results)
    ]


def _pooled(results: Sequence[MistakeResult]) -> MistakeResult:
    return MistakeResult(
        "all",
        results[0].recipe,
        results[0].heard,
        sum(result.notes for result in results),
        reduce(add, (result.correct for result in results)),
        reduce(add, (result.missed for result in results)),
        reduce(add, (result.extra for result in results)),
        reduce(add, (result.extra_delays_s for result in results)),
        reduce(add, (result.missed_delays_s for result in results)),
    )


def _sound(planted: Planted, soundfont: Path, how: Listening) -> list[Chunk]:
    played = first_seconds(performed(ringing(planted.strokes)), how.seconds)
    return read_chunks(render(played, soundfont, how.renderings), how.seconds)


def _measured(
    name: str, recipe: Recipe, how: HeardAs, planted: Planted, run: Drive, scored_s: float
) -> MistakeResult:
    """What begins before ``scored_s`` counts."""
    heard = listen(run.events, run.ready_s, ())
    matched: list[tuple[float, int]] = []
    missed: list[tuple[float, int]] = []
    extra: list[tuple[float, int]] = []
    extra_delays_s: list[float] = []
    missed_delays_s: list[float] = []
    for told in heard.told:
        verdict = told.verdict
        begins_s = verdict.onset if verdict.note is None else heard.onsets[verdict.note][0]
        if not told.stands or begins_s >= scored_s:
            continue
        if isinstance(verdict, Match):
            matched.append(heard.onsets[verdict.note])
            continue
        if verdict.expected is not None:
            missed.append((verdict.onset, verdict.expected))
        if verdict.note is not None:
            extra.append(heard.onsets[verdict.note])
        (missed_delays_s if verdict.note is None else extra_delays_s).append(told.told_s - begins_s)
    true = until(planted, scored_s)
    wrong = set(true.extra)
    struck = [(stroke.onset_s, stroke.pitch) for stroke in true.strokes]
    return MistakeResult(
        name,
        recipe,
        how,
        len(struck),
        count_near(matched, [note for note in struck if note not in wrong]),
        count_near(missed, true.missed),
        count_near(extra, true.extra),
        tuple(extra_delays_s),
        tuple(missed_delays_s),
    )
