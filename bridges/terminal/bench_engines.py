"""``repetiteur bench engines``: every way to compute the encoder, what it costs, and whether it is right."""

from __future__ import annotations

import argparse
import math

from repetiteur.bridges.terminal.bench_tables import number, print_json, print_table
from repetiteur.bridges.terminal.options import ENGINES, at_least_one
from repetiteur.bridges.terminal.playing import tell_progress

HOPS = 300


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--engine", action="append", choices=ENGINES[1:],
                        help="only this one; may be given several times")  # fmt: skip
    parser.add_argument("--batch", type=at_least_one, action="append", metavar="N",
                        help="only so many listeners at once (default: 1, 4, 16 and 64)")  # fmt: skip
    parser.add_argument("--hops", type=at_least_one, default=HOPS, metavar="N",
                        help="of 10 ms (default: %(default)s)")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """1 where an engine gives other numbers than it may."""
    from repetiteur.benchmarks.engines import BATCHES, measure
    from repetiteur.models.engines.interface import EngineName

    names = [EngineName(name) for name in args.engine or EngineName]
    rows = []
    for row in measure(names, args.batch or BATCHES, args.hops):
        rows.append(row)
        tell_progress(f"{row.engine}, {row.listeners} listeners")
    tell_progress("")
    if args.json:
        print_json(rows)
    else:
        head = ("engine", "listeners", "ms/hop p50", "p99", "µs each", "difference", "allowed", "ready s", "")
        cells = [
            (row.engine, str(row.listeners), *map(number, (row.p50_ms, row.p99_ms)),
             number(row.each_us, 0), _tiny(row.difference), f"{row.tolerance:g}", number(row.ready_s),
             row.why_not)
            for row in rows
        ]  # fmt: skip
        print_table("One hop of 10 ms of all listeners together", head, cells)
    return 0 if all(math.isnan(row.difference) or row.difference <= row.tolerance for row in rows) else 1


def _tiny(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.1e}"
