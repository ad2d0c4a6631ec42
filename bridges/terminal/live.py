"""A live session put together from the words of the command line, and run until it is ended."""

from __future__ import annotations

import argparse
import gc
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Protocol

from repetiteur.bridges import midi_ports
from repetiteur.bridges.journal import JournalWriter
from repetiteur.bridges.midi_ports import MidiListener
from repetiteur.bridges.session_controls import SessionControls
from repetiteur.bridges.terminal.interruption import until_interrupted
from repetiteur.bridges.terminal.options import ears_of, live_ears_arguments, parts_argument
from repetiteur.bridges.terminal.playing import JsonLines, tell_progress
from repetiteur.realtime.events import Event
from repetiteur.realtime.score import Score
from repetiteur.realtime.session import Session, Sink

LOOK_EVERY_S = 0.5  # for an input that went or came back
_SWITCH_INTERVAL_S = 0.0005  # Python's 5 ms would make a note wait for a busy display


class Source(Protocol):
    """Where the notes come from."""

    @property
    def name(self) -> str: ...

    def look(self) -> str | None:
        """What has changed, if anything."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A server that runs, and what to tell a person about it."""

    server: Sink
    told: str


OpenSource = Callable[[Session, ExitStack], Source]
OpenServers = Callable[[SessionControls], Sequence[Opened]]


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
    parser.add_argument("--json", action="store_true", help="the event stream as JSON lines")


def run_live(args: argparse.Namespace, open_servers: OpenServers, osc_goes_to: str | None = None) -> int:
    """``args``: of ``live_arguments``, and ``journal``. Everything that can be refused is tried
    before the journal is begun, so that nothing half-written is left. Returns the exit status."""
    from repetiteur.bridges.scores import load_score

    open_source = _audio_source(args) if args.audio is not None else _midi_source(args)
    score = load_score(args.score, args.parts)
    ended = threading.Event()
    with ExitStack() as cleanup, until_interrupted(ended):
        session = Session(score)
        servers = open_servers(SessionControls(session, load_score))
        for opened in servers:
            cleanup.callback(opened.server.close)
            session.add_sink(opened.server)
        source = open_source(session, cleanup)
        if args.journal is not None:
            session.record_with(JournalWriter(args.journal, args.score, args.parts))
        for opened in servers:
            _tell(opened.told)
        _tell(f"listening to {source.name}; Ctrl-C ends")
        report = _JsonReport(ended) if args.json else _Picture(session, osc_goes_to)
        session.add_sink(report)
        with _quick_hand_over():
            session.start()
            _watch(session, source, ended, quiet=not args.json)
            source.close()
            session.stop()
    report.sum_up(session.score)
    return 0 if ended.is_set() else 1


def _midi_source(args: argparse.Namespace) -> OpenSource:
    """Raises InputError where it cannot work; opens nothing yet."""
    rtmidi = midi_ports.rtmidi_library()

    def open_it(session: Session, cleanup: ExitStack) -> Source:
        listener = MidiListener(rtmidi, session.submit, session.now_s)
        cleanup.callback(listener.close)
        if args.midi is None:
            listener.open_virtual(args.virtual)
        else:
            listener.open(args.midi)
        return listener

    return open_it


def _audio_source(args: argparse.Namespace) -> OpenSource:
    """As ``_midi_source``. The ears are made here, before any clock runs."""
    from repetiteur.bridges.audio_ports import pyaudio_library
    from repetiteur.bridges.live_ears import LiveEars
    from repetiteur.bridges.quiet import python_alone_on_stderr
    from repetiteur.bridges.terminal.calibrated import known_input

    pyaudio = pyaudio_library()
    known = known_input(pyaudio, args)
    tell_progress("getting ready (takes longer the first time)")
    ears = ears_of(args, known.a4_hz)()
    tell_progress("")

    def open_it(session: Session, cleanup: ExitStack) -> Source:
        cleanup.enter_context(python_alone_on_stderr())
        listener = LiveEars(pyaudio, ears, session.submit, session.now_s, known.capture)
        cleanup.callback(listener.close)
        listener.open(known.name)
        return listener

    return open_it


def _watch(session: Session, source: Source, ended: threading.Event, quiet: bool) -> None:
    """Until somebody ends it. ``quiet`` where a line would tear the picture: it shows the fault."""
    while session.running and not ended.wait(LOOK_EVERY_S):
        change = source.look()
        if change is not None and not quiet:
            _tell(change)


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


@contextmanager
def _quick_hand_over() -> Iterator[None]:
    """A note waits neither for another thread's turn nor for the score to be searched for garbage."""
    former_s = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        sys.setswitchinterval(former_s)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
