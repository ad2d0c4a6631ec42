"""What another program may ask of a session: the requests, the answers, and ``Controls``.

No sockets and no bytes here. ``verbs`` turns words into requests; the two servers are thin
shells that carry them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from repetiteur.realtime import inputs


@dataclass(frozen=True, slots=True)
class ScoreInfo:
    """The loaded score in brief."""

    id: str
    title: str
    bars: int
    notes: int
    parts: tuple[str, ...]


class Controls(Protocol):
    """What the servers need from a session. Every method is called from a server's thread."""

    def submit(self, command: inputs.Command) -> None:
        """Queue a command and return at once; its ``t_s`` is stamped again by the session."""
        ...

    def now_s(self) -> float:
        """Stream time now."""
        ...

    def load_score(self, path: str) -> tuple[str, str] | None:
        """Change the score: None, or (what was wrong, remedy). May take seconds, so it is
        called from a thread of its own, never two at once."""
        ...

    def score_info(self) -> ScoreInfo: ...

    def property(self, name: str) -> float | str:
        """Present value of one of ``PROPERTIES``."""
        ...


class RefusedError(Exception):
    """A request that cannot be used: what is wrong, and what to do about it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} ({remedy})")
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class LoadScore:
    path: str


@dataclass(frozen=True, slots=True)
class AskScoreInfo:
    pass


@dataclass(frozen=True, slots=True)
class GetProperty:
    name: str


@dataclass(frozen=True, slots=True)
class ListenProperty:
    """Tell the value now and whenever it changes."""

    name: str


@dataclass(frozen=True, slots=True)
class Ping:
    number: int


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Send events of these types; ``port`` 0 is the one the request came from."""

    port: int
    types: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    port: int


@dataclass(frozen=True, slots=True)
class ButtonReleased:
    """A control surface sends its button again with 0 when it is let go: nothing to do."""


Request = (
    inputs.Command | LoadScore | AskScoreInfo | GetProperty | ListenProperty | Ping | Subscribe
    | Unsubscribe | ButtonReleased
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pong:
    """Answer to ``Ping``: its number back, and stream time in milliseconds."""

    number: int
    stream_ms: int


@dataclass(frozen=True, slots=True)
class PropertyValue:
    """Answer to ``GetProperty`` and ``ListenProperty``."""

    name: str
    value: float | str


Answer = Pong | PropertyValue | ScoreInfo


def perform(request: inputs.Command | AskScoreInfo | GetProperty | Ping, controls: Controls) -> Answer | None:
    """Carry out what every server does alike; None where there is nothing to say back."""
    match request:
        case Ping(number):
            return Pong(number, round(controls.now_s() * 1000.0))
        case GetProperty(name):
            return PropertyValue(name, controls.property(name))
        case AskScoreInfo():
            return controls.score_info()
    controls.submit(request)
    return None
