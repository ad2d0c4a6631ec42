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
from repetiteur.realtime.events import Bar, Event, Jump, Mark, Note, Position, State, StateChanged

LOST_LONG_S = 3.0
APART_S = 0.5  # a tempo cannot mend that in a musical way: put it right at the next bar line
APART_FIXED_S = 0.08  # the same where there is no tempo to mend it with
START_CUE = "start"  # fired when the host begins to roll in the first bar
REACHED_Q = 0.02

_READY = (State.ARMED, State.PAUSED)
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
        self._note_s = -1.0  # stream time of the newest note
        self._leapt = False
        self._awaited = False  # put somewhere by the operator: the next note begins there
        self._barline = False
        self._put_q: float | None = None  # where the standing playhead was put last
        self._fired: set[float] = set()  # q of the marks whose cues are out
        self._marked: set[float] = set()  # q of the marks that have their marker

    def take(self, event: Event) -> Iterator[Action]:
        """What the host must do because of this event."""
        match event:
            case StateChanged():
                yield from self._enter(event)
            case Note():
                self._note_s = event.at
            case Jump():
                self._leapt = True
                if event.at != self._note_s:  # the operator's hand, not the player's
                    self._awaited = True
                self._fired = {q for q in self._fired if q < event.to_q - REACHED_Q}
            case Position():
                yield from self._position(event)
            case Bar():
                self._barline = True
            case Mark():
                yield from self._mark(event)
        if self._rolling and self._lost_s is not None and event.at - self._lost_s > LOST_LONG_S:
            yield from self._stop()

    def seen_at(self, seconds: float, t_s: float) -> None:
        """Where the host itself says it was at that stream time."""
        if self._rolling:
            self._steering.seen_at(seconds, t_s)

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
            yield Stop()

    def _position(self, event: Position) -> Iterator[Action]:
        if event.at == self._note_s:
            self._awaited = False
        if self._rolling and self._awaited:
            # In this order: Ardour forgets a locate that comes before it has quite stopped.
            yield self._stand(event.q)
            yield from self._stop()
        elif self._rolling:
            yield from self._keep(event)
        elif self._state is State.FOLLOWING and not self._awaited:
            yield from self._roll(event)
        elif event.q != self._put_q and (self._awaited or self._state in _READY):
            yield self._stand(event.q)
        self._leapt = False
        if self._rolling:
            ahead_q = event.q + self._lead_s * event.bpm / 60.0
            yield from self._fire(event.q - REACHED_Q, ahead_q)

    def _stand(self, q: float) -> Locate:
        self._put_q = q
        return Locate(self._places.at(q), rolling=False)

    def _roll(self, event: Position) -> Iterator[Action]:
        self._rolling, self._put_q = True, None
        tempo = self._steering.begin(event.bpm, event.at)
        if tempo is not None:
            yield tempo
        yield Locate(self._places.at(self._steering.put_at(event.q, event.at)), rolling=True)
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
