"""A running follower: one thread, a bounded inbox, time ticking, and everybody who listens.

The session is the only owner of threads in the musical core. Device callbacks and control
threads call ``submit``; the engine's thread stamps order into what they say, lets the
grid of ticks run in between, and hands the events to each sink in turn. Whatever fails
there is told as a fault, and the music goes on.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import Protocol

from repetiteur.realtime.audience import Audience, CountingSink, Recorder, Sink
from repetiteur.realtime.clock import Clock, LiveClock
from repetiteur.realtime.health import HealthMeter
from repetiteur.realtime.inbox import Inbox
from repetiteur.realtime.inputs import (
    AskLadder,
    FaultSeen,
    Finish,
    Heard,
    HeardTrace,
    Input,
    Performed,
    RulesAlone,
    Tick,
)
from repetiteur.realtime.kept_engine import KeptEngine
from repetiteur.realtime.overload import LATE_S, REMEDY, FirstWord, Overload, Work
from repetiteur.realtime.score import Score
from repetiteur.realtime.timeline import TICKS_PER_S, tick_s, ticks_until
from repetiteur.realtime.warm_up import warm_up

__all__ = ["CountingSink", "Recorder", "Session", "Sink", "Watcher"]

INBOX_CAPACITY = 4096
TICKS_COUNT_AFTER_S = 1.0  # ticks on time say nothing of notes that come too late from the ears
TIDY_AFTER_S = 1.0  # without anybody playing
TIDY_AT_LEAST_S = 60.0  # however much is played
_TICKS_CAUGHT_UP = TICKS_PER_S  # after a host pause; older ticks would only delay the notes
_TICKS_APART = 5  # while the rate of positions is left out
_STUMBLES = 3  # of our own, one after the other, until we give up


class Watcher(Protocol):
    """Measures. Called on the engine's thread."""

    def taken(self, item: Input) -> None:
        """The engine is about to be given this."""
        ...


@dataclass(frozen=True, slots=True)
class _Load:
    t_s: float
    source: str
    score: Score
    outcome: SimpleQueue[str | None]  # one answer: the problem, or None


@dataclass(frozen=True, slots=True)
class _Stop:
    t_s: float


