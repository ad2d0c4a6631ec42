"""``repetiteur train``: make sampled pianos, and train the encoder on performances played on them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from repetiteur.realtime.errors import InputError

if TYPE_CHECKING:
    import torch
    from rich.progress import Progress

    from repetiteur.bridges.training.run import Told

ABOUT = "train the networks: sampled instruments, then the encoder"
HELD_IN_MEMORY = (-4, 0), (-1, 2**31 - 1), (-2, 256 << 20)  # M_MMAP_MAX, M_TRIM_THRESHOLD, M_TOP_PAD


def arguments(parser: argparse.ArgumentParser) -> None:
    chosen = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    sounds = chosen.add_parser("sounds", help="sampled pianos from the soundfonts that are installed")
    sounds.add_argument("--recordings", type=Path, metavar="DIR", help="recorded notes named like C4v8.ogg")
    encoder = chosen.add_parser("encoder", help="the net that hears notes")
    encoder.add_argument("--data", type=Path, required=True, metavar="DIR", help="performances to play")
    encoder.add_argument(
        "--out", type=Path, default=Path("training"), metavar="DIR", help="log, checkpoint, weights"
    )
    encoder.add_argument("--steps", type=int, default=20_000, help="in all (default: %(default)s)")
    encoder.add_argument("--width", type=int, default=32, help="channels per key (default: %(default)s)")
    encoder.add_argument(
        "--batch", type=int, default=4, help="stretches of 7 s to a step (default: %(default)s)"
    )
    encoder.add_argument("--rate", type=float, default=2e-3, help="learning rate (default: %(default)s)")
    encoder.add_argument("--seed", type=int, default=1)
    encoder.add_argument("--device", help="cpu or cuda (default: a GPU if there is one)")
    for command in (sounds, encoder):
        about = "the sampled pianos (default: sounds)"
        command.add_argument("--sounds", type=Path, default=Path("sounds"), metavar="DIR", help=about)


def run(args: argparse.Namespace) -> int:
    return _sounds(args) if args.what == "sounds" else _encoder(args)


def _sounds(args: argparse.Namespace) -> int:
    from repetiteur.bridges.training.timbres import make_banks

    for name in make_banks(args.sounds, args.recordings):
        print(f"made {args.sounds / name}")
    return 0


def _encoder(args: argparse.Namespace) -> int:
    try:
        import torch
    except ImportError as error:
        raise InputError("torch", "is missing", "pip install 'repetiteur[models]'") from error
    from repetiteur.bridges.training.performances import read_performances
    from repetiteur.bridges.training.run import WEIGHTS, train
    from repetiteur.bridges.training.timbres import held_out_piano, names, training_instruments
    from repetiteur.models.encoder.training import Recipe

    device = torch.device(args.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    recipe = Recipe(args.steps, args.width, args.batch, rate=args.rate, seed=args.seed)
    performances, instruments = read_performances(args.data), training_instruments(args.sounds)
    if not instruments:
        raise InputError(str(args.sounds), "no sampled instrument in it", "run: repetiteur train sounds")
    held_out = held_out_piano(args.sounds)
    hours = sum(performance.duration_s for performance in performances) / 3600
    print(f"{len(performances)} performances, {hours:.0f} h, on {names(instruments)}")
    print(f"examined on {held_out.name}")
    _keep_memory()
    with _progress(recipe.steps) as progress:
        tell = _teller(progress, recipe.steps)
        train(recipe, args.out, performances, instruments, held_out, device, _threads(device), tell)
    print(f"written: {args.out / WEIGHTS}")
    return 0


def _teller(progress: Progress, steps: int) -> Callable[[Told], None]:
    task = progress.add_task("", total=steps)

    def tell(told: Told) -> None:
        progress.update(task, completed=told.step, description=f"{told.hours:.1f} h heard")
        parts = "  ".join(f"{name} {part:.3f}" for name, part in told.parts.items())
        progress.console.print(f"{told.step:>7}  {parts}")
        if told.marks:
            marks = "  ".join(f"{(delay + 1) * 10} ms {mark.f1:.3f}" for delay, mark in told.marks.items())
            progress.console.print(f"{'':>7}  onset F1 by look-ahead: {marks}")

    return tell


def _progress(steps: int) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    name = TextColumn("{task.description}")
    columns = (TextColumn("training"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), name)
    return Progress(*columns, console=Console(file=sys.stderr))


def _threads(device: torch.device) -> int:
    """For making batches: a CPU that learns needs its cores for that."""
    return max(1, (os.cpu_count() or 1) - 1) if device.type == "cuda" else 1


def _keep_memory() -> None:
    """Have the C library hold on to freed memory: every step needs the same large blocks again, and asking
    the system for them anew takes a third of a step."""
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for parameter, value in HELD_IN_MEMORY:
            mallopt(parameter, value)
