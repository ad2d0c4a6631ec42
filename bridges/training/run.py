"""One training run in a folder of its own: log, checkpoint, weights. It goes on where it was stopped."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from repetiteur.bridges.training.performances import base_name
from repetiteur.models.encoder.examination import Mark, Question, examine, questions
from repetiteur.models.encoder.spectra import Spectra
from repetiteur.models.encoder.training import Recipe, Trainer
from repetiteur.models.encoder.weights import save_weights
from repetiteur.models.studio.batches import Batch, batches
from repetiteur.models.studio.performance import Performance
from repetiteur.models.studio.pianos import Piano
from repetiteur.models.studio.stretches import Material
from repetiteur.realtime.errors import InputError

CHECKPOINT, LOG, WEIGHTS = "checkpoint.pt", "log.jsonl", "encoder.safetensors"
TOLD_EVERY, EXAMINED_EVERY = 50, 500  # steps
QUESTIONS = 24
HELD_OUT = 12  # one piece in so many is kept for the examinations
QUESTION_SEED = 7


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the log."""

    step: int
    hours: float  # of sound learnt from
    seconds: float  # since the line before
    pace: float  # learning rate, as a share of the full one
    parts: dict[str, float]  # of the loss, mean since the line before
    marks: dict[int, Mark] | None  # by delay in hops, when there was an examination

    def as_line(self) -> str:
        marks = {delay: (mark.f1, mark.precision, mark.recall) for delay, mark in (self.marks or {}).items()}
        plain: dict[str, Any] = {
            "step": self.step, "hours": round(self.hours, 3), "seconds": round(self.seconds, 1),
            "pace": round(self.pace, 4), **{name: round(part, 5) for name, part in self.parts.items()},
        }  # fmt: skip
        return json.dumps(plain | ({"marks": marks} if marks else {}))


def train(
    recipe: Recipe,
    folder: Path,
    performances: Sequence[Performance],
    instruments: Sequence[Piano],
    held_out: Piano,
    device: torch.device,
    threads: int,
    tell: Callable[[Told], None],
) -> Trainer:
    """To the end of the recipe, from the folder's checkpoint if there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(recipe, device)
    _take_up(trainer, folder / CHECKPOINT)
    lead_in = Spectra.context_samples
    kept, taken = (
        [each for each in performances if is_held_out(each) == examined] for examined in (True, False)
    )
    asked = questions(kept, held_out, QUESTIONS, lead_in, QUESTION_SEED)
    material = Material(taken, instruments)
    feed = batches(material, recipe.batch, lead_in, recipe.hops, recipe.seed, trainer.done, threads, device)
    with (folder / LOG).open("a") as log:
        for told in _steps(trainer, feed, asked):
            log.write(told.as_line() + "\n")
            log.flush()
            if told.marks:
                keep(trainer, folder / CHECKPOINT)
                write_weights(trainer, folder / WEIGHTS, told.marks)
            tell(told)
    return trainer


def is_held_out(performance: Performance) -> bool:
    digest = hashlib.sha256(base_name(performance).encode()).digest()
    return digest[0] % HELD_OUT == 0


def _steps(trainer: Trainer, feed: Iterator[Batch], asked: Sequence[Question]) -> Iterator[Told]:
    sums: dict[str, torch.Tensor] = {}
    since, begun_s = 0, time.monotonic()
    recipe, device = trainer.recipe, trainer.device
    while trainer.done < recipe.steps:
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
    def hear(sound):
        return trainer.hear(torch.from_numpy(sound)[None].to(trainer.device))[0].cpu().numpy()

    return examine(hear, asked)


def keep(trainer: Trainer, checkpoint: Path) -> None:
    """Whole or not at all."""
    part = checkpoint.with_suffix(".part")
    torch.save(trainer.state(), part)
    os.replace(part, checkpoint)


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
    return save_weights(path, plain.state_dict(), plain.shape, facts)


def _take_up(trainer: Trainer, checkpoint: Path) -> None:
    if not checkpoint.exists():
        return
    try:
        trainer.restore(torch.load(checkpoint, map_location="cpu", weights_only=True))
    except Exception as error:
        raise InputError(
            str(checkpoint), f"cannot go on from it ({error})", "use the same recipe, or another --out"
        ) from error
