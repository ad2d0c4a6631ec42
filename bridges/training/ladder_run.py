"""One training run of the Ladder in a folder of its own: log, curves, checkpoint, weights."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from repetiteur.bridges.report.svg import add, picture
from repetiteur.bridges.scores.xml_tree import lxml_etree
from repetiteur.bridges.training.checkpoints import keep, take_up
from repetiteur.bridges.training.curves import HEIGHT, WIDTH, panel
from repetiteur.bridges.training.files import write_whole
from repetiteur.bridges.training.log import read_log, shorten_log
from repetiteur.models.ladder.examination import Answers, examine, examine_places
from repetiteur.models.ladder.lessons import Lesson
from repetiteur.models.ladder.reading import Reader
from repetiteur.models.ladder.training import Recipe, Trainer
from repetiteur.models.ladder.weights import Weights, save_weights

LOG, WEIGHTS, CURVES = "log.jsonl", "ladder.safetensors", "curves.svg"
TOLD_EVERY, EXAMINED_EVERY = 50, 500  # steps
PARTS = "played", "late", "struck", "extra", "place"  # of the loss
MARKS = "missed", "extra", "struck", "elsewhere"

Line = dict[str, Any]


def train(
    recipe: Recipe,
    folder: Path,
    learnt: Lesson,
    examined: Lesson,
    enough: threading.Event,
    tell: Callable[[Line], None],
) -> Trainer:
    """To the end of the recipe, or until it is ``enough``; from the folder's checkpoint if there is one."""
    trainer = Trainer(recipe, learnt)
    if take_up(trainer, folder):
        shorten_log(folder / LOG, trainer.done)
    folder.mkdir(parents=True, exist_ok=True)
    sums, since, begun_s = np.zeros(len(PARTS)), 0, time.monotonic()
    with (folder / LOG).open("a") as log:
        while trainer.done < recipe.steps and not enough.is_set():
            parts = trainer.step()
            sums, since = sums + [parts[name] for name in PARTS], since + 1
            last = trainer.done == recipe.steps
            if trainer.done % TOLD_EVERY and not last:
                continue
            line: Line = {"step": trainer.done, "pace": round(trainer.pace(), 4)}
            line |= {"seconds": round(time.monotonic() - begun_s, 1)}
            line |= {name: round(float(part), 5) for name, part in zip(PARTS, sums / since, strict=True)}
            if last or trainer.done % EXAMINED_EVERY == 0:
                line["marks"], line["placed"] = _marks(reader_of(trainer), examined)
            log.write(json.dumps(line) + "\n")
            log.flush()
            if "marks" in line:
                keep(trainer, folder)
                write_weights(trainer, folder / WEIGHTS, line["marks"])
                write_curves(folder / LOG, folder / CURVES)
            tell(line)
            sums, since, begun_s = np.zeros(len(PARTS)), 0, time.monotonic()
    if trainer.done < recipe.steps:
        keep(trainer, folder)
    return trainer


def _marks(reader: Reader, examined: Lesson) -> tuple[dict[str, float], float]:
    placed, elsewhere = examine_places(reader, examined)
    answers = {**examine(reader, examined), "elsewhere": elsewhere}
    return {name: round(answers[name].mark(), 4) for name in MARKS}, round(placed, 4)


def reader_of(trainer: Trainer) -> Reader:
    """The averaged weights as they are used."""
    arrays = {name: weight.numpy() for name, weight in trainer.average.state_dict().items()}
    return Reader(Weights(trainer.recipe.shape, arrays, {}, ""))


def write_weights(trainer: Trainer, path: Path, marks: Mapping[str, float]) -> str:
    """The weights as the program uses them; their fingerprint."""
    recipe = trainer.recipe.as_plain()
    facts = {"recipe": recipe, "steps": trainer.done, "views": trainer.views, "marks": dict(marks)}
    unfinished = path.with_name(path.name + ".part")
    state = trainer.average.state_dict()
    fingerprint = save_weights(unfinished, state, trainer.recipe.shape, facts)
    os.replace(unfinished, path)
    return fingerprint


def write_curves(log: Path, path: Path) -> None:
    """Loss, and the share of wrong verdicts kept, over the steps."""
    lines = read_log(log)
    svg = picture(float(WIDTH), float(2 * HEIGHT), font_family="sans-serif", font_size="12")
    add(svg, "rect", width="100%", height="100%", fill="white")
    losses = [(name, [(line["step"], line[name]) for line in lines]) for name in PARTS]
    panel(svg, 0.0, "loss, each part (logarithmic), by step", losses, np.log10, "steps")
    marked = [line for line in lines if "marks" in line]
    marks = [(name, [(line["step"], line["marks"][name]) for line in marked]) for name in MARKS]
    panel(svg, float(HEIGHT), "wrong verdicts kept with 95 % of the right ones", marks, np.asarray, "steps")
    write_whole(path, lxml_etree().tostring(svg, encoding="utf-8"))


def table(answers: Mapping[str, Answers]) -> list[str]:
    """What is kept at each limit, and how far the probabilities can be believed."""
    lines = []
    for name, each in answers.items():
        lines.append(f"{name}: {each.right.sum()} right, {(~each.right).sum()} wrong verdicts")
        for limit in np.arange(0.1, 1.0, 0.1):
            right, wrong = each.kept(float(limit))
            lines.append(f"  above {limit:.1f}  keeps right {right:.3f}  wrong {wrong:.3f}")
        bins = "  ".join(f"{mean:.2f}:{share:.2f}({many})" for mean, share, many in each.calibration())
        lines.append(f"  told:right (how many)  {bins}")
    return lines
