"""Options about how urgent it is: priority, memory and cores."""

from __future__ import annotations

import argparse
from dataclasses import replace

from repetiteur.bridges.urgency import AS_EVERYBODY, PRIORITY, Urgency


def urgency_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``urgency_of`` asks."""
    parser.add_argument("--ordinary", action="store_true",
                        help="ask the system for neither real-time priority nor locked memory")  # fmt: skip
    parser.add_argument("--priority", type=_priority, default=PRIORITY, metavar="N",
                        help="real-time priority, 1 to 99 (default: %(default)s)")  # fmt: skip
    parser.add_argument("--cores", type=_cores, default=(), metavar="N,N",
                        help="run what is urgent on these cores alone, counted from 0")  # fmt: skip


def urgency_of(args: argparse.Namespace) -> Urgency:
    """What ``urgency_arguments`` asked for."""
    wanted = AS_EVERYBODY if args.ordinary else Urgency(args.priority)
    return replace(wanted, cores=args.cores)


def _priority(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 99:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no priority from 1 to 99")


def _cores(text: str) -> tuple[int, ...]:
    if all(part.isascii() and part.isdigit() for part in text.split(",")):
        return tuple(map(int, text.split(",")))
    raise argparse.ArgumentTypeError(f"{text!r} is no list of cores such as 2,3")
