"""``repetiteur bench``: what can be measured, and the tables of most of it."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, TypeVar

from repetiteur.bridges.terminal import bench_engines, bench_latency, bench_peers
from repetiteur.bridges.terminal.options import (
    ENGINES,
    at_least_one,
    lookahead_argument,
    peers_arguments,
    seconds,
    takes_arguments,
)
from repetiteur.realtime.errors import InputError

if TYPE_CHECKING:
    from repetiteur.benchmarks.jumps import JumpResult
    from repetiteur.benchmarks.peers.roster import Peer
    from repetiteur.benchmarks.takes import Take

ABOUT = "measure speed on this machine, and jumps, planted mistakes and ablations on annotated takes"
Result = TypeVar("Result")
Cells = Sequence[str]


def arguments(parser: argparse.ArgumentParser) -> None:
    chosen = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    jumps = chosen.add_parser("jumps", help="how soon the follower is back after skips, restarts and repeats")
    mistakes = chosen.add_parser("mistakes", help="planted mistakes, and how many are found")
    ablation = chosen.add_parser("ablation", help="what each part of the follower is worth")
    strangers = chosen.add_parser("strangers", help="every take followed in the score of another piece")
    for command in (jumps, mistakes, strangers, ablation):
        takes_arguments(command)
    for command in (mistakes, strangers):
        command.add_argument("--rendered", type=Path, metavar="SOUNDFONT",
                             help="hear them from sound as well, played by fluidsynth")  # fmt: skip
        command.add_argument("--seconds", type=seconds, metavar="S", help="only so much of each take")
        lookahead_argument(command)
    mistakes.add_argument("--without-ladder", action="store_true",
                          help="and judge the same sound without the Ladder, and without any second hearing")
    peers_arguments(jumps)
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
    for command in (jumps, mistakes, strangers, ablation, latency, engines, others, scale, hearing, page):
        command.add_argument("--json", action="store_true", help="JSON on stdout instead of tables")


def run(args: argparse.Namespace) -> int:
    what = {
        "jumps": _jumps, "mistakes": _mistakes, "strangers": _strangers, "ablation": _ablation,
        "latency": bench_latency.run, "engines": bench_engines.run, "peers": bench_peers.run, "scale": _scale,
        "hearing": _hearing, "page": _page,
    }  # fmt: skip
    return what[args.what](args)


def _jumps(args: argparse.Namespace) -> int:
    from repetiteur.benchmarks.jumps import measure_jumps
    from repetiteur.benchmarks.jumps_summary import moves_per_50_minutes, summaries
    from repetiteur.benchmarks.peers.process import find_peers

    peers = find_peers(args.peers, args.peer)
    results = sorted(_over_takes(args, measure_jumps), key=lambda result: result.take)
    others = _peers_over_takes(args, peers)
    if args.json:
        return _print_json(
            {
                "kinds": summaries(results),
                "wrong_moves_per_50_minutes": moves_per_50_minutes(results),
                "takes": results,
                "peers": {who: {"kinds": summaries(jumps), "takes": jumps} for who, jumps in others.items()},
            }
        )
    for who, jumps in {"": results, **others}.items():
        _print_jumps(who, jumps)
    return 0


def _print_jumps(follower: str, results: Sequence[JumpResult]) -> None:
    from repetiteur.benchmarks.jumps_summary import moves_per_50_minutes, summaries

    head = ("jump", "times", "median s", "p95 s", "≤0.5 s", "≤2 s or 4 notes", "≤5 s", "never")
    cells = [
        (row.kind, str(row.times), _number(row.median_s), _number(row.p95_s), *map(_percent, (
            row.within_half, row.within_2_or_4_notes, row.within_5, row.never)))
        for row in summaries(results)
    ]  # fmt: skip
    _print_table(f"Back after a jump{follower and ': ' + follower}", head, cells)
    minutes = sum(result.clean_s for result in results) / 60
    moves = moves_per_50_minutes(results)
    print(f"wrong moves of more than a beat in {minutes:.0f} minutes of plain playing: ", end="")
    print(f"{sum(result.wrong_moves for result in results)} ({moves:.1f} in 50 minutes)")


def _peers_over_takes(args: argparse.Namespace, peers: Sequence[Peer]) -> dict[str, list[JumpResult]]:
    """Every peer's jumps, by its name; of those that report places while notes come in."""
    from repetiteur.benchmarks.peers.campaign import over_peers
    from repetiteur.benchmarks.peers.jumps import measure_peer_jumps
    from repetiteur.benchmarks.peers.task import prepare
    from repetiteur.benchmarks.workers import default_workers

    online = [peer for peer in peers if peer.online]
    if not online:
        return {}
    tasks = [prepare(take) for take in _concert_takes(args)]
    workers = args.jobs or default_workers()
    runs = over_peers(args.peers, online, tasks, measure_peer_jumps, args.peer_limit, workers)
    found: dict[str, list[JumpResult]] = {peer.name: [] for peer in online}
    for done in _with_progress(runs, len(online) * len(tasks)):
        found[done.follower].append(done.result)
    return found


