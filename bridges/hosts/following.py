"""The host plays along: its timeline is the score, and its transport follows the player.

It rolls when the player begins, stops when they stop or are lost for long, is put elsewhere when
they leap, and is held to their tempo (or, where it takes none, put right at the bar lines).
Events in, actions out; nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator

from repetiteur.bridges.hosts.actions import Action, Cue, Locate, Marker, Play, Stop
from repetiteur.bridges.hosts.places import Places
from repetiteur.bridges.hosts.steering import Steering
from repetiteur.realtime.events import Bar, Event, Jump, Mark, Position, State, StateChanged

LOST_LONG_S = 3.0
APART_S = 0.5  # a tempo cannot mend that in a musical way: put it right at the next bar line
APART_FIXED_S = 0.08  # the same where there is no tempo to mend it with
START_CUE = "start"  # fired when the host begins to roll in the first bar
REACHED_Q = 0.02

_STANDING = (State.IDLE, State.ARMED, State.PAUSED, State.ENDED, State.COASTING)


class Following:
    """One host and one score. ``marks_here``: it can leave a marker where it is now."""

    def __init__(self, places: Places, takes_tempo: bool, marks_here: bool, lead_s: float) -> None:
        self._places = places
        self._marks_here = marks_here
        self._lead_s = lead_s
        self._steering = Steering(places, takes_tempo, lead_s)
        self._apart_s = APART_S if takes_tempo else APART_FIXED_S
        self._state = State.IDLE
        self._rolling = False
        self._lost_s: float | None = None
        self._leapt = False
        self._barline = False
        self._put_q: float | None = None  # where the standing playhead was put last
        self._fired: set[float] = set()  # q of the marks whose cues are out
        self._marked: set[float] = set()  # q of the marks that have their marker

    def take(self, event: Event) -> Iterator[Action]:
        """What the host must do because of this event."""
        match event:
            case StateChanged():
                yield from self._enter(event)
            case Jump():
                self._leapt = True
                self._fired = {q for q in self._fired if q < event.to_q - REACHED_Q}
            case Position():
                yield from self._position(event)
            case Bar():
                self._barline = True
            case Mark():
                yield from self._mark(event)
        if self._rolling and self._lost_s is not None and event.at - self._lost_s > LOST_LONG_S:
            yield from self._stop()

    def finish(self) -> Iterator[Action]:
        """Nothing more will come."""
        yield from self._stop()

    def _enter(self, event: StateChanged) -> Iterator[Action]:
        self._state = event.state
        self._lost_s = event.at if event.state is State.LOST else None
        if event.state in _STANDING:
            yield from self._stop()
        if event.state is State.ARMED:
            self._fired.clear()

    def _stop(self) -> Iterator[Action]:
        if self._rolling:
            self._rolling = False
            self._put_q = None
            yield Stop()

    def _position(self, event: Position) -> Iterator[Action]:
        if self._state is State.FOLLOWING and not self._rolling:
            yield from self._roll(event)
        elif self._rolling:
            yield from self._keep(event)
        elif self._state in (State.ARMED, State.PAUSED) and event.q != self._put_q:
            self._put_q = event.q
            yield Locate(self._places.at(event.q), rolling=False)
        self._leapt = False
        if self._rolling:
            ahead_q = event.q + self._lead_s * event.bpm / 60.0
            yield from self._fire(event.q - REACHED_Q, ahead_q)

    def _roll(self, event: Position) -> Iterator[Action]:
        self._rolling = True
        tempo = self._steering.begin(event.bpm, event.at)
        if tempo is not None:
            yield tempo
        yield Locate(self._places.at(self._steering.put_at(event.q, event.at)), rolling=False)
        yield Play()
        if event.bar_index == 0:
            yield Cue(START_CUE)

    def _keep(self, event: Position) -> Iterator[Action]:
        barline, self._barline = self._barline, False
        gap_s = abs(self._steering.gap_s(event.q, event.at))
        if self._leapt or (barline and self._state is State.FOLLOWING and gap_s > self._apart_s):
            yield Locate(self._places.at(self._steering.put_at(event.q, event.at)), rolling=True)
        if self._state is State.FOLLOWING:
            tempo = self._steering.follow(event.q, event.bpm, event.at)
            if tempo is not None:
                yield tempo

    def _mark(self, event: Mark) -> Iterator[Action]:
        mark = self._places.mark_named(event.mark, event.bar)
        if mark is None or not self._rolling:
            return
        yield from self._fire(mark.q, mark.q)
        if self._marks_here and mark.q not in self._marked:
            self._marked.add(mark.q)
            yield Marker(self._places.seconds(mark.q), mark.label, len(self._marked))

    def _fire(self, from_q: float, to_q: float) -> Iterator[Action]:
        for mark in self._places.marks:
            if from_q <= mark.q <= to_q and mark.q not in self._fired:
                self._fired.add(mark.q)
                yield Cue(mark.label)
