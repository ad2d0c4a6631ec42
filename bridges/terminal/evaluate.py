"""``repetiteur evaluate``: measure the follower and the judge, or the ears, on a folder of labelled takes."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from repetiteur.bridges.terminal.options import (
    lookahead_argument,
    peer_soundfont_argument,
    peers_arguments,
    seconds,
    takes_arguments,
)

if TYPE_CHECKING:
    from repetiteur.benchmarks.campaign import Campaign
    from repetiteur.benchmarks.peers.measure import Measured
    from repetiteur.benchmarks.peers.roster import Peer
    from repetiteur.benchmarks.take_result import TakeResult
    from repetiteur.benchmarks.takes import Take


class _Named(Protocol):
    @property
    def id(self) -> str: ...


class _OfTake(Protocol):
    @property
    def take(self) -> _Named: ...


Result = TypeVar("Result", bound=_OfTake)

ABOUT = "measure accuracy over a folder of annotated takes"
SHOWN_LINES = 12
TO_STDOUT = "-"


def arguments(parser: argparse.ArgumentParser) -> None:
    takes_arguments(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--midi", action="store_true", help="follow the MIDI takes (the default)")
    what.add_argument("--audio", action="store_true", help="follow recordings from their sound")
    what.add_argument("--transcription", action="store_true",
                      help="how well the notes of recordings are heard")  # fmt: skip
    parser.add_argument("--rendered", type=Path, metavar="SOUNDFONT",
                        help="sound: the MIDI takes too, played by fluidsynth")  # fmt: skip
    parser.add_argument("--seconds", type=seconds, metavar="S",
                        help="sound: only so much of each take")  # fmt: skip
    lookahead_argument(parser)
    peers_arguments(parser)
    peer_soundfont_argument(parser, "that of --rendered")
    parser.add_argument(
        "--errors", action="store_true", help="say for each take where it got lost and misjudged"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("evaluation"), metavar="DIR",
        help="where report.json and report.html go (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--json",
        nargs="?",
        const=TO_STDOUT,
        metavar="FILE",
        help="JSON on stdout instead of tables, or to a file",
    )


def run(args: argparse.Namespace) -> int:
    return _transcription(args) if args.transcription else _following(args)


def _transcription(args: argparse.Namespace) -> int:
    from repetiteur.benchmarks.records import try_place, write_whole
    from repetiteur.benchmarks.transcription import campaign, tables
    from repetiteur.benchmarks.workers import default_workers

    report = args.out / "transcription.json"
    for place in (report, *([Path(args.json)] if args.json not in (None, TO_STDOUT) else [])):
        try_place(place)
    takes = campaign.chosen_takes(args.folder, args.take, args.set, args.rendered, args.seconds)
    peers = campaign.transcribers(args.peers, args.peer)
    jobs = args.jobs or default_workers()
    ours = _with_progress(campaign.listen(takes, args.lookahead, jobs), len(takes))
    ours.sort(key=lambda result: takes.index(result.take))
    theirs = _with_progress(
        campaign.listen_with_peers(args.peers, peers, ours, args.peer_limit, jobs), len(peers) * len(ours)
    )
    document = json.dumps(tables.as_plain(ours, theirs), indent=1)
    write_whole(report, document)
    if args.json == TO_STDOUT:
        print(document)
        return 0
    if args.json:
        write_whole(Path(args.json), document)
    tables.print_tables(ours, theirs)
    print(f"written: {report}")
    return 0


def _following(args: argparse.Namespace) -> int:
    from repetiteur.benchmarks import campaign, records, summary, tables
    from repetiteur.benchmarks.page import page
    from repetiteur.benchmarks.peers.comparison import compare
    from repetiteur.benchmarks.peers.tables import as_plain, print_groups
    from repetiteur.benchmarks.workers import default_workers

    if args.audio:
        chosen = args.folder, args.take, args.set, args.rendered, args.seconds
        plan = campaign.from_sound(*chosen, args.lookahead, args.peer_soundfont)
    else:
        plan = campaign.from_midi(args.folder, args.take, args.set)
    takes, jobs = plan.takes, args.jobs or default_workers()
    report, page_file = args.out / f"{plan.report}.json", args.out / f"{plan.report}.html"
    for place in (report, page_file, *([Path(args.json)] if args.json not in (None, TO_STDOUT) else [])):
        records.try_place(place)  # now, not after all the measuring
    peers = plan.peers(args.peers, args.peer)
    results = _with_progress(plan.ours(jobs), len(takes))
    results.sort(key=lambda result: _number(takes, result))
    each = [summary.summary(result.take.id, [result]) for result in results]
    together = summary.groups(results)
    document = records.as_json(results, each, together)
    measured = _with_peers(args, plan, peers, results, jobs)
    beside = compare(measured) if peers else []
    if peers:
        document = json.dumps(json.loads(document) | {"peers": as_plain(beside, measured)}, indent=1)
    records.write_whole(report, document)
    records.write_whole(page_file, page(f"Takes of {args.folder.name}", results, each, together, plan.tables))
    if args.json == TO_STDOUT:
        print(document)
        return 0
    if args.json:
        records.write_whole(Path(args.json), document)
    tables.print_tables(each, together, plan.tables)
    if peers:
        print_groups(beside, measured)
    if args.errors:
        _print_errors(results)
    print(f"written: {page_file}, {report}")
    return 0


def _with_peers(
    args: argparse.Namespace, plan: Campaign, peers: Sequence[Peer], results: Sequence[TakeResult], jobs: int
) -> list[Measured]:
    """Ours and every peer on every take."""
    from repetiteur.benchmarks.peers.measure import measure_ours

    if not peers:
        return []
    runs = plan.theirs(args.peers, peers, args.peer_limit, jobs)
    found = _with_progress(runs, len(peers) * len(plan.takes))
    order = {peer.name: number for number, peer in enumerate(peers)}
    found.sort(key=lambda item: (order[item.follower], _number(plan.takes, item)))
    return [*map(measure_ours, results), *found]


def _number(takes: Sequence[Take], result: _OfTake) -> int:
    """Which take it is of."""
    return next(number for number, take in enumerate(takes) if take.id == result.take.id)


def _with_progress(done: Iterator[Result], total: int) -> list[Result]:
    """Collect results under a progress bar on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    name = TextColumn("{task.description}")
    columns = (TextColumn("measuring"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), name)
    results = []
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as progress:
        task = progress.add_task("", total=total)
        for result in done:
            results.append(result)
            progress.update(task, advance=1, description=result.take.id)
    return results


def _print_errors(results: Sequence[TakeResult]) -> None:
    for result in results:
        if not result.lost_places and not result.doubtful:
            continue
        print(f"\n{result.take.id}")
        for place in result.lost_places[:SHOWN_LINES]:
            print(f"  {place}")
        _say_more(len(result.lost_places), "stretches")
        for line in result.doubtful[:SHOWN_LINES]:
            print(f"  {line}")
        _say_more(len(result.doubtful), "labels")


def _say_more(many: int, of_what: str) -> None:
    if many > SHOWN_LINES:
        print(f"  … and {many - SHOWN_LINES} more {of_what}")