def _mistakes(args: argparse.Namespace) -> int:
    from repetiteur.benchmarks.by_ear import Listening
    from repetiteur.benchmarks.mistakes import INSTEAD_OF_LADDER, measure_mistakes, pooled
    from repetiteur.bridges.hearing import load_encoder

    if args.rendered is not None:
        load_encoder()  # now, where it can be told that there is none
    how = Listening(args.seconds, args.lookahead)
    instead = tuple(INSTEAD_OF_LADDER) if args.without_ladder else ()
    work = partial(measure_mistakes, soundfont=args.rendered, how=how, instead=instead)
    results = [item for results in _over_takes(args, work) for item in results]
    rows = pooled(results)
    if args.json:
        takes = sorted(results, key=lambda item: (item.recipe, item.heard, item.name))
        return _print_json({"all": rows, "takes": takes})
    head = ("planted", "heard as", "notes", "correct", "F1", "missed", "P R F1", "extra", "P R F1",
            "false/100", "extra ms", "missed ms")  # fmt: skip
    cells = [
        (row.recipe, row.heard, str(row.notes), str(row.correct.true), _prf(row.correct).split()[-1],
         str(row.missed.true), _prf(row.missed), str(row.extra.true), _prf(row.extra),
         _number(row.false_in_100), _p50_p90_ms(row.extra_delays_s), _p50_p90_ms(row.missed_delays_s))
        for row in rows
    ]  # fmt: skip
    _print_table("Planted mistakes found, by pitch within 50 ms", head, cells)
    return 0


def _strangers(args: argparse.Namespace) -> int:
    from repetiteur.benchmarks.by_ear import Listening
    from repetiteur.benchmarks.strangers import measure_stranger, pairs, pooled
    from repetiteur.benchmarks.workers import default_workers, in_parallel
    from repetiteur.bridges.hearing import load_encoder

    if args.rendered is not None:
        load_encoder()  # now, where it can be told that there is none
    work = partial(measure_stranger, soundfont=args.rendered, how=Listening(args.seconds, args.lookahead))
    chosen = pairs(_concert_takes(args))
    done = _with_progress(in_parallel(work, chosen, args.jobs or default_workers()), len(chosen))
    results = [item for both in done for item in both]
    rows = pooled(results)
    if args.json:
        return _print_json({"all": rows, "takes": results})
    head = ("heard as", "minutes", "lost", "noticed after s", "mistakes/min", "at most", "matches/min")
    cells = [
        (row.heard, _number(row.lasts_s / 60), _percent(row.lost_share),
         _number(median(row.noticed_s or (math.inf,))), _number(row.mistakes_per_minute),
         _number(max(each.mistakes_per_minute for each in results if each.heard is row.heard)),
         _number(row.matches_per_minute))
        for row in rows
    ]  # fmt: skip
    _print_table("Takes followed in the score of another piece", head, cells)
    return 0


def _ablation(args: argparse.Namespace) -> int:
    from repetiteur.benchmarks.ablation import measure_variants
    from repetiteur.benchmarks.ablation_table import cells, head
    from repetiteur.benchmarks.ablation_variants import VARIANTS
    from repetiteur.benchmarks.workers import default_workers

    takes = _concert_takes(args)
    measured = measure_variants(VARIANTS, takes, args.jobs or default_workers())
    rows = list(_with_progress(measured, len(VARIANTS)))
    if args.json:
        return _print_json(rows)
    _print_table(f"The follower without one of its parts, {len(takes)} takes", head(), cells(rows))
    return 0


