"""A running follower: one thread, a bounded inbox, time ticking, and everybody who listens.

The session is the only owner of threads in the musical core. Device callbacks and control
threads call ``submit``; the engine's thread stamps order into what they say, lets the
grid of ticks run in between, and hands the events to each sink in turn.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import Protocol, runtime_checkable

from repetiteur.realtime.clock import Clock, LiveClock
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import Event
from repetiteur.realtime.health import HealthMeter
from repetiteur.realtime.inbox import Inbox
from repetiteur.realtime.inputs import FaultSeen, Finish, Heard, Input, Performed, Tick
from repetiteur.realtime.score import Score
from repetiteur.realtime.timeline import TICKS_PER_S, push_safely, tick_s, ticks_until
from repetiteur.realtime.warm_up import warm_up

INBOX_CAPACITY = 4096
_TICKS_CAUGHT_UP = TICKS_PER_S  # after a host pause; older ticks would only delay the notes
_FAILURES_TO_GIVE_UP = 3


class Sink(Protocol):
    """Somebody who listens. Called on the engine's thread; should not wait for anything."""

    def send(self, events: Sequence[Event]) -> None: ...

    def close(self) -> None: ...


class _Dropped(Protocol):
    @property
    def dropped(self) -> int: ...


@runtime_checkable
class CountingSink(Sink, Protocol):
    """A sink that knows how many events did not get through."""

    def counts(self) -> _Dropped: ...


