"""The host records the player: it rolls by itself, and gets markers where something happened.

It begins when the session listens, so that the first note is in, and its timeline is stream time
from there: never put elsewhere, never told a tempo, never stopped before the session ends, so that
nothing is lost. Events in, actions out; nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from repetiteur.bridges.hosts.actions import Action, Locate, Marker, Place, Record, Stop
from repetiteur.realtime.events import Event, Mark, Mistake, Retract, State, StateChanged

BEGINNING = Place(0.0, 0.0, 1, 1.0)
_LISTENING = (State.ARMED, State.FOLLOWING, State.LOST)
SURE_AFTER_S = 1.5  # by then nearly all verdicts that will be taken back have been


class Recording:
    """``wording`` says a mistake in few words. ``marks_here``: the host can only mark the present,
    so that a verdict is marked when it is told; elsewhere it waits until it is sure, and is marked
    where the mistake was."""

    def __init__(self, wording: Callable[[Mistake], str], marks_here: bool) -> None:
        self._wording = wording
        self._wait_s = 0.0 if marks_here else SURE_AFTER_S
        self._zero_s: float | None = None  # stream time at the beginning of the recording
        self._waiting: list[Mistake] = []
        self._markers = 0

    def take(self, event: Event) -> Iterator[Action]:
        """What the host must do because of this event."""
        yield from self._mark_sure(event.at - self._wait_s)
        match event:
            case StateChanged() if self._zero_s is None and event.state in _LISTENING:
                self._zero_s = event.at
                yield Locate(BEGINNING, rolling=True)
                yield Record()
            case Mark():
                yield from self._marker(event.at, event.mark)
            case Mistake():
                self._waiting.append(event)
                if self._wait_s <= 0.0:
                    yield from self._mark_sure(event.at)
            case Retract():
                self._waiting = [mistake for mistake in self._waiting if mistake.seq != event.of]

    def seen_at(self, seconds: float, t_s: float) -> None:
        """It is where it is."""

    def finish(self) -> Iterator[Action]:
        """Nothing more will come."""
        yield from self._mark_sure(float("inf"))
        if self._zero_s is not None:
            yield Stop()

    def _mark_sure(self, until_s: float) -> Iterator[Action]:
        while self._waiting and self._waiting[0].at <= until_s:
            mistake = self._waiting.pop(0)
            yield from self._marker(mistake.onset, self._wording(mistake))

    def _marker(self, t_s: float, label: str) -> Iterator[Action]:
        if self._zero_s is not None:
            self._markers += 1
            yield Marker(max(t_s - self._zero_s, 0.0), label, self._markers)
