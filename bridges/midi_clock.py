"""MIDI clock and song position that follow the player, as a sink."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from repetiteur.bridges.hosts.actions import Action, Locate, Play, Stop, Tempo
from repetiteur.bridges.hosts.following import Following
from repetiteur.bridges.hosts.places import Places
from repetiteur.bridges.midi_out import MidiOut
from repetiteur.bridges.midi_ticks import TICK, TickTrain
from repetiteur.realtime.events import Event, Hello, State, StateChanged
from repetiteur.realtime.score import Score

_DRIFT = 1e-4  # of the system's clock against the stream's, at most
_CLOSE_S = 2.0


@dataclass(frozen=True, slots=True)
class MidiOutCounts:
    dropped: int  # messages the port would not take


class StreamTime:
    """When a stream time is, on this machine's clock. Events come late, never early, so the
    earliest seen tells; it may drift a little."""

    def __init__(self) -> None:
        self._offset_s: float | None = None
        self._seen_s = 0.0

    def seen(self, at_s: float, now_s: float) -> None:
        """An event of that stream time is here."""
        offset_s = now_s - at_s
        if self._offset_s is not None:
            offset_s = min(offset_s, self._offset_s + (now_s - self._seen_s) * _DRIFT)
        self._offset_s, self._seen_s = offset_s, now_s

    def local_s(self, t_s: float) -> float:
        return t_s + (self._offset_s or 0.0)


class MidiClock:
    """A sink, and a thread that sends each tick when it is due. Closes its output."""

    def __init__(
        self,
        out: MidiOut,
        score_now: Callable[[], Score],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._out = out
        self._score_now = score_now
        self._now_s = now_s
        self._following: Following | None = None
        self._train = TickTrain()
        self._stream = StreamTime()
        self._open = True
        self._changed = threading.Condition()  # around train and stream
        self._thread = threading.Thread(target=self._run, name="midi clock", daemon=True)
        self._thread.start()

    @property
    def name(self) -> str:
        """Of the output."""
        return self._out.name

    def send(self, events: Sequence[Event]) -> None:
        """On the engine's thread; waits for nothing but a tick going out."""
        with self._changed:
            for event in events:
                if self._following is None or isinstance(event, Hello):
                    self._finish(event.at)
                    places = Places(self._score_now())
                    self._following = Following(places, takes_tempo=True, marks_here=False, lead_s=0.0)
                self._stream.seen(event.at, self._now_s())
                for action in self._following.take(event):
                    self._carry_out(action, event.at)
                if isinstance(event, StateChanged) and event.state in (State.PAUSED, State.IDLE):
                    self._out.silence()  # a panic pauses
            self._changed.notify()

    def counts(self) -> MidiOutCounts:
        return MidiOutCounts(self._out.failures)

    def close(self) -> None:
        """The clock stops, nothing sounds on, the port is free. Harmless twice."""
        with self._changed:
            self._finish(0.0)
            self._open = False
            self._changed.notify()
        if self._thread is not threading.current_thread():
            self._thread.join(_CLOSE_S)
        self._out.close()

    def _finish(self, t_s: float) -> None:
        if self._following is not None:
            for action in self._following.finish():
                self._carry_out(action, t_s)

    def _carry_out(self, action: Action, t_s: float) -> None:
        train, out = self._train, self._out
        match action:
            case Tempo(bpm):
                train.tempo(bpm, t_s)
            case Locate(place, rolling):
                # Receivers take a place only while they stand.
                before = (train.stop(),) if train.rolling else ()
                there = train.put_at(place.quarters, t_s)
                out.send(*before, there, *((train.roll(),) if rolling else ()))
            case Play() if not train.rolling:
                out.send(train.roll())
            case Stop() if train.rolling:
                out.send(train.stop())

    def _run(self) -> None:
        with self._changed:
            while self._open:
                wait_s = self._stream.local_s(self._train.due_s()) - self._now_s()
                if wait_s <= 0.0:
                    self._out.send(TICK)
                    self._train.take()
                else:
                    self._changed.wait(min(wait_s, 1.0))
