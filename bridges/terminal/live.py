"""A live session put together from the words of the command line, and run until it is ended."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from repetiteur.bridges.journal import JournalWriter
from repetiteur.bridges.level import LevelMeter
from repetiteur.bridges.midi_ports import Deliver
from repetiteur.bridges.session_controls import SessionControls
from repetiteur.bridges.terminal.interruption import until_interrupted
from repetiteur.bridges.terminal.options import parts_argument
from repetiteur.bridges.terminal.outlets import Outlet
from repetiteur.bridges.terminal.playing import JsonLines, tell
from repetiteur.bridges.terminal.sources import Source, source_arguments, sources_of
from repetiteur.bridges.terminal.urgency_options import urgency_arguments, urgency_of
from repetiteur.bridges.urgency import tidy, undisturbed
from repetiteur.bridges.web.performance import Performance, ScoreFile
from repetiteur.realtime.events import Event
from repetiteur.realtime.inputs import Input
from repetiteur.realtime.score import Score
from repetiteur.realtime.session import Session

LOOK_EVERY_S = 0.5  # for an input that went or came back

OpenOutlets = Callable[[Performance, ExitStack], Sequence[Outlet]]


def live_arguments(parser: argparse.ArgumentParser) -> None:
    """What every live command asks: which score, and where the notes come from."""
    parser.add_argument("score", metavar="SCORE", help="MusicXML, MIDI, MEI or kern")
    parts_argument(parser)
    source_arguments(parser)
    urgency_arguments(parser)
    parser.add_argument("--json", action="store_true", help="the event stream as JSON lines")


def run_live(
    args: argparse.Namespace, open_outlets: OpenOutlets, pass_on: bool = False, osc_goes_to: str | None = None
) -> int:
    """``args``: of ``live_arguments``, and ``journal``. ``pass_on``: what is played goes through the outlets
    that can take it. Everything that can be refused is tried before the journal is begun, so that nothing
    half-written is left. Returns the exit status."""
    from repetiteur.bridges.scores import load_score

    meter = LevelMeter()
    open_sources = sources_of(args, meter)
    score = load_score(args.score, args.parts)
    ended = threading.Event()
    urgency = urgency_of(args)
    for line in urgency.refusals():
        tell(f"not granted: {line}")
    with ExitStack() as cleanup, until_interrupted(ended):
        session = Session(score)
        cleanup.enter_context(urgency.attending())
        session.hurry_with(urgency)
        session.tidy_with(tidy)
        file = ScoreFile(Path(args.score), args.parts)
        outlets = open_outlets(SessionControls(session, load_score, file, meter.dbfs), cleanup)
        for outlet in outlets:
            session.add_sink(outlet.sink)
        hand_over = _hand_over(session, outlets if pass_on else ())
        sources = [open_source(session, hand_over, cleanup) for open_source in open_sources]
        if args.journal is not None:
            session.record_with(JournalWriter(args.journal, args.score, args.parts))
        for outlet in outlets:
            tell(outlet.told)
        tell(f"listening to {' and '.join(source.name for source in sources)}; Ctrl-C ends")
        report = _JsonReport(ended) if args.json else _Picture(session, osc_goes_to)
        session.add_sink(report)
        with undisturbed():
            session.start()
            _watch(session, sources, ended, quiet=not args.json)
            for source in sources:
                source.close()
            session.stop()
    report.sum_up(session.score)
    return 0 if ended.is_set() else 1


def _hand_over(session: Session, outlets: Sequence[Outlet]) -> Deliver:
    """Where a device's callback puts what is played."""
    first = [outlet.through for outlet in outlets if outlet.through is not None]

    def deliver(item: Input) -> None:
        for through in first:
            through(item)
        session.submit(item)

    return deliver if first else session.submit


def _watch(session: Session, sources: Sequence[Source], ended: threading.Event, quiet: bool) -> None:
    """Until somebody ends it. ``quiet`` where a line would tear the picture: it shows the fault."""
    while session.running and not ended.wait(LOOK_EVERY_S):
        for change in (source.look() for source in sources):
            if change is not None and not quiet:
                tell(change)


class _JsonReport:
    """Every event on stdout; the session ends when nobody reads any more."""

    def __init__(self, ended: threading.Event) -> None:
        self._ended = ended
        self._lines = JsonLines(at_once=True)

    def send(self, events: Sequence[Event]) -> None:
        try:
            self._lines.send(events)
        except BrokenPipeError:
            self._ended.set()
            raise

    def close(self) -> None:
        self._lines.close()

    def sum_up(self, score: Score) -> None:
        pass


class _Picture:
    """The live display as a sink, and a summary afterwards."""

    def __init__(self, session: Session, osc_goes_to: str | None) -> None:
        from repetiteur.bridges.terminal.display import Display

        self._display = Display(session.score, target=osc_goes_to, score_now=lambda: session.score)

    def send(self, events: Sequence[Event]) -> None:
        self._display.send(events)

    def close(self) -> None:
        self._display.close()

    def sum_up(self, score: Score) -> None:
        from repetiteur.bridges.terminal.outcome import outcome

        for line in outcome(self._display.tally, score):
            print(line)
