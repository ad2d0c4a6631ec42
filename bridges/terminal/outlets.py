"""Where events go besides the screen: OSC, msgpack, other programs' transports, MIDI clock, the page.

All of it is asked for and opened here, for who plays live and for what was recorded alike.
"""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from repetiteur.bridges.midi_clock import MidiClock
from repetiteur.bridges.midi_ports import Deliver
from repetiteur.bridges.terminal.host_options import hosts_arguments, wanted_hosts
from repetiteur.bridges.terminal.midi_out_options import midi_out_arguments, wanted_midi_out
from repetiteur.bridges.terminal.page_options import link_to, page_arguments, wanted_page
from repetiteur.bridges.web.performance import Performance
from repetiteur.bridges.wire import msgpack_server, oscquery
from repetiteur.bridges.wire.endpoint import Endpoint, endpoint
from repetiteur.bridges.wire.msgpack_server import MsgpackServer
from repetiteur.bridges.wire.osc_server import OscServer
from repetiteur.bridges.wire.oscquery import OscQueryServer
from repetiteur.realtime.session import Sink


@dataclass(frozen=True, slots=True)
class Outlet:
    """One of them, open."""

    sink: Sink
    told: str  # for a person; empty where they know
    through: Deliver | None = None  # to pass on what is played


def outlet_arguments(
    parser: argparse.ArgumentParser, osc: Sequence[Endpoint] = (), osc_in: int | None = None
) -> None:
    """What ``open_outlets`` reads. ``osc`` and ``osc_in`` are what holds where nothing is said."""
    default = f" (default {', '.join(map(str, osc))})" if osc else ""
    parser.add_argument("--osc", type=endpoint, nargs="+", default=osc, metavar="HOST:PORT",
                        help=f"send the events there as OSC{default}")  # fmt: skip
    default = "" if osc_in is None else f"default {osc_in}; "
    parser.add_argument("--osc-in", type=int, default=osc_in, metavar="PORT",
                        help=f"take OSC control on this UDP port ({default}0: any free one)")  # fmt: skip
    parser.add_argument("--msgpack", type=int, nargs="?", const=msgpack_server.DEFAULT_PORT, metavar="PORT",
                        help="serve msgpack on this TCP port (%(const)s; 0: any free one)")  # fmt: skip
    parser.add_argument("--oscquery", type=int, nargs="?", const=oscquery.DEFAULT_PORT, metavar="PORT",
                        help="describe the OSC over HTTP on this TCP port (%(const)s; 0: any)")  # fmt: skip
    hosts_arguments(parser)
    midi_out_arguments(parser)
    page_arguments(parser)
    parser.add_argument("--lan", action="store_true", help="let other machines in, not this one alone")


def open_outlets(args: argparse.Namespace, performance: Performance, cleanup: ExitStack) -> list[Outlet]:
    """Everything that was asked for; ``cleanup`` closes it. Raises InputError."""
    outlets = []
    for outlet in _opened(args, performance):  # one that cannot be had: those before it are closed
        cleanup.callback(outlet.sink.close)
        outlets.append(outlet)
    return outlets


def _opened(args: argparse.Namespace, performance: Performance) -> Iterator[Outlet]:
    token = secrets.token_urlsafe(16) if args.lan else None
    asking = "" if token is None else f", from other machines with the token {token}"
    if args.osc or args.osc_in is not None or args.oscquery is not None:
        osc = OscServer(performance, args.osc_in or 0, args.lan, args.osc, token=token)
        yield Outlet(osc, "" if args.osc_in is None else f"OSC control on UDP port {osc.port}{asking}")
        if args.oscquery is not None:
            query = OscQueryServer(performance, osc.port, args.oscquery, args.lan)
            yield Outlet(query, f"OSCQuery on TCP port {query.port}")
    if args.msgpack is not None:
        msgpack = MsgpackServer(performance, args.msgpack, args.lan, token=token)
        yield Outlet(msgpack, f"msgpack on TCP port {msgpack.port}{asking}")
    for target, host in wanted_hosts(args, performance.score):
        yield Outlet(host, f"the transport of {target} follows")
    out = wanted_midi_out(args)
    if out is not None:
        yield Outlet(MidiClock(out, performance.score), f"MIDI clock on {out.name}", out.play)
    page = wanted_page(args, performance, token)
    if page is not None:
        yield Outlet(page, link_to(page))