def _nothing() -> None:
    return


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
        self._engine = KeptEngine(score)
        self._audience = Audience(self._fault)
        self._overload = Overload()
        self._first_word = FirstWord()
        self._ladder_asked = True
        self._clock = clock or LiveClock()
        self._inbox: Inbox[Input | _Load | _Stop] = Inbox(inbox_capacity)
        self._thread = threading.Thread(target=self._run, name="repetiteur engine", daemon=True)
        self._hurry: Callable[[], None] = _nothing
        self._tidy: Callable[[], None] = _nothing
        self._watcher: Watcher | None = None
        self._own: deque[FaultSeen] = deque()  # faults found by the engine's thread itself
        self._ticks = 0
        self._last_s = 0.0
        self._played_s = self._tidied_s = 0.0
        self._overflows_told = 0
        self._stumbles = 0  # one after the other

    # Before the start

    def add_sink(self, sink: Sink) -> None:
        """Sinks are told in the order they were added, and closed at the end."""
        self._audience.add(sink)

    def record_with(self, recorder: Recorder) -> None:
        """Keep everything; told after all sinks, so that it costs them no time."""
        self._audience.record_with(recorder)

    def hurry_with(self, hurry: Callable[[], None]) -> None:
        """Called once on the engine's thread, to make it a quick one."""
        self._hurry = hurry

    def tidy_with(self, tidy: Callable[[], None]) -> None:
        """Called on the engine's thread when nobody plays, to do what would disturb."""
        self._tidy = tidy

    def watch_with(self, watcher: Watcher) -> None:
        """Somebody measures."""
        self._watcher = watcher

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

    @property
    def overflows(self) -> int:
        """Inputs lost because the inbox was full."""
        return self._inbox.overflows

    def value_of(self, name: str) -> float | str:
        """Present value of one of ``PROPERTIES``."""
        return self._engine.settings[name]

    def leaves_out(self, work: Work) -> bool:
        """Whether the machine cannot keep up, and this is left out for a while."""
        return self._overload.leaves_out(work)

    def stop(self, wait_s: float = 5.0) -> None:
        """Take what is in the inbox, settle what is open, close the sinks. Harmless twice."""
        if self._thread.is_alive():
            self._inbox.put_always(_Stop(self.now_s()))
            self._thread.join(wait_s)

    # On the engine's thread

    def _run(self) -> None:
        self._hurry()
        self._health = HealthMeter()
        opening = self._engine.open()
        self._audience.tell(opening)
        self._audience.record(None, opening)
        stopping = False
        while not stopping and not self._engine.helpless and self._stumbles < _STUMBLES:
            try:
                stopping = self._turn()
                self._stumbles = 0
            except Exception as error:  # our own mistake: the engine knows no less for it
                self._stumbles += 1
                self._fault(f"the session stumbled: {type(error).__name__}: {error}", "please report this")
        self._push(Finish(max(self._last_s, self._clock.now_s())))
        self._audience.close()

    def _turn(self) -> bool:
        """Wait for something, or the next tick, and do it. Whether that was the end."""
        wait_s = tick_s(self._ticks) - self._clock.now_s()
        item = self._inbox.take(min(max(wait_s, 0.0), 1.0 / TICKS_PER_S))
        match item:
            case None:
                now_s = self._clock.now_s()
                late_s = now_s - tick_s(self._ticks)
                if late_s > LATE_S or now_s - self._played_s > TICKS_COUNT_AFTER_S:
                    self._look_at(late_s)
                self._tick_until(now_s)
                self._tidy_up(now_s)
            case _Stop():
                return True
            case _Load():
                self._load(item)
            case _:
                self._take(item)
        self._look_after()
        return False

    def _take(self, item: Input) -> None:
        self._look_at(self._clock.now_s() - item.t_s)
        self._played_s = max(self._played_s, item.t_s)
        self._tick_until(item.t_s)
        if isinstance(item, Heard):
            self._overload.offer(Work.LADDER if isinstance(item, HeardTrace) else Work.CONFIRMATION)
            told = self._first_word.on(item, self._overload.leaves_out(Work.CONFIRMATION))
            if told is None:
                return
            item = told
        self._push(self._in_order(item), came_s=item.t_s)

    def _in_order(self, item: Input) -> Input:
        """Time never goes back: what was stamped before its predecessor is stamped anew."""
        return item if item.t_s >= self._last_s else replace(item, t_s=self._last_s)

    def _tick_until(self, t_s: float) -> None:
        due = ticks_until(t_s)
        apart = _TICKS_APART if self._overload.leaves_out(Work.POSITION_RATE) else 1
        for number in range(max(self._ticks, due - _TICKS_CAUGHT_UP), due):
            if number % apart == 0 and tick_s(number) >= self._last_s:
                self._push(Tick(tick_s(number)))
        self._ticks = max(self._ticks, due)

    def _push(self, item: Input, came_s: float | None = None) -> None:
        """One input through the engine to everybody. ``came_s``: its own time, when it came from outside."""
        self._last_s = item.t_s
        if self._watcher is not None:
            self._watcher.taken(item)
        for step in self._engine.push(item):
            self._audience.tell(step.events)
            if step.item is None:
                self._audience.record_score(item.t_s, None, step.events)
            else:
                self._audience.record(step.item, step.events)
        if came_s is not None and isinstance(item, Performed | Heard):
            self._health.add(self._clock.now_s() - came_s)

    # The rest

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
        self._audience.tell(events)
        self._audience.record_score(self._last_s, load.source, events)

    def _fault(self, what: str, remedy: str) -> None:
        self._own.append(FaultSeen(self._last_s, what, remedy))

    def _look_at(self, late_s: float) -> None:
        """Whether we keep up."""
        work = self._overload.look(self._clock.now_s(), late_s)
        if work is not None:
            self._fault(f"the machine cannot keep up: {work.value}", REMEDY)
        asked = not self._overload.leaves_out(Work.LADDER)
        if asked is not self._ladder_asked:  # an input like any other: played again, it is the same
            self._ladder_asked = asked
            self._push(AskLadder(self._last_s) if asked else RulesAlone(self._last_s))

    def _tidy_up(self, now_s: float) -> None:
        """Only right after a tick, when there is time until the next."""
        quiet = self._played_s > self._tidied_s and now_s - self._played_s > TIDY_AFTER_S
        if quiet or now_s - self._tidied_s > TIDY_AT_LEAST_S:
            self._tidied_s = now_s
            self._tidy()

    def _look_after(self) -> None:
        """What the session has to say for itself."""
        if self._health.due(self._last_s):
            self._push(self._health.measure(self._last_s, self._inbox.overflows, self._audience.dropped))
            lost = self._inbox.overflows - self._overflows_told
        else:
            # The first loss is told at once, a flood once per health report.
            lost = self._inbox.overflows if self._overflows_told == 0 else 0
        if lost:
            self._overflows_told = self._inbox.overflows
            self._fault(f"inbox full: {lost} inputs were lost", "send less, or stop other programs")
        while self._own:
            self._push(replace(self._own.popleft(), t_s=self._last_s))
