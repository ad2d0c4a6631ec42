"""``repetiteur bench`` over annotated takes: jumps, planted mistakes, strangers, disturbances, ablations."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, TypeVar

from repetiteur.bridges.terminal.bench_tables import number, percent, print_json, print_table, with_progress
from repetiteur.bridges.terminal.options import lookahead_argument, peers_arguments, seconds, takes_arguments
from repetiteur.realtime.errors import InputError

if TYPE_CHECKING:
    from repetiteur.benchmarks.jumps import JumpResult
    from repetiteur.benchmarks.peers.roster import Peer
    from repetiteur.benchmarks.takes import Take

Result = TypeVar("Result")


def commands(chosen: Any) -> list[argparse.ArgumentParser]:
    """Adds them; ``chosen`` holds all that can be measured."""
    jumping = chosen.add_parser("jumps", help="how soon it is back after skips, restarts and repeats")
    planted = chosen.add_parser("mistakes", help="planted mistakes, and how many are found")
    without = chosen.add_parser("ablation", help="what each part of the follower is worth")
    strange = chosen.add_parser("strangers", help="every take followed in the score of another piece")
    disturbed = chosen.add_parser("disturbances", help="by ear, beside echo, noise, applause and talk")
    them_all = [jumping, planted, without, strange, disturbed]
    for command in them_all:
        takes_arguments(command)
    for command in (planted, strange, disturbed):
        about = "hear them from sound as well, played by fluidsynth"
        if command is disturbed:
            about = "what plays them, by fluidsynth"
        command.add_argument(
            "--rendered", type=Path, metavar="SOUNDFONT", help=about, required=command is disturbed
        )
        command.add_argument("--seconds", type=seconds, metavar="S", help="only so much of each take")
        lookahead_argument(command)
    planted.add_argument("--without-ladder", action="store_true",
                         help="and judge the same sound without the Ladder, and without any second hearing")
    peers_arguments(jumping)
    return them_all


def jumps(args: argparse.Namespace) -> int:
    from repetiteur.benchmarks.jumps import measure_jumps
    from repetiteur.benchmarks.jumps_summary import moves_per_50_minutes, summaries
    from repetiteur.benchmarks.peers.process import find_peers

    peers = find_peers(args.peers, args.peer)
    results = sorted(_over_takes(args, measure_jumps), key=lambda result: result.take)
    others = _peers_over_takes(args, peers)
    if args.json:
        return print_json(
            {
                "kinds": summaries(results),
                "wrong_moves_per_50_minutes": moves_per_50_minutes(results),
                "takes": results,
                "peers": {
                    who: {"kinds": summaries(theirs), "takes": theirs} for who, theirs in others.items()
                },
            }
        )
    for who, theirs in {"": results, **others}.items():
        _print_jumps(who, theirs)
    return 0


def _print_jumps(follower: str, results: Sequence[JumpResult]) -> None:
    from repetiteur.benchmarks.jumps_summary import moves_per_50_minutes, summaries

    head = ("jump", "times", "median s", "p95 s", "≤0.5 s", "≤2 s or 4 notes", "≤5 s", "never")
    cells = [
        (row.kind, str(row.times), number(row.median_s), number(row.p95_s), *map(percent, (
            row.within_half, row.within_2_or_4_notes, row.within_5, row.never)))
        for row in summaries(results)
    ]  # fmt: skip
    print_table(f"Back after a jump{follower and ': ' + follower}", head, cells)
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
    for done in with_progress(runs, len(online) * len(tasks)):
        found[done.follower].append(done.result)
    return found


def mistakes(args: argparse.Namespace) -> int:
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
        return print_json({"all": rows, "takes": takes})
    head = ("planted", "heard as", "notes", "correct", "F1", "missed", "P R F1", "extra", "P R F1",
            "false/100", "extra ms", "missed ms")  # fmt: skip
    cells = [
        (row.recipe, row.heard, str(row.notes), str(row.correct.true), _prf(row.correct).split()[-1],
         str(row.missed.true), _prf(row.missed), str(row.extra.true), _prf(row.extra),
         number(row.false_in_100), _p50_p90_ms(row.extra_delays_s), _p50_p90_ms(row.missed_delays_s))
        for row in rows
    ]  # fmt: skip
    print_table("Planted mistakes found, by pitch within 50 ms", head, cells)
    return 0


def strangers(args: argparse.Namespace) -> int:
    from repetiteur.benchmarks.by_ear import Listening
    from repetiteur.benchmarks.strangers import measure_stranger, pairs, pooled
    from repetiteur.benchmarks.workers import default_workers, in_parallel
    from repetiteur.bridges.hearing import load_encoder

    if args.rendered is not None:
        load_encoder()  # now, where it can be told that there is none
    work = partial(measure_stranger, soundfont=args.rendered, how=Listening(args.seconds, args.lookahead))
    chosen = pairs(_concert_takes(args))
    done = with_progress(in_parallel(work, chosen, args.jobs or default_workers()), len(chosen))
    results = [item for both in done for item in both]
    rows = pooled(results)
    if args.json:
        return print_json({"all": rows, "takes": results})
    head = ("heard as", "minutes", "lost", "noticed after s", "mistakes/min", "at most", "matches/min")
    cells = [
        (row.heard, number(row.lasts_s / 60), percent(row.lost_share),
         number(median(row.noticed_s or (math.inf,))), number(row.mistakes_per_minute),
         number(max(each.mistakes_per_minute for each in results if each.heard is row.heard)),
         number(row.matches_per_minute))
        for row in rows
    ]  # fmt: skip
    print_table("Takes followed in the score of another piece", head, cells)
    return 0


def disturbances(args: argparse.Namespace) -> int:
    from repetiteur.benchmarks.by_ear import Listening
    from repetiteur.benchmarks.disturbances import measure_disturbed, pooled
    from repetiteur.bridges.hearing import load_encoder

    load_encoder()  # now, where it can be told that there is none
    how = Listening(args.seconds, args.lookahead)
    work = partial(measure_disturbed, soundfont=args.rendered, how=how)
    rows = pooled([item for results in _over_takes(args, work) for item in results])
    if args.json:
        return print_json(rows)
    head = ("disturbance", "onsets", "≤100 ms", "median ms", "lost", "mistakes told/100 notes",
            "verdicts before or after", "positions before")  # fmt: skip
    cells = [
        (row.disturbance, str(row.onsets), percent(row.within_100), number(row.median_ms),
         percent(row.lost_share), number(row.mistakes_in_100), str(row.outside), str(row.moves))
        for row in rows
    ]  # fmt: skip
    print_table("Takes followed by ear in bad company", head, cells)
    return 0


def ablation(args: argparse.Namespace) -> int:
    from repetiteur.benchmarks.ablation import measure_variants
    from repetiteur.benchmarks.ablation_table import cells, head
    from repetiteur.benchmarks.ablation_variants import VARIANTS
    from repetiteur.benchmarks.workers import default_workers

    takes = _concert_takes(args)
    measured = measure_variants(VARIANTS, takes, args.jobs or default_workers())
    rows = list(with_progress(measured, len(VARIANTS)))
    if args.json:
        return print_json(rows)
    print_table(f"The follower without one of its parts, {len(takes)} takes", head(), cells(rows))
    return 0


def _over_takes(args: argparse.Namespace, work: Callable[[Take], Result]) -> Iterator[Result]:
    from repetiteur.benchmarks.workers import default_workers, in_parallel

    takes = _concert_takes(args)
    longest_first = sorted(takes, key=lambda take: -take.duration_s)
    return with_progress(in_parallel(work, longest_first, args.jobs or default_workers()), len(takes))


def _concert_takes(args: argparse.Namespace) -> list[Take]:
    from repetiteur.benchmarks.takes import Kind, chosen, read_takes

    takes = [t for t in chosen(read_takes(args.folder), args.take, args.set) if t.kind is Kind.CONCERT]
    if not takes:
        raise InputError(str(args.folder), "no such concert take in it", "leave --take and --set out")
    return takes


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