class Recorder(Protocol):
    """Keeps what happened so that it can happen again. Called on the engine's thread."""

    def record(self, item: Input | None, events: Sequence[Event]) -> None:
        """An input as it was pushed (None: the opening) and the events it caused, maybe none."""
        ...

    def record_score(self, t_s: float, source: str, events: Sequence[Event]) -> None:
        """Another score was taken up, read from the file ``source``."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Load:
    t_s: float
    source: str
    score: Score
    outcome: SimpleQueue[str | None]  # one answer: the problem, or None


@dataclass(frozen=True, slots=True)
class _Stop:
    t_s: float


class Session:
    """``add_sink``, ``start``, ``submit`` from anywhere, ``stop``. Offline, use an Engine and ``with_ticks``.

    Making one may take seconds (kernels compile); its clock starts only after that.
    """

    def __init__(
        self,
        score: Score,
        *,
        clock: Clock | None = None,
        inbox_capacity: int = INBOX_CAPACITY,
    ) -> None:
        warm_up(score)
        self._score = score
        self._engine = Engine(score)
        self._sinks: list[Sink] = []
        self._recorder: Recorder | None = None
        self._clock = clock or LiveClock()
        self._inbox: Inbox[Input | _Load | _Stop] = Inbox(inbox_capacity)
        self._thread = threading.Thread(target=self._run, name="repetiteur engine", daemon=True)
        self._own: deque[FaultSeen] = deque()  # faults found by the engine's thread itself
        self._ticks = 0
        self._last_s = 0.0
        self._overflows_told = 0
        self._failures = 0

    # Before the start

    def add_sink(self, sink: Sink) -> None:
        """Sinks are told in the order they were added, and closed at the end."""
        self._sinks.append(sink)

    def record_with(self, recorder: Recorder) -> None:
        """Keep everything; told after all sinks, so that it costs them no time."""
        self._recorder = recorder

    # From any thread

    def start(self) -> None:
        """Begin: the opening events go out, and time runs."""
        self._thread.start()

    def now_s(self) -> float:
        return self._clock.now_s()

    def submit(self, item: Input) -> None:
        """Hand over an input stamped with ``now_s()``. Never waits; safe in a device callback."""
        self._inbox.put(item)

    def change_score(self, score: Score, source: str, wait_s: float = 10.0) -> str | None:
        """Follow another score from here on; ``source`` is the file it was read from. Waits
        until it is so: never from the engine's thread. None, or what was wrong."""
        outcome: SimpleQueue[str | None] = SimpleQueue()
        if not self.running or not self._inbox.put(_Load(self.now_s(), source, score, outcome)):
            return "the session takes nothing in"
        try:
            return outcome.get(timeout=wait_s)
        except Empty:
            return "the session does not answer"

    @property
    def score(self) -> Score:
        """The score being followed."""
        return self._score

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def value_of(self, name: str) -> float | str:
        """Present value of one of ``PROPERTIES``."""
        return self._engine.settings[name]

    def stop(self, wait_s: float = 5.0) -> None:
        """Take what is in the inbox, settle what is open, close the sinks. Harmless twice."""
        if self._thread.is_alive():
            self._inbox.put_always(_Stop(self.now_s()))
            self._thread.join(wait_s)

    # On the engine's thread

    def _run(self) -> None:
        self._health = HealthMeter()
        opening = self._engine.open()
        self._tell(opening)
        self._record(None, opening)
        stopping = False
        while not stopping and self._failures < _FAILURES_TO_GIVE_UP:
            wait_s = tick_s(self._ticks) - self._clock.now_s()
            item = self._inbox.take(min(max(wait_s, 0.0), 1.0 / TICKS_PER_S))
            match item:
                case None:
                    self._tick_until(self._clock.now_s())
                case _Stop():
                    stopping = True
                case _Load():
                    self._load(item)
                case _:
                    self._take(item)
            self._look_after()
        self._push(Finish(max(self._last_s, self._clock.now_s())))
        self._close()

    def _take(self, item: Input) -> None:
        self._tick_until(item.t_s)
        self._push(self._in_order(item), came_s=item.t_s)

    def _in_order(self, item: Input) -> Input:
        """Time never goes back: what was stamped before its predecessor is stamped anew."""
        return item if item.t_s >= self._last_s else replace(item, t_s=self._last_s)

    def _tick_until(self, t_s: float) -> None:
        due = ticks_until(t_s)
        for number in range(max(self._ticks, due - _TICKS_CAUGHT_UP), due):
            if tick_s(number) >= self._last_s:
                self._push(Tick(tick_s(number)))
        self._ticks = max(self._ticks, due)

    def _push(self, item: Input, came_s: float | None = None) -> None:
        """One input through the engine to everybody. The only place the engine is pushed.
        ``came_s``: its own time, when it came from outside."""
        self._last_s = item.t_s
        try:
            events = push_safely(self._engine, item)
            self._failures = 0
        except Exception:
            self._failures += 1  # it could not even tell of its failure
            return
        self._tell(events)
        if came_s is not None and isinstance(item, Performed | Heard):
            self._health.add(self._clock.now_s() - came_s)
        self._record(item, events)

    def _tell(self, events: Sequence[Event]) -> None:
        if not events:
            return
        for sink in tuple(self._sinks):
            try:
                sink.send(events)
            except Exception as error:
                self._sinks.remove(sink)
                what = f"the output {type(sink).__name__} failed and was cut off: {error}"
                self._fault(what, "restart to get it back; everything else goes on")
                _close_quietly(sink)

    def _record(self, item: Input | None, events: Sequence[Event]) -> None:
        if self._recorder is not None:
            try:
                self._recorder.record(item, events)
            except Exception as error:
                self._stop_recording(error)

    def _load(self, load: _Load) -> None:
        self._tick_until(load.t_s)
        self._last_s = max(self._last_s, load.t_s)
        try:
            events = self._engine.load(load.score, self._last_s)
        except Exception as error:
            load.outcome.put(f"it cannot be followed: {error}")
            return
        self._score = load.score
        load.outcome.put(None)
        self._tell(events)
        if self._recorder is not None:
            try:
                self._recorder.record_score(self._last_s, load.source, events)
            except Exception as error:
                self._stop_recording(error)

    def _stop_recording(self, error: Exception) -> None:
        recorder, self._recorder = self._recorder, None
        self._fault(f"the journal stopped: {error}", "free some space and restart to keep a journal again")
        if recorder is not None:
            _close_quietly(recorder)

    def _fault(self, what: str, remedy: str) -> None:
        self._own.append(FaultSeen(self._last_s, what, remedy))

    def _look_after(self) -> None:
        """What the session has to say for itself."""
        if self._health.due(self._last_s):
            dropped = sum(sink.counts().dropped for sink in self._sinks if isinstance(sink, CountingSink))
            self._push(self._health.measure(self._last_s, self._inbox.overflows, dropped))
            lost = self._inbox.overflows - self._overflows_told
        else:
            # The first loss is told at once, a flood once per health report.
            lost = self._inbox.overflows if self._overflows_told == 0 else 0
        if lost:
            self._overflows_told = self._inbox.overflows
            self._fault(f"inbox full: {lost} inputs were lost", "send less, or stop other programs")
        while self._own:
            self._push(replace(self._own.popleft(), t_s=self._last_s))

    def _close(self) -> None:
        for sink in self._sinks:
            _close_quietly(sink)
        if self._recorder is not None:
            _close_quietly(self._recorder)


def _close_quietly(thing: Sink | Recorder) -> None:
    """At the end there is nobody left to tell of a failure."""
    try:
        thing.close()
    except Exception:
        return
