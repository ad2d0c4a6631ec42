"""How something played is shown: as JSON lines, live, or as a summary afterwards."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Happening

from repetiteur.bridges.terminal import web_page
from repetiteur.bridges.terminal.osc_target import OscTarget
from repetiteur.bridges.terminal.playing import (
    AtOnce,
    JsonLines,
    Pace,
    RealTime,
    Timed,
    present,
    tell_progress,
)
from repetiteur.bridges.terminal.tally import Tally
from repetiteur.bridges.terminal.web_page import PageWish
from repetiteur.bridges.wire.endpoint import Endpoint, endpoint, resolved
from repetiteur.realtime.events import Event
from repetiteur.realtime.score import Score
from repetiteur.realtime.session import Sink


@dataclass(frozen=True, slots=True)
class Manner:
    """What the person asked for."""

    fast: bool  # as fast as possible, not as it was played
    json: bool  # JSON lines and nothing else on stdout
    osc: Endpoint | None  # where OSC goes, too
    web: PageWish | None = None


def arguments(parser: argparse.ArgumentParser, osc: Endpoint | None) -> None:
    """The options of every command that plays something recorded."""
    parser.add_argument("--fast", action="store_true", help="as fast as possible instead of as it was played")
    parser.add_argument("--json", action="store_true", help="the event stream as JSON lines on stdout")
    default = "" if osc is None else f" (default {osc})"
    where = f"send the events there as OSC, too{default}"
    parser.add_argument("--osc", type=endpoint, default=osc, metavar="HOST:PORT", help=where)
    web_page.page_arguments(parser, lan=True)


def manner(args: argparse.Namespace) -> Manner:
    """Raises InputError for a target that is not there, before anything is begun."""
    osc = None if args.osc is None else resolved(args.osc)
    return Manner(args.fast, args.json, osc, web_page.page_wish(args))


class TallySink:
    """Counts for afterwards."""

    def __init__(self) -> None:
        self.tally = Tally()

    def send(self, events: Sequence[Event]) -> None:
        self.tally.add(events)

    def close(self) -> None: ...


class _Guest:
    """A sink that outlives what it is told of: it is closed by whoever made it."""

    def __init__(self, sink: Sink) -> None:
        self.send = sink.send

    def close(self) -> None: ...


def show(
    timed: Iterable[Timed],
    score: Score,
    how: Manner,
    end_s: float | None,
    others: Sequence[Sink] = (),
    file: tuple[Path, Sequence[str] | None] | None = None,
) -> Tally:
    """Play it to the end in that manner. ``end_s``: stream time of the end, where known; ``file``: of the
    score, and the parts chosen, for the page to engrave. A page stays until Ctrl-C."""
    if how.web is None:
        return _play(timed, score, how, RealTime(), end_s, others)
    from repetiteur.bridges.terminal.recording import Recording
    from repetiteur.bridges.web.performance import ScoreFile

    parts = None if file is None or file[1] is None else tuple(file[1])
    recording = Recording(score, None if file is None else ScoreFile(file[0], parts))
    with ExitStack() as cleanup:
        server = web_page.open_page(how.web, recording)
        cleanup.callback(server.close)
        web_page.tell(web_page.told(server))
        if not how.fast:
            web_page.tell("it begins when the page is open")
            server.seen.wait()
        tally = _play(timed, score, how, recording, end_s, [*others, _Guest(server)])
        web_page.tell("that was all; the page stays until Ctrl-C")
        with suppress(KeyboardInterrupt):
            Happening().wait()
    return tally


def _play(
    timed: Iterable[Timed], score: Score, how: Manner, pace: Pace, end_s: float | None, others: Sequence[Sink]
) -> Tally:
    from repetiteur.realtime.warm_up import warm_up

    counting = TallySink()
    sinks: list[Sink] = [counting, *others]
    if how.osc is not None:
        sinks.append(OscTarget(how.osc))
    if how.json:
        sinks.append(JsonLines(at_once=not how.fast))
    tell_progress("getting ready (takes longer the first time)")
    if how.fast:
        present(timed, sinks, AtOnce(end_s))
        tell_progress("")
        return counting.tally
    warm_up(score)
    tell_progress("")
    if not how.json:
        from repetiteur.bridges.terminal.display import Display

        sinks.append(Display(score, target=None if how.osc is None else str(how.osc)))
    present(timed, sinks, pace)
    return counting.tally
