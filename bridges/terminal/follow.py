"""``repetiteur follow``: follow a player live and tell other programs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from repetiteur.bridges.midi_out import dying_cleanly
from repetiteur.bridges.session_controls import SessionControls
from repetiteur.bridges.terminal.host_options import hosts_arguments, wanted_hosts
from repetiteur.bridges.terminal.live import Opened, live_arguments, run_live
from repetiteur.bridges.terminal.midi_out_options import (
    clock_to,
    midi_out_arguments,
    midi_through_argument,
    wanted_midi_out,
)
from repetiteur.bridges.wire.endpoint import endpoint
from repetiteur.bridges.wire.msgpack_server import DEFAULT_PORT as MSGPACK_PORT
from repetiteur.bridges.wire.msgpack_server import MsgpackServer
from repetiteur.bridges.wire.osc_server import DEFAULT_PORT as OSC_PORT
from repetiteur.bridges.wire.osc_server import OscServer
from repetiteur.bridges.wire.oscquery import DEFAULT_PORT as OSCQUERY_PORT
from repetiteur.bridges.wire.oscquery import OscQueryServer

ABOUT = "follow a player live"


def arguments(parser: argparse.ArgumentParser) -> None:
    live_arguments(parser)
    parser.add_argument("--osc", type=endpoint, nargs="+", default=[], metavar="HOST:PORT",
                        help="send the events there as OSC; others may subscribe")  # fmt: skip
    parser.add_argument("--osc-in", type=int, default=OSC_PORT, metavar="PORT",
                        help="take OSC control on this UDP port (%(default)s; 0: any free one)")  # fmt: skip
    parser.add_argument("--msgpack", type=int, nargs="?", const=MSGPACK_PORT, metavar="PORT",
                        help="serve msgpack on this TCP port (%(const)s; 0: any free one)")  # fmt: skip
    parser.add_argument("--oscquery", type=int, nargs="?", const=OSCQUERY_PORT, metavar="PORT",
                        help="describe the OSC over HTTP on this TCP port (%(const)s; 0: any)")  # fmt: skip
    hosts_arguments(parser)
    midi_out_arguments(parser)
    midi_through_argument(parser)
    parser.add_argument("--lan", action="store_true", help="let other machines in, not this one alone")
    parser.add_argument("--journal", metavar="FILE", help="keep everything in this new file")


def run(args: argparse.Namespace) -> int:
    hosts = wanted_hosts(args)

    def open_servers(controls: SessionControls) -> Sequence[Opened]:
        out = wanted_midi_out(args)
        try:
            servers = open_wires(controls)
        except Exception:
            if out is not None:
                out.close()
            raise
        told = [f"the transport of {target} follows" for target in hosts.targets]
        through = out.play if out is not None and args.midi_through else None
        clocks = clock_to(out, controls.score)
        return [
            *servers,
            *map(Opened, hosts.open(controls.score), told),
            *(Opened(clock, f"MIDI clock on {clock.name}", through) for clock in clocks),
        ]

    def open_wires(controls: SessionControls) -> Sequence[Opened]:
        osc = OscServer(controls, args.osc_in, args.lan, args.osc)
        opened = [Opened(osc, f"OSC control on UDP port {osc.port}")]
        try:
            if args.msgpack is not None:
                msgpack = MsgpackServer(controls, args.msgpack, args.lan)
                opened.append(Opened(msgpack, f"msgpack on TCP port {msgpack.port}"))
            if args.oscquery is not None:
                query = OscQueryServer(controls, osc.port, args.oscquery, args.lan)
                opened.append(Opened(query, f"OSCQuery on TCP port {query.port}"))
        except Exception:
            for item in opened:
                item.server.close()
            raise
        return opened

    with dying_cleanly():
        return run_live(args, open_servers, ", ".join(map(str, args.osc)) or None)