def _scale(args: argparse.Namespace) -> int:
    from repetiteur.benchmarks import scale, scale_sessions
    from repetiteur.models.engines.interface import UnavailableError

    scores = [] if args.only == "sessions" else list(_with_progress(scale.measure(), len(scale.SIZES)))
    counts = () if args.only == "scores" else args.sessions or scale_sessions.SESSIONS
    measured = scale_sessions.measure(counts, engine=args.engine)
    try:
        sessions = list(_with_progress(measured, len(counts)))
    except UnavailableError as error:
        raise InputError("--engine", str(error), "choose another one") from None
    if args.json:
        return _print_json({"scores": scores, "sessions": sessions})
    if scores:
        head = ("notes", "start-up s", "memory MB", "µs/note p50", "p99", "jumping p50", "p99")
        cells = [
            (str(row.notes), f"{row.start_up_s:.2f}", f"{row.memory_mb:.1f}", *(f"{us:.0f}" for us in
             (row.steady_p50_us, row.steady_p99_us, row.jumping_p50_us, row.jumping_p99_us)))
            for row in scores
        ]  # fmt: skip
        _print_table("Cost against the length of the score", head, cells)
    if sessions:
        head = ("sessions of sound", "threads", "ms until all heard 10 ms, p50", "p99", "each, p50", "p99",
                "share of real time")  # fmt: skip
        cells = [
            (str(row.sessions), str(row.threads), *(f"{ms:.2f}" for ms in
             (row.p50_ms, row.p99_ms, row.each_p50_ms, row.each_p99_ms)), f"{row.share:.2f}")
            for row in sessions
        ]  # fmt: skip
        _print_table("Many players heard and followed at once", head, cells)
    return 0


def _hearing(args: argparse.Namespace) -> int:
    from repetiteur.benchmarks.hearing_cost import measure

    rows = measure(args.seconds)
    if args.json:
        return _print_json(rows)
    head = ("µs per 10 ms of sound", "hops", "p50", "p99", "worst")
    cells = [
        (row.what, str(row.hops), *(f"{us:.1f}" for us in (row.p50_us, row.p99_us, row.worst_us)))
        for row in rows
    ]  # fmt: skip
    _print_table("From sound to spectra and descriptors, on one core", head, cells)
    return 0


def _page(args: argparse.Namespace) -> int:
    from repetiteur.benchmarks.page_update import measure

    rows = measure(args.events)
    if args.json:
        return _print_json(rows)
    head = ("ms", "events", "p50", "p90", "p99", "worst")
    cells = [
        (row.what, str(row.events), *(f"{ms:.1f}" for ms in
         (row.p50_ms, row.p90_ms, row.p99_ms, row.worst_ms)))
        for row in rows
    ]  # fmt: skip
    _print_table("From an event to its paint on the page", head, cells)
    return 0


def _over_takes(args: argparse.Namespace, work: Callable[[Take], Result]) -> Iterator[Result]:
    from repetiteur.benchmarks.workers import default_workers, in_parallel

    takes = _concert_takes(args)
    longest_first = sorted(takes, key=lambda take: -take.duration_s)
    return _with_progress(in_parallel(work, longest_first, args.jobs or default_workers()), len(takes))


def _concert_takes(args: argparse.Namespace) -> list[Take]:
    from repetiteur.benchmarks.takes import Kind, chosen, read_takes

    takes = [t for t in chosen(read_takes(args.folder), args.take, args.set) if t.kind is Kind.CONCERT]
    if not takes:
        raise InputError(str(args.folder), "no such concert take in it", "leave --take and --set out")
    return takes


def _with_progress(done: Iterable[Result], total: int) -> Iterator[Result]:
    from rich.console import Console
    from rich.progress import track

    return iter(list(track(done, "measuring", total=total, console=Console(file=sys.stderr), transient=True)))


def _print_table(title: str, head: Cells, rows: Iterable[Cells]) -> None:
    from repetiteur.benchmarks.tables import print_table

    print_table(title, head, rows)


def _print_json(what: Any) -> int:
    from repetiteur.benchmarks.records import plain

    print(json.dumps(plain(what), indent=1))
    return 0


def _number(value: float) -> str:
    return "-" if math.isnan(value) else "∞" if math.isinf(value) else f"{value:.2f}"


def _percent(share: float) -> str:
    return "-" if math.isnan(share) else f"{share * 100:.1f} %"


def _p50_p90_ms(delays_s: Sequence[float]) -> str:
    """p50 and p90 in ms."""
    ranked = sorted(delays_s)
    return (
        " ".join(f"{ranked[int(share * (len(ranked) - 1))] * 1000:.0f}" for share in (0.5, 0.9))
        if ranked
        else "-"
    )


def _prf(count: Any) -> str:
    return " ".join(f"{value:.3f}".removeprefix("0") for value in (count.precision, count.recall, count.f1))
