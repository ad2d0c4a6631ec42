"""Playing something recorded: events with the time they are due, a pace, and who is told."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from repetiteur.bridges.terminal.words import duration
from repetiteur.realtime.clock import Clock, LiveClock
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import Event
from repetiteur.realtime.inputs import Input
from repetiteur.realtime.session import Recorder, Sink
from repetiteur.realtime.timeline import push_safely

Timed = tuple[float, Sequence[Event]]
Pace = Callable[[float], None]  # comes back when that stream time, s, may be told


def followed(engine: Engine, inputs: Iterable[Input], recorder: Recorder | None = None) -> Iterator[Timed]:
    """A performance, ticks and all, through the engine: the causal code of a live session."""

    def record(item: Input | None, events: Sequence[Event]) -> Sequence[Event]:
        if recorder is not None:
            recorder.record(item, events)
        return events

    yield 0.0, record(None, engine.open())
    for item in inputs:
        yield item.t_s, record(item, push_safely(engine, item))


def journalled(path: Path) -> Iterator[Timed]:
    """A journal given to a new engine."""
    from repetiteur.bridges.journal import replay_journal

    return ((event.at, (event,)) for event in replay_journal(path))


def present(timed: Iterable[Timed], sinks: Sequence[Sink], pace: Pace) -> None:
    """Tell everybody, at that pace. Sinks are closed whatever happens."""
    try:
        for due_s, events in timed:
            pace(due_s)
            if events:
                for sink in sinks:
                    sink.send(events)
    finally:
        for sink in sinks:
            sink.close()


class RealTime:
    """A pace: as it was played. Time starts with the first question, not while loading."""

    def __init__(
        self, make_clock: Callable[[], Clock] = LiveClock, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._make_clock = make_clock
        self._clock: Clock | None = None
        self._sleep = sleep

    def __call__(self, due_s: float) -> None:
        if self._clock is None:
            self._clock = self._make_clock()
        wait_s = due_s - self._clock.now_s()
        if wait_s > 0:
            self._sleep(wait_s)


class AtOnce:
    """A pace: as fast as possible, telling a person at the terminal how far it is."""

    def __init__(self, end_s: float | None, doing: str = "followed") -> None:
        self._doing = doing
        self._whole = "" if end_s is None else f" of {duration(end_s)}"
        self._visible = sys.stderr.isatty()
        self._next_s = time.monotonic() + 1.0

    def __call__(self, due_s: float) -> None:
        if self._visible and time.monotonic() > self._next_s:
            self._next_s += 0.2
            tell_progress(f"{self._doing} {duration(due_s)}{self._whole}")


def tell(line: str) -> None:
    """For a person, on stderr."""
    print(line, file=sys.stderr, flush=True)


def tell_progress(text: str) -> None:
    """One line on stderr, written over by the next; empty wipes it. Silent where nobody looks."""
    if sys.stderr.isatty():
        print(f"\r\x1b[2K{text}", end="", file=sys.stderr, flush=True)


class JsonLines:
    """A sink: JSON lines on stdout. In real time every line goes out at once."""

    def __init__(self, at_once: bool) -> None:
        from repetiteur.bridges.wire.json_lines import encode

        self._encode = encode
        self._write = sys.stdout.buffer.write
        self._flush = sys.stdout.buffer.flush
        self._at_once = at_once

    def send(self, events: Sequence[Event]) -> None:
        self._write(b"".join(map(self._encode, events)))
        if self._at_once:
            self._flush()

    def close(self) -> None:
        self._flush()
