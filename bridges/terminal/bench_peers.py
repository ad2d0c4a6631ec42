"""``repetiteur bench peers``: other followers on the bundled piece, beside ours, in one run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from repetiteur.bridges.terminal.bench_tables import number, print_json, print_table
from repetiteur.bridges.terminal.options import peer_soundfont_argument, peers_arguments
from repetiteur.bridges.terminal.playing import tell_progress

if TYPE_CHECKING:
    from repetiteur.benchmarks.peers.bundled import Arrivals


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--source", choices=("midi", "sound", "both"), default="both",
                        help="of the bundled piece (default: %(default)s)")  # fmt: skip
    peers_arguments(parser)
    peer_soundfont_argument(parser, "fluidsynth's own")


def run(args: argparse.Namespace) -> int:
    """1 where one of the others stopped early."""
    from repetiteur.benchmarks.peers.bundled import from_midi, from_sound, online_peers
    from repetiteur.bridges.hearing import load_encoder

    python, limit_s = args.peers or Path(sys.executable), args.peer_limit
    by_hand, by_sound = online_peers(args.peers, args.peer)
    tables: dict[str, list[Arrivals]] = {}
    if args.source != "sound":
        tables["midi"] = _told(from_midi(python, by_hand, limit_s))
    if args.source != "midi":
        load_encoder()  # now, where it can be told that there is none
        tables["sound"] = _told(from_sound(python, by_sound, limit_s, args.peer_soundfont))
    if args.json:
        print_json(tables)
    else:
        for source, rows in tables.items():
            _print(source, rows)
    if not by_hand and not by_sound:
        print("no other follower beside it: name an interpreter that has some by --peers", file=sys.stderr)
    return int(any(row.trouble for rows in tables.values() for row in rows))


def _told(rows: Iterator[Arrivals]) -> list[Arrivals]:
    found = []
    for row in rows:
        found.append(row)
        tell_progress(row.follower)
    tell_progress("")
    return found


def _print(source: str, rows: list[Arrivals]) -> None:
    cost = "CPU ms a note, p50" if source == "midi" else "CPU ms for 10 ms, p50"
    head = ("follower", "onsets", "told after ms, p50", "p95", "p99", "off by 1 s, or never", cost, "p99", "")
    cells = [
        (row.follower, str(row.onsets), *(number(ms, 1) for ms in (row.p50_ms, row.p95_ms, row.p99_ms)),
         f"{row.off:.1%}", *(number(ms, 3) for ms in (row.cpu_p50_ms, row.cpu_p99_ms)), row.trouble)
        for row in rows
    ]  # fmt: skip
    print_table(f"The bundled piece from {source}", head, cells)

