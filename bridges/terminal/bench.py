"""``repetiteur bench``: everything that can be measured without hardware."""

from __future__ import annotations

import argparse

from repetiteur.bridges.terminal import bench_engines, bench_latency, bench_peers, bench_takes
from repetiteur.bridges.terminal.bench_tables import print_json, print_table, with_progress
from repetiteur.bridges.terminal.options import ENGINES, at_least_one, seconds
from repetiteur.realtime.errors import InputError

ABOUT = "measure speed on this machine, and jumps, planted mistakes and ablations on annotated takes"


def arguments(parser: argparse.ArgumentParser) -> None:
    chosen = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    over_takes = bench_takes.commands(chosen)
    latency = chosen.add_parser("latency", help="from a note to OSC received, stage by stage")
    bench_latency.arguments(latency)
    engines = chosen.add_parser("engines", help="every way to compute the encoder, and what it costs")
    bench_engines.arguments(engines)
    others = chosen.add_parser("peers", help="other followers on the bundled piece, beside ours")
    bench_peers.arguments(others)
    scale = chosen.add_parser("scale", help="scores of 100 to 200,000 notes, 1 to 64 sessions of sound")
    scale.add_argument("--only", choices=("scores", "sessions"), help="one of the two")
    scale.add_argument("--engine", choices=ENGINES[1:], default=ENGINES[1],
                       help="of the ears; another than %(default)s is shared by all sessions")  # fmt: skip
    scale.add_argument("--sessions", type=at_least_one, action="append", metavar="N",
                       help="only so many at once (default: 1 to 64)")  # fmt: skip
    hearing = chosen.add_parser("hearing", help="what 10 ms of sound cost until they are features")
    hearing.add_argument(
        "--seconds", type=seconds, default=10.0, help="how long to listen in real time (default: 10)"
    )
    page = chosen.add_parser("page", help="from an event to its paint on the page, in Chromium")
    page.add_argument("--events", type=at_least_one, default=400, help="how many (default: %(default)s)")
    for command in (*over_takes, latency, engines, others, scale, hearing, page):
        command.add_argument("--json", action="store_true", help="JSON on stdout instead of tables")


def run(args: argparse.Namespace) -> int:
    what = {
        "jumps": bench_takes.jumps, "mistakes": bench_takes.mistakes, "strangers": bench_takes.strangers,
        "disturbances": bench_takes.disturbances, "ablation": bench_takes.ablation,
        "latency": bench_latency.run, "engines": bench_engines.run, "peers": bench_peers.run, "scale": _scale,
        "hearing": _hearing, "page": _page,
    }  # fmt: skip
    return what[args.what](args)


def _scale(args: argparse.Namespace) -> int:
    from repetiteur.benchmarks import scale, scale_sessions
    from repetiteur.models.engines.interface import UnavailableError

    scores = [] if args.only == "sessions" else list(with_progress(scale.measure(), len(scale.SIZES)))
    counts = () if args.only == "scores" else args.sessions or scale_sessions.SESSIONS
    measured = scale_sessions.measure(counts, engine=args.engine)
    try:
        sessions = list(with_progress(measured, len(counts)))
    except UnavailableError as error:
        raise InputError("--engine", str(error), "choose another one") from None
    if args.json:
        return print_json({"scores": scores, "sessions": sessions})
    if scores:
        head = ("notes", "start-up s", "memory MB", "µs/note p50", "p99", "jumping p50", "p99")
        cells = [
            (str(row.notes), f"{row.start_up_s:.2f}", f"{row.memory_mb:.1f}", *(f"{us:.0f}" for us in
             (row.steady_p50_us, row.steady_p99_us, row.jumping_p50_us, row.jumping_p99_us)))
            for row in scores
        ]  # fmt: skip
        print_table("Cost against the length of the score", head, cells)
    if sessions:
        head = ("sessions of sound", "threads", "ms until all heard 10 ms, p50", "p99", "each, p50", "p99",
                "share of real time")  # fmt: skip
        cells = [
            (str(row.sessions), str(row.threads), *(f"{ms:.2f}" for ms in
             (row.p50_ms, row.p99_ms, row.each_p50_ms, row.each_p99_ms)), f"{row.share:.2f}")
            for row in sessions
        ]  # fmt: skip
        print_table("Many players heard and followed at once", head, cells)
    return 0


def _hearing(args: argparse.Namespace) -> int:
    from repetiteur.benchmarks.hearing_cost import measure

    rows = measure(args.seconds)
    if args.json:
        return print_json(rows)
    head = ("µs per 10 ms of sound", "hops", "p50", "p99", "worst")
    cells = [
        (row.what, str(row.hops), *(f"{us:.1f}" for us in (row.p50_us, row.p99_us, row.worst_us)))
        for row in rows
    ]  # fmt: skip
    print_table("From sound to spectra and descriptors, on one core", head, cells)
    return 0


def _page(args: argparse.Namespace) -> int:
    from repetiteur.benchmarks.page_update import measure

    rows = measure(args.events)
    if args.json:
        return print_json(rows)
    head = ("ms", "events", "p50", "p90", "p99", "worst")
    cells = [
        (row.what, str(row.events), *(f"{ms:.1f}" for ms in
         (row.p50_ms, row.p90_ms, row.p99_ms, row.worst_ms)))
        for row in rows
    ]  # fmt: skip
    print_table("From an event to its paint on the page", head, cells)
    return 0
