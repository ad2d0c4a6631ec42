"""``repetiteur train lessons`` and ``train ladder``: what the Ladder learns from, and its training."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repetiteur.bridges.terminal.interruption import until_interrupted
from repetiteur.bridges.terminal.options import at_least_one
from repetiteur.models.ladder.shape import Descriptor, Looking, Shape
from repetiteur.realtime.errors import InputError

if TYPE_CHECKING:
    from repetiteur.models.ladder.lessons import Lesson

INTERRUPTED = 130  # as a shell reports it
LARGEST_SEED = 2**31


def ladder_arguments(chosen: Any) -> None:
    """Two further things to train; ``chosen`` holds the others."""
    lessons = chosen.add_parser("lessons", help="takes with planted mistakes, heard and followed")
    lessons.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="performances and scores to play from"
    )
    lessons.add_argument(
        "--sounds",
        type=Path,
        default=Path("sounds"),
        metavar="DIR",
        help="the sampled pianos (default: sounds)",
    )
    lessons.add_argument("--takes", type=at_least_one, default=180, help="of a minute (default: %(default)s)")
    lessons.add_argument(
        "--examined",
        type=at_least_one,
        default=20,
        help="further takes, to examine on (default: %(default)s)",
    )
    lessons.set_defaults(command=_lessons)
    ladder = chosen.add_parser("ladder", help="the net that looks at sound and score at once")
    ladder.add_argument(
        "--lessons", type=Path, required=True, metavar="DIR", help="written by: repetiteur train lessons"
    )
    ladder.add_argument("--steps", type=at_least_one, default=4000, help="in all (default: %(default)s)")
    ladder.add_argument(
        "--batch", type=at_least_one, default=32, help="views to a step (default: %(default)s)"
    )
    default = Shape()
    for name in ("width", "heads", "rungs"):
        value = getattr(default, name)
        ladder.add_argument("--" + name, type=at_least_one, default=value, help="(default: %(default)s)")
    about = "what the streams see: each other, themselves, nothing (default: %(default)s)"
    ladder.add_argument("--looking", choices=list(Looking), default=default.looking, help=about)
    for name, stream in (("a4", "performance"), ("d4", "score")):
        about = f"how the descriptor joins the {stream} (default: %(default)s)"
        ladder.add_argument("--" + name, choices=list(Descriptor), default=getattr(default, name), help=about)
    ladder.set_defaults(command=_ladder)
    for subparser, out in ((lessons, "lessons"), (ladder, "training")):
        about = "where it is written; what is there already is gone on with (default: %(default)s)"
        subparser.add_argument("--out", type=Path, default=Path(out), metavar="DIR", help=about)
        subparser.add_argument("--seed", type=_seed, default=1, help="(default: %(default)s)")
        subparser.add_argument("--json", action="store_true", help="JSON lines on stdout")


def _seed(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= LARGEST_SEED:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no whole number up to {LARGEST_SEED}")


def _lessons(args: argparse.Namespace) -> int:
    _need_torch()
    from repetiteur.bridges.training.ladder_lessons import courses_from_folders, make_lessons

    courses = courses_from_folders(args.data, args.sounds, args.takes, args.examined, args.seed)
    enough = threading.Event()
    with until_interrupted(enough):
        for course in courses:

            def tell(number: int, lesson: Lesson, kind: str = course.kind) -> None:
                facts = {"kind": kind, "take": number, "looks": len(lesson), "asked": len(lesson.asked)}
                line = f"{kind} {number}: {len(lesson)} looks, {len(lesson.asked)} verdicts about to be told"
                print(json.dumps(facts) if args.json else line, flush=True)

            make_lessons(course, args.out, enough, tell)
    return INTERRUPTED if enough.is_set() else 0


def _ladder(args: argparse.Namespace) -> int:
    _need_torch()
    from repetiteur.bridges.training.checkpoints import CHECKPOINT
    from repetiteur.bridges.training.ladder_lessons import EXAMINED, LEARNT, read_lessons
    from repetiteur.bridges.training.ladder_run import WEIGHTS, reader_of, table, train
    from repetiteur.models.ladder.examination import examine
    from repetiteur.models.ladder.lessons import joined
    from repetiteur.models.ladder.training import Recipe

    if args.width % args.heads:
        raise InputError("--width", "the heads do not divide it", "give a multiple of --heads")
    parts = Looking(args.looking), Descriptor(args.a4), Descriptor(args.d4)
    shape = Shape(args.width, args.heads, args.rungs, 2 * args.width, *parts)
    learnt, examined = (joined(read_lessons(args.lessons, kind)) for kind in (LEARNT, EXAMINED))
    print(f"{len(learnt)} views to learn from, {len(examined)} to examine on", file=sys.stderr)
    recipe = Recipe(args.steps, shape, args.batch, seed=args.seed)
    enough = threading.Event()
    with until_interrupted(enough):
        trainer = train(recipe, args.out, learnt, examined, enough, lambda line: _tell(args, line))
    if trainer.done < recipe.steps:
        kept = args.out / CHECKPOINT
        line = f"stopped after step {trainer.done}, kept in {kept}; the same command goes on"
        print(json.dumps({"stopped": trainer.done, "kept": str(kept)}) if args.json else line)
        return INTERRUPTED
    for line in table(examine(reader_of(trainer), examined)):
        print(line, file=sys.stderr)
    written = str(args.out / WEIGHTS)
    print(json.dumps({"written": written}) if args.json else f"written: {written}")
    return 0


def _tell(args: argparse.Namespace, line: dict[str, Any]) -> None:
    if args.json:
        print(json.dumps(line), flush=True)
        return
    told = "  ".join(f"{name} {line[name]:.4f}" for name in ("played", "late", "struck", "extra"))
    marks = "".join(f"  wrong {name} kept {mark:.3f}" for name, mark in line.get("marks", {}).items())
    print(f"{line['step']:>7}  {told}{marks}", file=sys.stderr, flush=True)


def _need_torch() -> None:
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise InputError("torch", "is missing", "pip install 'repetiteur[models]'") from error
