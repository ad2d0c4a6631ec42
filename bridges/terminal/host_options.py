"""``--to``: other programs whose transport follows the player."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from repetiteur.bridges.hosts.dialects import DIALECTS, Dialect
from repetiteur.bridges.hosts.host_sink import HostSink, Timeline
from repetiteur.bridges.wire.endpoint import LOCAL, Endpoint, endpoint, resolved
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.score import Score

_LONGEST_LEAD_S = 2.0


@dataclass(frozen=True, slots=True)
class HostTarget:
    """One host to drive, and where it is."""

    dialect: Dialect
    where: Endpoint

    def __str__(self) -> str:
        return f"{self.dialect.program} at {self.where}"


def hosts_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``wanted_hosts`` reads."""
    names = ", ".join(DIALECTS)
    where = "NAME[=HOST:PORT]"
    parser.add_argument("--to", type=host_target, action="append", default=[], metavar=where,
                        help=f"let that program's transport follow the player: {names}")  # fmt: skip
    parser.add_argument("--timeline", type=Timeline, choices=tuple(Timeline), default=Timeline.SCORE,
                        help="of that program: it plays along, or records you (default: score)")  # fmt: skip
    parser.add_argument("--lead", type=_lead, metavar="MS",
                        help="tell it so much ahead of time (default: what it needs)")  # fmt: skip


def wanted_hosts(
    args: argparse.Namespace, score_now: Callable[[], Score]
) -> Iterator[tuple[HostTarget, HostSink]]:
    """Each with what drives it, one after the other. Raises InputError for a machine that is not there."""
    for target in args.to:
        where = resolved(target.where)
        yield target, HostSink(target.dialect, where, score_now, args.timeline, args.lead)


def host_target(text: str) -> HostTarget:
    """``reaper``, ``reaper=10.0.0.5``, ``reaper=:8001``, ``reaper=10.0.0.5:8001``."""
    name, equals, where = text.partition("=")
    dialect = DIALECTS.get(name.strip().lower())
    if dialect is None:
        raise InputError(f"--to {text}", "no such program is known", "use one of " + ", ".join(DIALECTS))
    return HostTarget(dialect, endpoint(where, dialect.port) if equals else Endpoint(LOCAL, dialect.port))


def _lead(text: str) -> float:
    """Milliseconds as seconds, for argparse."""
    try:
        seconds = float(text) / 1000.0
    except ValueError:
        seconds = -1.0
    if not 0.0 <= seconds <= _LONGEST_LEAD_S:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of milliseconds from 0 to 2000")
    return seconds
