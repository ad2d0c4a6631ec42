"""A live session put together from the words of the command line, and run until it is ended."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from repetiteur.bridges.choice_of_inputs import ChoiceOfInputs
from repetiteur.bridges.journal import JournalWriter
from repetiteur.bridges.level import LevelMeter
from repetiteur.bridges.live_inputs import Kind, LiveInputs
from repetiteur.bridges.midi_ports import Deliver
from repetiteur.bridges.quiet import python_alone_on_stderr
from repetiteur.bridges.session_controls import SessionControls
from repetiteur.bridges.terminal.interruption import until_interrupted
from repetiteur.bridges.terminal.options import parts_argument
from repetiteur.bridges.terminal.outlets import Outlet
from repetiteur.bridges.terminal.playing import JsonLines, tell, tell_progress
from repetiteur.bridges.terminal.sources import Sources, source_arguments, wanted_inputs
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
    on_a_page = getattr(args, "web", None) is not None
    wanted = wanted_inputs(args, on_a_page)
    sources = Sources(args, meter)
    sources.get_ready(wanted)
    inputs = LiveInputs(sources.open)
    score = load_score(args.score, args.parts)
    ended = threading.Event()
    urgency = urgency_of(args)
    for line in urgency.refusals():
        tell(f"not granted: {line}")
    with ExitStack() as cleanup, until_interrupted(ended):
        tell_progress("getting ready (takes longer the first time)")
        session = Session(score)
        tell_progress("")
        cleanup.enter_context(urgency.attending())
        session.hurry_with(urgency)
        session.tidy_with(tidy)
        file = ScoreFile(Path(args.score), args.parts)
        if on_a_page or Kind.AUDIO in wanted:
            cleanup.enter_context(python_alone_on_stderr())

        def level_dbfs() -> float | None:
            return meter.dbfs() if any(item.kind is Kind.AUDIO for item in inputs.in_use()) else None

        choice = ChoiceOfInputs(inputs, args.virtual)
        outlets = open_outlets(SessionControls(session, load_score, file, level_dbfs, choice), cleanup)
        for outlet in outlets:
            session.add_sink(outlet.sink)
        sources.attach(session, _hand_over(session, outlets if pass_on else ()))
        cleanup.callback(inputs.close)
        inputs.begin(wanted)
        if args.journal is not None:
            session.record_with(JournalWriter(args.journal, args.score, args.parts))
        for outlet in outlets:
            tell(outlet.told)
        tell(f"{_listening_to(inputs)}; Ctrl-C ends")
        report = _JsonReport(ended) if args.json else _Picture(session, osc_goes_to)
        session.add_sink(report)
        with undisturbed():
            session.start()
            _watch(session, inputs, ended, quiet=not args.json)
            inputs.close()
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


def _listening_to(inputs: LiveInputs) -> str:
    names = " and ".join(item.name for item in inputs.in_use())
    return f"listening to {names}" if names else "choose on the page what to listen to"


def _watch(session: Session, inputs: LiveInputs, ended: threading.Event, quiet: bool) -> None:
    """Until somebody ends it. ``quiet`` where a line would tear the picture: it shows the fault."""
    while session.running and not ended.wait(LOOK_EVERY_S):
        for change in inputs.look():
            if not quiet:
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
