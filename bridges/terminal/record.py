"""``repetiteur record``: follow a player with nothing but a journal."""

from __future__ import annotations

import argparse

from repetiteur.bridges.terminal.live import live_arguments, run_live

ABOUT = "write what is played to a journal"


def arguments(parser: argparse.ArgumentParser) -> None:
    live_arguments(parser)
    parser.add_argument("--journal", required=True, metavar="FILE", help="keep everything in this new file")


def run(args: argparse.Namespace) -> int:
    return run_live(args, open_outlets=lambda performance, cleanup: ())
