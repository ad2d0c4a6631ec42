"""``repetiteur bench latency``: how long it takes from a note until other programs know of it."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repetiteur.bridges.terminal.options import seconds
from repetiteur.bridges.terminal.playing import tell_progress
from repetiteur.bridges.terminal.urgency_options import urgency_arguments, urgency_of
from repetiteur.realtime.errors import InputError

if TYPE_CHECKING:
    from repetiteur.benchmarks.latency.material import Material
    from repetiteur.benchmarks.latency.run import Run

MINUTE_S = 60.0
DEADLINE_MS = 10.0
MUCH_STOLEN_MS = 10.0
LATE_SHOWN = 20  # notes; --json has all


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("score", type=Path, nargs="?", help="a score (default: the bundled piece)")
    parser.add_argument("performance", type=Path, nargs="?",
                        help="somebody playing it: a MIDI file or a recording")  # fmt: skip
    parser.add_argument("--source", choices=("midi", "sound", "both"), default="both",
                        help="of the bundled piece (default: %(default)s)")  # fmt: skip
    parser.add_argument("--seconds", type=seconds, default=60.0,
                        help="how long to play (default: %(default)g)")  # fmt: skip
    parser.add_argument("--soak", type=seconds, metavar="MINUTES",
                        help="play so long instead, and watch memory, drift and tail")  # fmt: skip
    parser.add_argument("--block", type=seconds, default=5.0, metavar="MS",
                        help="sound: length of a block of the device (default: %(default)g)")  # fmt: skip
    parser.add_argument("--jitter", type=_not_negative, default=0.5, metavar="MS",
                        help="the device is late, up to so much (default: %(default)g)")  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, help="of that chance (default: %(default)s)")
    parser.add_argument("--drift", type=float, default=0.0, metavar="PPM",
                        help="sound: the device is slower than it says by so many millionths")  # fmt: skip
    parser.add_argument("--deadline", type=seconds, default=DEADLINE_MS, metavar="MS",
                        help="later than this after the last sample needed counts as missed "
                        "(default: %(default)g)")  # fmt: skip
    parser.add_argument("--load", action="store_true", help="beside other programs that want every core")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page with pictures, too")
    parser.add_argument("--compare", type=Path, metavar="JSON", help="with what --json printed another time")
    urgency_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """1 where a deadline was missed or something was lost."""
    from repetiteur.benchmarks.latency.run import Manner, measure
    from repetiteur.benchmarks.records import plain, try_place, write_whole
    from repetiteur.realtime.version import __version__

    if args.html is not None:
        try_place(args.html)
    before = None if args.compare is None else _read(args.compare)
    play_s = args.seconds if args.soak is None else args.soak * MINUTE_S
    manner = Manner(
        play_s, args.block / 1e3, args.jitter / 1e3, args.seed, args.deadline / 1e3, urgency_of(args),
        args.load, args.drift,
    )  # fmt: skip
    runs = []
    for material in _materials(args):
        tell_progress(f"playing {play_s:.0f} s, {len(runs) + 1}. time")
        runs.append(measure(material, manner))
    tell_progress("")
    asked = {name: value for name, value in vars(args).items() if isinstance(value, int | float | str | bool)}
    report: dict[str, Any] = {"version": __version__, "asked": asked, "runs": plain(runs)}
    compared = [] if before is None else _compared(before, report)
    if args.json:
        print(json.dumps(report | {"changes": plain(compared)} if compared else report, indent=1))
    else:
        for each in runs:
            _print_run(each)
        _print_changes(compared)
    if args.html is not None:
        from repetiteur.benchmarks.latency.page import page

        write_whole(args.html, page(runs, compared))
    return 0 if all(_good(each) for each in runs) else 1


def _materials(args: argparse.Namespace) -> list[Material]:
    from repetiteur.benchmarks.latency import material

    if args.score is None:
        made: list[Material] = []
        if args.source != "sound":
            made.append(material.bundled_midi())
        if args.source != "midi":
            made.append(material.bundled_sound())
        return made
    if args.performance is None:
        remedy = "give a MIDI file or a recording as well, or neither"
        raise InputError(str(args.score), "a score but nobody playing it", remedy)
    return [material.read_material(args.score, args.performance)]


def _good(run: Run) -> bool:
    lost = run.lost
    return not (lost.inputs or lost.blocks or lost.packets or any(row.missed for row in run.rows))


def _print_run(run: Run) -> None:
    from repetiteur.benchmarks.tables import print_table

    head = ("ms", "what", "times", "p50", "p95", "p99", "p99.9", "max", "missed")
    cells = [
        (row.what, str(row.part), str(row.count), *map(_ms, (row.p50_ms, row.p95_ms, row.p99_ms, row.p999_ms,
         row.max_ms)), "" if row.missed is None else str(row.missed))
        for row in run.rows
    ]  # fmt: skip
    beside = f", beside {run.load} greedy programs" if run.load else ""
    print_table(f"From {run.source} to OSC received, {run.seconds:.0f} s{beside}", head, cells)
    lost = run.lost
    print(f"lost: {lost.inputs} inputs, {lost.blocks} blocks, {lost.packets} packets; "
          f"{lost.late_blocks} blocks came late to begin with")  # fmt: skip
    grown = "unknown" if math.isnan(run.memory_growth) else f"{run.memory_growth:+.2%}"
    print(f"memory {run.memory_mb:.0f} MB ({grown} once settled), {run.cpu:.2f} cores, "
          f"drift {run.drift_ms:+.2f} ms")  # fmt: skip
    for late in run.late[:LATE_SHOWN]:
        print(f"at {late.t_s:.1f} s late, {late.took_ms:.1f} ms: {late.longest} {late.longest_ms:.1f}; "
              f"taken by the host: {_ms(late.stolen_ms)}")  # fmt: skip
    print(_stolen(run))
    print(run.machine)
    for line in run.refused:
        print(f"refused: {line}")
    print()


def _stolen(run: Run) -> str:
    """Whether the host of a virtual machine is to blame."""
    if math.isnan(run.stolen_s):
        return "whether the host gave the cores to others is unknown"
    said = f"the host gave the cores to others for {run.stolen_s:.2f} s in all"
    if not run.late:
        return said
    robbed = sum(each.stolen_ms >= MUCH_STOLEN_MS for each in run.late)
    often = sum(each.stolen_ms >= MUCH_STOLEN_MS for each in run.timeline) / max(len(run.timeline), 1)
    return (
        f"{said}; {robbed} of {len(run.late)} late notes came within a second of {MUCH_STOLEN_MS:g} ms of it "
        f"or more, as {often:.1%} of the time does"
    )


def _compared(before: dict[str, Any], report: dict[str, Any]) -> Sequence[Any]:
    from repetiteur.benchmarks.latency.compare import changes

    return list(changes(before, report))


def _print_changes(changes: Sequence[Any]) -> None:
    from repetiteur.benchmarks.tables import print_table

    if changes:
        head = ("", "from", "figure", "before ms", "now ms", "ratio", "verdict")
        cells = [
            (each.what, each.source, each.figure, _ms(each.before_ms), _ms(each.after_ms),
             _ms(each.ratio), str(each.verdict))
            for each in changes
        ]  # fmt: skip
        print_table("Against the other report", head, cells)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(str(path), f"cannot be read: {error}", "give what --json wrote") from None
    if not isinstance(found, dict):
        raise InputError(str(path), "not a report", "give what --json wrote")
    return found


def _ms(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"


def _not_negative(text: str) -> float:
    try:
        if 0.0 <= float(text) < 1e6:
            return float(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 up")
