"""A host program as somebody who listens to the session: events in, OSC datagrams out."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from repetiteur.bridges.hosts.actions import Action, Stop
from repetiteur.bridges.hosts.dialects import SAMPLE_RATE_HZ, Dialect, Marks, Message
from repetiteur.bridges.hosts.following import Following
from repetiteur.bridges.hosts.places import Places
from repetiteur.bridges.hosts.recording import Recording
from repetiteur.bridges.wire import osc
from repetiteur.bridges.wire.endpoint import Endpoint
from repetiteur.realtime.events import Beat, Event, Hello, Mistake
from repetiteur.realtime.score import Score

if TYPE_CHECKING:
    from repetiteur.bridges.terminal.words import Speller

_MOST_ANSWERS = 64  # read at once
_FRESH_S = 0.1  # an answer later than that says little about when it was true


class Timeline(StrEnum):
    """What a host's timeline is."""

    SCORE = "score"  # it plays along, bar for bar
    RECORDING = "recording"  # it records the player


class Director(Protocol):
    """What decides; pure."""

    def take(self, event: Event) -> Iterable[Action]: ...

    def seen_at(self, seconds: float, t_s: float) -> None: ...

    def finish(self) -> Iterable[Action]: ...


class HostSink:
    """A sink. ``where`` is numeric; a host that does not run is no trouble: that is how UDP is.

    ``score_now`` is asked when the stream begins and whenever a score is loaded.
    """

    def __init__(
        self,
        dialect: Dialect,
        where: Endpoint,
        score_now: Callable[[], Score],
        timeline: Timeline = Timeline.SCORE,
        lead_s: float | None = None,
    ) -> None:
        self._dialect = dialect
        self._where = where
        self._score_now = score_now
        self._timeline = timeline
        self._lead_s = dialect.lead_s if lead_s is None else lead_s
        self._rate_hz: float | None = None  # of the host, once it has told
        self._speller: tuple[Score, Speller] | None = None
        self._asked_s = -1.0  # where it is, in stream time
        self._director: Director | None = None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._ask()

    def send(self, events: Sequence[Event]) -> None:
        """Never waits."""
        for event in events:
            if self._director is None or (isinstance(event, Hello) and self._timeline is Timeline.SCORE):
                self._finish()
                self._director = self._direct(self._score_now())
            self._listen(event.at)
            self._carry_out(self._director.take(event))
            if isinstance(event, Beat):
                self._asked_s = event.at
                self._say_all(self._dialect.ask_place)

    def close(self) -> None:
        """The host stops with the session."""
        self._finish()
        self._socket.close()

    def _direct(self, score: Score) -> Director:
        dialect = self._dialect
        here = dialect.marks is Marks.HERE
        if self._timeline is Timeline.SCORE:
            return Following(Places(score), dialect.takes_tempo, here, self._lead_s)
        return Recording(self._worded, here)

    def _worded(self, mistake: Mistake) -> str:
        from repetiteur.bridges.terminal.words import Speller, sentence

        score = self._score_now()
        if self._speller is None or self._speller[0] is not score:
            self._speller = (score, Speller(score))
        return sentence(mistake, score, self._speller[1])

    def _finish(self) -> None:
        if self._director is not None:
            self._carry_out(self._director.finish())

    def _carry_out(self, actions: Iterable[Action]) -> None:
        for action in actions:
            self._say_all(self._dialect.spell(action, self._rate_hz or SAMPLE_RATE_HZ))
            if isinstance(action, Stop) and self._rate_hz is None:
                self._ask()  # perhaps it was started after us

    def _ask(self) -> None:
        self._say_all(self._dialect.ask)

    def _say_all(self, messages: Iterable[Message]) -> None:
        for message in messages:
            try:
                self._socket.sendto(osc.packet(message.address, message.arguments), self._where)
            except OSError:
                continue  # nobody there now, perhaps later

    def _listen(self, t_s: float) -> None:
        """What the host has answered to what it was asked."""
        for _ in range(_MOST_ANSWERS if self._dialect.ask else 0):
            try:
                packet, sender = self._socket.recvfrom(65536)
            except OSError:
                return
            if sender != self._where:
                continue
            self._rate_hz = self._dialect.rate_in(packet) or self._rate_hz
            seconds = self._dialect.place_in(packet, self._rate_hz or SAMPLE_RATE_HZ)
            if seconds is not None and t_s - self._asked_s < _FRESH_S and self._director is not None:
                self._director.seen_at(seconds, self._asked_s)
