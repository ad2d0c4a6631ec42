"""A live session put together from the words of the command line, and run until it is ended."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from repetiteur.bridges import midi_ports
from repetiteur.bridges.journal import JournalWriter
from repetiteur.bridges.level import LevelMeter
from repetiteur.bridges.midi_ports import Deliver, MidiListener
from repetiteur.bridges.session_controls import SessionControls
from repetiteur.bridges.terminal.interruption import until_interrupted
from repetiteur.bridges.terminal.options import ears_of, live_ears_arguments, parts_argument
from repetiteur.bridges.terminal.outlets import Outlet
from repetiteur.bridges.terminal.playing import JsonLines, tell, tell_progress
from repetiteur.bridges.terminal.urgency_options import urgency_arguments, urgency_of
from repetiteur.bridges.urgency import hurried, tidy, undisturbed
from repetiteur.bridges.web.performance import Performance, ScoreFile
from repetiteur.realtime.events import Event
from repetiteur.realtime.inputs import Input
from repetiteur.realtime.score import Score
from repetiteur.realtime.session import Session

LOOK_EVERY_S = 0.5  # for an input that went or came back


class Source(Protocol):
    """Where the notes come from."""

    @property
    def name(self) -> str: ...

    def look(self) -> str | None:
        """What has changed, if anything."""
        ...

    def close(self) -> None: ...


# The session, where a MIDI source puts what is played, and what is closed at the end.
OpenSource = Callable[[Session, Deliver, ExitStack], Source]
OpenOutlets = Callable[[Performance, ExitStack], Sequence[Outlet]]


def live_arguments(parser: argparse.ArgumentParser) -> None:
    """What every live command asks: which score, and where the notes come from."""
    parser.add_argument("score", metavar="SCORE", help="MusicXML, MIDI, MEI or kern")
    parts_argument(parser)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--midi", metavar="NAME", help="listen to the MIDI input with NAME in its name")
    source.add_argument("--virtual", metavar="NAME", nargs="?", const=midi_ports.CLIENT,
                        help="make a MIDI input of that name for other programs to play into")  # fmt: skip
    source.add_argument("--audio", metavar="NAME", help="listen to the audio input with NAME in its name")
    live_ears_arguments(parser)
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
    open_source = _audio_source(args, meter) if args.audio is not None else _midi_source(args)
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
        source = open_source(session, _hand_over(session, outlets if pass_on else ()), cleanup)
        if args.journal is not None:
            session.record_with(JournalWriter(args.journal, args.score, args.parts))
        for outlet in outlets:
            tell(outlet.told)
        tell(f"listening to {source.name}; Ctrl-C ends")
        report = _JsonReport(ended) if args.json else _Picture(session, osc_goes_to)
        session.add_sink(report)
        with undisturbed():
            session.start()
            _watch(session, source, ended, quiet=not args.json)
            source.close()
            session.stop()
    report.sum_up(session.score)
    return 0 if ended.is_set() else 1


def _midi_source(args: argparse.Namespace) -> OpenSource:
    """Raises InputError where it cannot work; opens nothing yet."""
    rtmidi = midi_ports.rtmidi_library()

    def open_it(session: Session, deliver: Deliver, cleanup: ExitStack) -> Source:
        listener = MidiListener(rtmidi, hurried(deliver, urgency_of(args)), session.now_s)
        cleanup.callback(listener.close)
        if args.midi is None:
            listener.open_virtual(args.virtual)
        else:
            listener.open(args.midi)
        return listener

    return open_it


def _audio_source(args: argparse.Namespace, meter: LevelMeter) -> OpenSource:
    """As ``_midi_source``. The ears are made here, before any clock runs."""
    from repetiteur.bridges.audio_ports import pyaudio_library
    from repetiteur.bridges.live_ears import LiveEars
    from repetiteur.bridges.quiet import python_alone_on_stderr
    from repetiteur.bridges.terminal.calibrated import known_input

    pyaudio = pyaudio_library()
    known = known_input(pyaudio, args)
    tell_progress("getting ready (takes longer the first time)")
    ears = ears_of(args, meter, known.a4_hz)()
    tell_progress("")

    def open_it(session: Session, _deliver: Deliver, cleanup: ExitStack) -> Source:
        cleanup.enter_context(python_alone_on_stderr())
        listener = LiveEars(pyaudio, ears, session.submit, session.now_s, known.capture, urgency_of(args))
        cleanup.callback(listener.close)
        listener.open(known.name)
        return listener

    return open_it


def _hand_over(session: Session, outlets: Sequence[Outlet]) -> Deliver:
    """Where a device's callback puts what is played."""
    first = [outlet.through for outlet in outlets if outlet.through is not None]

    def deliver(item: Input) -> None:
        for through in first:
            through(item)
        session.submit(item)

    return deliver if first else session.submit


def _watch(session: Session, source: Source, ended: threading.Event, quiet: bool) -> None:
    """Until somebody ends it. ``quiet`` where a line would tear the picture: it shows the fault."""
    while session.running and not ended.wait(LOOK_EVERY_S):
        change = source.look()
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
