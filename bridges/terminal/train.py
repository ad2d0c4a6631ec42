"""``repetiteur train``: make sampled pianos, and train the networks on performances played on them."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from repetiteur.bridges.terminal.interruption import until_interrupted
from repetiteur.bridges.terminal.options import at_least_one
from repetiteur.bridges.terminal.train_ladder import ladder_arguments
from repetiteur.realtime.errors import InputError

if TYPE_CHECKING:
    from repetiteur.bridges.training.lessons import Lessons
    from repetiteur.bridges.training.log import Told
    from repetiteur.bridges.training.run import Workplace

ABOUT = "train the networks: sampled instruments, the encoder, then the Ladder"
HELD_IN_MEMORY = (-4, 0), (-1, 2**31 - 1), (-2, 256 << 20)  # M_MMAP_MAX, M_TRIM_THRESHOLD, M_TOP_PAD
WIDEST = 256  # channels per key; shipped nets have 32 to 64
MOST_STEPS = 100_000_000
INTERRUPTED = 130  # as a shell reports it


def arguments(parser: argparse.ArgumentParser) -> None:
    chosen = parser.add_subparsers(required=True, metavar="WHAT")
    sounds = chosen.add_parser("sounds", help="sampled pianos from the soundfonts that are installed")
    sounds.add_argument("--recordings", type=Path, metavar="DIR", help="recorded notes named like C4v8.ogg")
    pack = chosen.add_parser("pack", help="performances and pianos in one file, for a machine with neither")
    pack.add_argument("--data", type=Path, required=True, metavar="DIR", help="performances to play")
    pack.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file to write")
    encoder = chosen.add_parser("encoder", help="the net that hears notes")
    source = encoder.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, metavar="DIR", help="performances to play")
    source.add_argument("--packed", type=Path, metavar="FILE", help="written by: repetiteur train pack")
    encoder.add_argument(
        "--out", type=Path, default=Path("training"), metavar="DIR", help="log, checkpoint, weights"
    )
    encoder.add_argument(
        "--steps", type=_up_to(MOST_STEPS), default=20_000, help="in all (default: %(default)s)"
    )
    encoder.add_argument(
        "--width", type=_up_to(WIDEST), default=32, help="channels per key (default: %(default)s)"
    )
    encoder.add_argument(
        "--batch", type=at_least_one, default=4, help="stretches of 7 s to a step (default: %(default)s)"
    )
    encoder.add_argument("--rate", type=_rate, default=2e-3, help="learning rate (default: %(default)s)")
    encoder.add_argument("--seed", type=_up_to(2**31), default=1, help="(default: %(default)s)")
    encoder.add_argument("--device", choices=("cpu", "cuda"), help="(default: a GPU if there is one)")
    ladder_arguments(chosen)
    for subparser, command in ((sounds, _sounds), (pack, _pack), (encoder, _encoder)):
        about = "the sampled pianos (default: sounds)"
        subparser.add_argument("--sounds", type=Path, default=Path("sounds"), metavar="DIR", help=about)
        subparser.add_argument("--json", action="store_true", help="JSON lines on stdout")
        subparser.set_defaults(command=command)


def run(args: argparse.Namespace) -> int:
    return args.command(args)


def _up_to(most: int) -> Callable[[str], int]:
    """A count, for argparse."""

    def whole(text: str) -> int:
        if text.isascii() and text.isdigit() and 0 < int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to {most}")

    return whole


def _rate(text: str) -> float:
    """A learning rate, for argparse."""
    try:
        if 0.0 < float(text) < 1.0:
            return float(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no learning rate between 0 and 1")


def _sounds(args: argparse.Namespace) -> int:
    from repetiteur.bridges.training.timbres import make_banks

    made = make_banks(args.sounds, args.recordings)
    for name in made:
        _say(args, f"made {args.sounds / name}", made=str(args.sounds / name))
    if not made and not args.json:
        print(f"nothing new: {args.sounds} has a bank for every soundfont that is installed")
    return 0


def _pack(args: argparse.Namespace) -> int:
    from repetiteur.bridges.training.lessons import lessons_from_folders
    from repetiteur.bridges.training.packed import write_packed

    lessons = lessons_from_folders(args.data, args.sounds)
    print(lessons.summary(), file=sys.stderr)
    size = write_packed(args.out, lessons)
    _say(args, f"written: {args.out}, {size / 1e6:.1f} MB", written=str(args.out), bytes=size)
    return 0


def _encoder(args: argparse.Namespace) -> int:
    place = _workplace(args)
    from repetiteur.bridges.training.checkpoints import CHECKPOINT
    from repetiteur.bridges.training.run import WEIGHTS, train
    from repetiteur.models.encoder.training import Recipe

    recipe = Recipe(args.steps, args.width, args.batch, rate=args.rate, seed=args.seed)
    lessons = _lessons(args)
    print(lessons.summary(), file=sys.stderr)
    _keep_memory()
    enough = threading.Event()
    with until_interrupted(enough), closing(_Display(recipe.steps, args.json)) as display:
        trainer = train(recipe, args.out, lessons, place, enough, display.tell)
    checkpoint, weights = str(args.out / CHECKPOINT), str(args.out / WEIGHTS)
    if trainer.done < recipe.steps:
        line = f"stopped after step {trainer.done}, kept in {checkpoint}; the same command goes on"
        _say(args, line, stopped=trainer.done, kept=checkpoint)
        return INTERRUPTED
    _say(args, f"written: {weights}", written=weights)
    return 0


def _say(args: argparse.Namespace, line: str, **facts: object) -> None:
    print(json.dumps(facts) if args.json else line)


def _lessons(args: argparse.Namespace) -> Lessons:
    if args.packed:
        from repetiteur.bridges.training.packed import read_packed

        return read_packed(args.packed)
    from repetiteur.bridges.training.lessons import lessons_from_folders

    return lessons_from_folders(args.data, args.sounds)


def _workplace(args: argparse.Namespace) -> Workplace:
    try:
        import torch
    except ImportError as error:
        raise InputError("torch", "is missing", "pip install 'repetiteur[models]'") from error
    from repetiteur.bridges.training.run import Workplace
    from repetiteur.models.studio.mixing import NumbaMixer, TorchMixer

    if args.device == "cuda" and not torch.cuda.is_available():
        raise InputError("cuda", "torch finds no GPU here", "leave --device out, or give --device cpu")
    device = torch.device(args.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    if device.type == "cuda":
        return Workplace(device, os.cpu_count() or 1, lambda pianos: TorchMixer(pianos, device))
    if args.packed:
        return Workplace(device, 1, lambda pianos: TorchMixer(pianos, device))
    return Workplace(device, 1, NumbaMixer)


class _Display:
    """A bar from the first news on, and a line above it for every piece of news, on stderr; with ``as_json``
    the log's lines on stdout as well."""

    def __init__(self, steps: int, as_json: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(file=sys.stderr)
        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
        self._bar = Progress(*columns, console=console, disable=not console.is_terminal)
        self._task = self._bar.add_task("", total=steps)
        self._as_json = as_json

    def tell(self, told: Told) -> None:
        if self._as_json:
            print(told.as_line(), flush=True)
        self._bar.start()
        self._bar.update(self._task, completed=told.step, description=f"{told.hours:.1f} h heard")
        parts = "  ".join(f"{name} {part:.3f}" for name, part in told.parts.items())
        self._bar.console.print(f"{told.step:>7}  {parts}", highlight=False)
        if told.marks:
            marks = "  ".join(f"{(delay + 1) * 10} ms {mark.f1:.3f}" for delay, mark in told.marks.items())
            self._bar.console.print(f"{'':>7}  onset F1 by look-ahead: {marks}", highlight=False)

    def close(self) -> None:
        self._bar.stop()


def _keep_memory() -> None:
    """Have the C library hold on to freed memory: every step needs the same large blocks again, and asking
    the system for them anew takes a third of a step."""
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for parameter, value in HELD_IN_MEMORY:
            mallopt(parameter, value)
