"""How something played is shown: as JSON lines, live, or as a summary afterwards."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from repetiteur.bridges.midi_out import MidiOut, dying_cleanly
from repetiteur.bridges.terminal.host_options import Hosts, hosts_arguments, wanted_hosts
from repetiteur.bridges.terminal.midi_out_options import clock_to, midi_out_arguments, wanted_midi_out
from repetiteur.bridges.terminal.osc_target import OscTarget
from repetiteur.bridges.terminal.playing import AtOnce, JsonLines, RealTime, Timed, present, tell_progress
from repetiteur.bridges.terminal.tally import Tally
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
    hosts: Hosts
    midi_out: MidiOut | None  # of a clock that follows


def arguments(parser: argparse.ArgumentParser, osc: Endpoint | None) -> None:
    """The options of every command that plays something recorded."""
    parser.add_argument("--fast", action="store_true", help="as fast as possible instead of as it was played")
    parser.add_argument("--json", action="store_true", help="the event stream as JSON lines on stdout")
    default = "" if osc is None else f" (default {osc})"
    where = f"send the events there as OSC, too{default}"
    parser.add_argument("--osc", type=endpoint, default=osc, metavar="HOST:PORT", help=where)
    hosts_arguments(parser)
    midi_out_arguments(parser)


def manner(args: argparse.Namespace) -> Manner:
    """Raises InputError for a target that is not there, before anything is begun."""
    osc = None if args.osc is None else resolved(args.osc)
    return Manner(args.fast, args.json, osc, wanted_hosts(args), wanted_midi_out(args))


class TallySink:
    """Counts for afterwards."""

    def __init__(self) -> None:
        self.tally = Tally()

    def send(self, events: Sequence[Event]) -> None:
        self.tally.add(events)

    def close(self) -> None: ...


def show(
    timed: Iterable[Timed], score: Score, how: Manner, end_s: float | None, others: Sequence[Sink] = ()
) -> Tally:
    """Play it to the end in that manner. ``end_s``: stream time of the end, where known."""
    from repetiteur.realtime.warm_up import warm_up

    counting = TallySink()
    sinks: list[Sink] = [counting, *others]
    if how.osc is not None:
        sinks.append(OscTarget(how.osc))
    sinks += how.hosts.open(lambda: score)
    sinks += clock_to(how.midi_out, lambda: score)
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
    with dying_cleanly():
        present(timed, sinks, RealTime())
    return counting.tally
