"""``--web``: the page to watch and steer a session from, and the link to it."""

from __future__ import annotations

import argparse
import socket
import sys

from repetiteur.bridges.web.gate import Gate
from repetiteur.bridges.web.performance import Performance
from repetiteur.bridges.web.server import DEFAULT_PORT, PageServer

_NOWHERE = ("192.0.2.1", 9)  # an address of nobody (RFC 5737); nothing is sent there


def page_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``wanted_page`` reads, but for ``--lan``."""
    parser.add_argument("--web", type=int, nargs="?", const=DEFAULT_PORT, metavar="PORT",
                        help="a page to watch and steer it from, at localhost:PORT "
                        "(%(const)s; 0: any free one)")  # fmt: skip
    parser.add_argument("--web-guests", action="store_true",
                        help="with --lan: who does not have the token may watch all the same")  # fmt: skip
    parser.add_argument("--web-allow", action="append", default=[], metavar="ORIGIN",
                        help="let pages from there hear the events, as http://localhost:8080")  # fmt: skip


def wanted_page(args: argparse.Namespace, performance: Performance, token: str | None) -> PageServer | None:
    """Open; it must be closed. ``token``: of who may steer from other machines. Raises InputError where
    the port cannot be had. None where none is wanted."""
    if args.web is None:
        return None
    gate = Gate(args.lan, token, args.web_guests, frozenset(args.web_allow))
    return PageServer(performance, args.web, gate)


def link_to(server: PageServer) -> str:
    """As lines for a person; on a terminal with a square to photograph if it leads here from elsewhere."""
    if server.gate.token is None:
        return f"the page is at http://localhost:{server.port}/"
    link = f"http://{_own_address()}:{server.port}/?token={server.gate.token}"
    told = f"the page is at {link}\nwhoever has this link controls the session"
    if not sys.stderr.isatty():
        return told
    from repetiteur.bridges.terminal.qr import for_terminal

    return f"{told}\n{for_terminal(link)}"


def _own_address() -> str:
    """Of this machine, as others in its network see it."""
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        probe.connect(_NOWHERE)
        return str(probe.getsockname()[0])
    except OSError:
        return "127.0.0.1"
    finally:
        probe.close()
