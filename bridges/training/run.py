"""One training run in a folder of its own: log, curves, checkpoint, weights. Goes on where it was stopped."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from repetiteur.bridges.training.checkpoints import keep, take_up
from repetiteur.bridges.training.curves import write_curves
from repetiteur.bridges.training.lessons import Lessons
from repetiteur.bridges.training.log import Told, shorten_log
from repetiteur.models.encoder.examination import Mark, Question, examine, questions
from repetiteur.models.encoder.spectra import Spectra
from repetiteur.models.encoder.training import Recipe, Trainer
from repetiteur.models.encoder.weights import save_weights
from repetiteur.models.studio.batches import Batch, batches
from repetiteur.models.studio.drawing import Plan
from repetiteur.models.studio.mixing import Mixer
from repetiteur.models.studio.pianos import Piano
from repetiteur.models.studio.stretches import Material

LOG, WEIGHTS, CURVES = "log.jsonl", "encoder.safetensors", "curves.svg"
TOLD_EVERY, EXAMINED_EVERY = 50, 500  # steps
QUESTIONS = 24
QUESTION_SEED = 7


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a run computes."""

    device: torch.device
    workers: int  # that draw batches
    mixer: Callable[[Sequence[Piano]], Mixer]


def train(
    recipe: Recipe,
    folder: Path,
    lessons: Lessons,
    place: Workplace,
    enough: threading.Event,
    tell: Callable[[Told], None],
) -> Trainer:
    """To the end of the recipe, or until it is ``enough``; from the folder's checkpoint if there is one."""
    trainer = Trainer(recipe, place.device)
    if take_up(trainer, folder):
        shorten_log(folder / LOG, trainer.done)
    folder.mkdir(parents=True, exist_ok=True)
    lead_in = Spectra.context_samples
    examined_on = place.mixer([lessons.held_out])
    keyboard = lessons.held_out.keyboard
    asked = questions(lessons.examined(), keyboard, examined_on, QUESTIONS, lead_in, QUESTION_SEED)
    material = Material(lessons.learnt(), [piano.keyboard for piano in lessons.instruments])
    plan = Plan(material, recipe.batch, recipe.hops, lead_in, recipe.seed)
    feed = batches(plan, place.mixer(lessons.instruments), trainer.done, place.workers, place.device)
    with closing(feed), (folder / LOG).open("a") as log:
        for told in _steps(trainer, feed, asked, enough):
            log.write(told.as_line() + "\n")
            log.flush()
            if told.marks:
                keep(trainer, folder)
                write_weights(trainer, folder / WEIGHTS, told.marks)
                write_curves(folder / LOG, folder / CURVES)
            tell(told)
    if trainer.done < recipe.steps:
        keep(trainer, folder)
    return trainer


def _steps(
    trainer: Trainer, feed: Iterator[Batch], asked: Sequence[Question], enough: threading.Event
) -> Iterator[Told]:
    sums: dict[str, torch.Tensor] = {}
    since, begun_s = 0, time.monotonic()
    recipe, device = trainer.recipe, trainer.device
    while trainer.done < recipe.steps and not enough.is_set():
        pace, batch = trainer.pace(), next(feed)
        for name, part in trainer.step(batch.sound, batch.targets).items():
            sums[name] = sums.get(name, torch.zeros((), device=device)) + part
        since += 1
        last = trainer.done == recipe.steps
        if trainer.done % TOLD_EVERY == 0 or last:
            parts = {name: float(total) / since for name, total in sums.items()}
            marks = examine_trainer(trainer, asked) if trainer.done % EXAMINED_EVERY == 0 or last else None
            hours = trainer.done * recipe.hours_per_step
            yield Told(trainer.done, hours, time.monotonic() - begun_s, pace, parts, marks)
            sums, since, begun_s = {}, 0, time.monotonic()


def examine_trainer(trainer: Trainer, asked: Sequence[Question]) -> dict[int, Mark]:
    def hear(sound: np.ndarray) -> np.ndarray:
        return trainer.hear(torch.from_numpy(sound)[None].to(trainer.device))[0].cpu().numpy()

    return examine(hear, asked)


def write_weights(trainer: Trainer, path: Path, marks: dict[int, Mark] | None) -> str:
    """The weights as the program uses them; their fingerprint."""
    plain, recipe = trainer.plain(), trainer.recipe
    by_lookahead_ms = {str((delay + 1) * 10): mark.f1 for delay, mark in (marks or {}).items()}
    facts = {
        "recipe": recipe.as_plain(),
        "steps": trainer.done,
        "hours": round(trainer.done * recipe.hours_per_step, 1),
        "onset_f1": by_lookahead_ms,
    }
    unfinished = path.with_name(path.name + ".part")
    fingerprint = save_weights(unfinished, plain.state_dict(), plain.shape, facts)
    os.replace(unfinished, path)
    return fingerprint
