"""Options that several commands share, and what their values must be."""

from __future__ import annotations

import argparse
import atexit
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from repetiteur.bridges.hearing import A4
    from repetiteur.bridges.level import LevelMeter
    from repetiteur.realtime.hearing.ears import Ears

A4_FROM_HZ, A4_TO_HZ = 415, 466
ENGINES = ("auto", "numba", "torch", "compiled", "onnx", "cuda", "tensorrt", "tensorrt-fp32")


def parts_argument(parser: argparse.ArgumentParser) -> None:
    """``args.parts`` is a tuple of what was named, or None for all parts."""
    parser.add_argument("--parts", type=_split, metavar="PART,PART",
                        help="only these parts: numbers from 1, or pieces of names")  # fmt: skip


def takes_arguments(parser: argparse.ArgumentParser) -> None:
    """Which takes of a measuring set, and how many at once."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="manifest.json, scores, performances")
    parser.add_argument(
        "--take", metavar="TEXT", help="only takes with this in their name, or one of TEXT,TEXT"
    )
    parser.add_argument("--set", choices=("tune", "held", "all"), default="all",
                        help="without the held-back third, only it, or both")  # fmt: skip
    parser.add_argument("--jobs", type=at_least_one, metavar="N", help="processes (default: one per core)")


def peers_arguments(parser: argparse.ArgumentParser) -> None:
    """Other followers on the same takes: whose interpreter has them, which, and for how long."""
    parser.add_argument("--peers", type=Path, nargs="?", const=Path(sys.executable), metavar="PYTHON",
                        help="run other followers as well, those this Python has")  # fmt: skip
    parser.add_argument("--peer", action="append", metavar="NAME",
                        help="of these only that one; may be given several times")  # fmt: skip
    parser.add_argument("--peer-limit", type=seconds, default=300.0, metavar="S",
                        help="give it up on a take after so many seconds (default: %(default)g)")  # fmt: skip


def peer_soundfont_argument(parser: argparse.ArgumentParser, otherwise: str) -> None:
    """``args.peer_soundfont``. ``otherwise``: which it is where none is named."""
    parser.add_argument("--peer-soundfont", type=Path, metavar="SOUNDFONT",
                        help="sound: what plays the score to others who compare sound with sound "
                        f"(default: {otherwise})")  # fmt: skip


def lookahead_argument(parser: argparse.ArgumentParser) -> None:
    """``args.lookahead``: of provisional notes, s."""
    parser.add_argument("--lookahead", type=_lookahead, default=_lookahead("40"), metavar="MS",
                        help="sound: tell a note provisionally at most so long after it began, at 10, 20, 40 "
                        "or 80 ms; from 160 on nothing is provisional (default: 40)")  # fmt: skip


def ears_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``ears_of`` asks: the look-ahead, and ``args.a4``, None where nothing was said."""
    lookahead_argument(parser)
    parser.add_argument("--engine", choices=ENGINES, default=ENGINES[0],
                        help="sound: how the encoder is computed (default: the best there is)")  # fmt: skip
    parser.add_argument("--a4", type=_a4, metavar="HZ",
                        help=f"sound: tuned to {A4_FROM_HZ} to {A4_TO_HZ}, or auto: found out in the first "
                        "seconds (default: as calibrated, else auto; with another engine 440)")  # fmt: skip


def live_ears_arguments(parser: argparse.ArgumentParser) -> None:
    """As ``ears_arguments``, and what concerns devices, in ms: ``args.block``, and ``args.latency``, None
    where nothing was said."""
    ears_arguments(parser)
    parser.add_argument("--block", type=_block_ms, default=10.0, metavar="MS",
                        help="audio input: in blocks so long, 2.5 to 100 (default: 10)")  # fmt: skip
    parser.add_argument("--latency", type=_latency_ms, metavar="MS",
                        help="audio input: what comes is so much older than the device says "
                        "(default: as calibrated, else 0)")  # fmt: skip


def ears_of(
    args: argparse.Namespace, meter: LevelMeter | None = None, known_a4_hz: float | None = None
) -> Callable[[], Ears]:
    """Makes ears as ``ears_arguments`` asked for, to follow by. ``meter``: hears what they hear.
    ``known_a4_hz``: where nothing was asked."""

    def make() -> Ears:
        from repetiteur.bridges.hearing import A4_HZ, AUTO, make_ears
        from repetiteur.realtime.hearing.thresholds import FOLLOWING

        asked = known_a4_hz if args.a4 is None else args.a4
        otherwise = AUTO if args.engine in ("auto", "numba") else A4_HZ  # others cannot move their grid
        a4 = otherwise if asked is None else asked
        ears = make_ears(args.lookahead, FOLLOWING, a4, _say_tuned, args.engine, tell_problem)
        ears.meter = meter
        return ears

    return make


def tell_problem(line: str) -> None:
    """One line to the person at the terminal."""
    if line:
        print(line, file=sys.stderr, flush=True)


def _say_tuned(a4_hz: float) -> None:
    """At once, or where a line would tear a picture in a terminal, when all is over."""

    def say() -> None:
        print(f"A4 = {a4_hz:.1f} Hz, as heard", file=sys.stderr, flush=True)

    if sys.stdout.isatty():
        atexit.register(say)
    else:
        say()


def _latency_ms(text: str) -> float:
    return _milliseconds(text, -50.0, 1000.0)


def _block_ms(text: str) -> float:
    return _milliseconds(text, 2.5, 100.0)


def _milliseconds(text: str, lowest: float, highest: float) -> float:
    """For argparse."""
    try:
        if lowest <= float(text) <= highest:
            return float(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no number of milliseconds from {lowest:g} to {highest:g}")


def _a4(text: str) -> A4:
    """A frequency, or that it is to be found out; for argparse."""
    if text == "auto":
        return "auto"
    try:
        if A4_FROM_HZ <= float(text) <= A4_TO_HZ:
            return float(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no frequency from {A4_FROM_HZ} to {A4_TO_HZ} Hz, nor auto")


def _lookahead(text: str) -> float:
    """Milliseconds as seconds, for argparse."""
    if text.isascii() and text.isdigit() and 10 <= int(text) <= 1000:
        return int(text) / 1000
    raise argparse.ArgumentTypeError(f"{text!r} is no number of milliseconds from 10 to 1000")


def seconds(text: str) -> float:
    """A span of time, for argparse."""
    try:
        if 0.0 < float(text) < 1e9:
            return float(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")


def at_least_one(text: str) -> int:
    """A count, for argparse."""
    if text.isascii() and text.isdigit() and 0 < int(text) < 10_000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 up")


def _split(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))
