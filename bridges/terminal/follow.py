"""``repetiteur follow``: follow a player live and tell other programs."""

from __future__ import annotations

import argparse
from functools import partial

from repetiteur.bridges.midi_out import dying_cleanly
from repetiteur.bridges.terminal.live import live_arguments, run_live
from repetiteur.bridges.terminal.midi_out_options import check_midi_through, midi_through_argument
from repetiteur.bridges.terminal.outlets import open_outlets, outlet_arguments
from repetiteur.bridges.wire.osc_server import DEFAULT_PORT as OSC_PORT

ABOUT = "follow a player live"


def arguments(parser: argparse.ArgumentParser) -> None:
    live_arguments(parser)
    outlet_arguments(parser, osc_in=OSC_PORT)
    midi_through_argument(parser)
    parser.add_argument("--journal", metavar="FILE", help="keep everything in this new file")


def run(args: argparse.Namespace) -> int:
    check_midi_through(args)
    with dying_cleanly():
        osc_goes_to = ", ".join(map(str, args.osc)) or None
        return run_live(args, partial(open_outlets, args), args.midi_through, osc_goes_to)
