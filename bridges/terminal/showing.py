"""How something recorded is followed for somebody to see: as JSON lines, live, or as a summary afterwards."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from repetiteur.bridges.midi_out import dying_cleanly
from repetiteur.bridges.terminal.midi_out_options import is_midi_out_wanted
from repetiteur.bridges.terminal.outlets import Outlet, open_outlets, outlet_arguments
from repetiteur.bridges.terminal.playing import AtOnce, JsonLines, Timed, present, tell, tell_progress
from repetiteur.bridges.terminal.recording import Recording
from repetiteur.bridges.terminal.tally import Tally
from repetiteur.bridges.web.performance import ScoreFile
from repetiteur.bridges.web.server import PageServer
from repetiteur.bridges.wire.endpoint import Endpoint
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.events import Event
from repetiteur.realtime.score import Score
from repetiteur.realtime.session import Sink


def arguments(parser: argparse.ArgumentParser, osc: Sequence[Endpoint] = ()) -> None:
    """The options of every command that plays something recorded. ``osc``: where it goes by itself."""
    parser.add_argument("--fast", action="store_true", help="as fast as possible instead of as it was played")
    parser.add_argument("--json", action="store_true", help="the event stream as JSON lines on stdout")
    outlet_arguments(parser, osc)


@contextmanager
def stage(
    args: argparse.Namespace,
    score: Score,
    file: ScoreFile | None,
    level_dbfs: Callable[[], float | None] = lambda: None,
) -> Iterator[Stage]:
    """Everything that was asked for, open, and nothing told yet. For the page: ``file``, where the score
    came from, and the level of a sound. Raises InputError for what cannot be had."""
    if args.fast and is_midi_out_wanted(args):
        raise InputError("--midi-out", "a clock takes the time it takes", "leave --fast out")
    with ExitStack() as cleanup:
        cleanup.enter_context(dying_cleanly())
        recording = Recording(score, file, level_dbfs=level_dbfs)
        yield Stage(args, recording, open_outlets(args, recording, cleanup))


class Stage:
    """Where one recording is played, once."""

    def __init__(self, args: argparse.Namespace, recording: Recording, outlets: Sequence[Outlet]) -> None:
        self._args = args
        self._recording = recording
        self._outlets = outlets
        self._page = next((item.sink for item in outlets if isinstance(item.sink, PageServer)), None)

    def play(self, timed: Iterable[Timed], end_s: float | None, others: Sequence[Sink] = ()) -> Tally:
        """To the end. ``end_s``: stream time of the end, where known. A page stays until Ctrl-C."""
        for outlet in self._outlets:
            if outlet.told:
                tell(outlet.told)
        counting = _Counting()
        sinks: list[Sink] = [counting, *others]
        sinks += [_Guest(item.sink) if item.sink is self._page else item.sink for item in self._outlets]
        if self._args.json:
            sinks.append(JsonLines(at_once=not self._args.fast))
        if self._args.fast:
            tell_progress("getting ready (takes longer the first time)")
            present(timed, sinks, AtOnce(end_s))
            tell_progress("")
        else:
            self._as_it_was_played(timed, sinks)
        if self._page is not None:
            tell("that was all; the page stays until Ctrl-C")
            with suppress(KeyboardInterrupt):
                threading.Event().wait()
        return counting.tally

    def _as_it_was_played(self, timed: Iterable[Timed], sinks: list[Sink]) -> None:
        from repetiteur.realtime.warm_up import warm_up

        score = self._recording.score()
        tell_progress("getting ready (takes longer the first time)")
        warm_up(score)
        tell_progress("")
        if self._page is not None:
            tell("it begins when the page is open")
            self._page.seen.wait()
        if not self._args.json:
            from repetiteur.bridges.terminal.display import Display

            sinks.append(Display(score, target=", ".join(map(str, self._args.osc)) or None))
        present(timed, sinks, self._recording)


class _Counting:
    """A sink that counts for afterwards."""

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
