"""The one table of events: what the outside is told.

Each dataclass below is one row of the event stream; its fields, in order, are the
wire's fields (a trailing underscore, as in ``pass_``, is dropped on the wire, and a
field that is ``None`` is left out). JSON lines, msgpack and OSC are spellings of
these rows and add nothing of their own. Rows are append-only: a changed meaning gets
a new type. Every event carries ``seq`` (gapless from 0) and ``at`` (seconds of stream
time of the newest input used), and nothing in it depends on a wall clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import ClassVar

WIRE_VERSION = 1


class State(StrEnum):
    """What the follower is doing."""

    IDLE = "idle"  # a score is loaded, nobody listens
    ARMED = "armed"  # waiting for the first note
    FOLLOWING = "following"
    COASTING = "coasting"  # nothing heard for a while: position moves on, capped, then holds
    LOST = "lost"  # what is heard does not fit the score; no verdicts until it does again
    PAUSED = "paused"
    ENDED = "ended"


class NoteStatus(StrEnum):
    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class MistakeKind(StrEnum):
    MISSED = "missed"  # a score note that was passed by
    EXTRA = "extra"  # a played note the score does not have
    WRONG = "wrong"  # a played note in the place of a score note: one missed plus one extra


@dataclass(frozen=True, slots=True)
class Event:
    """What every event has. ``type`` is the word on the wire."""

    type: ClassVar[str] = ""
    seq: int
    at: float


@dataclass(frozen=True, slots=True)
class Hello(Event):
    """First event of every stream, and again whenever a score is loaded."""

    type: ClassVar[str] = "hello"
    version: str
    wire: int
    score: str  # id of the score: the name of its file
    bars: int
    notes: int


@dataclass(frozen=True, slots=True)
class StateChanged(Event):
    type: ClassVar[str] = "state"
    state: State


@dataclass(frozen=True, slots=True)
class Position(Event):
    """Where the player is. ``q``: quarters from the first downbeat as written (a pickup is
    negative); ``travel``: the same in play order."""

    type: ClassVar[str] = "position"
    bar: str
    bar_index: int
    beat: float  # 1-based, in units of the time signature's lower number
    q: float
    travel: float
    bpm: float  # quarter notes per minute
    confidence: float  # 0 to 1, absolute: low on unrelated music


@dataclass(frozen=True, slots=True)
class Note(Event):
    """Something heard."""

    type: ClassVar[str] = "note"
    id: int
    status: NoteStatus
    pitch: int
    onset: float  # s
    velocity: int
    confidence: float | None = None  # of the ear, where there is one
    channel: int | None = None
    instrument: str | None = None


@dataclass(frozen=True, slots=True)
class NoteEnd(Event):
    type: ClassVar[str] = "note_end"
    id: int
    offset: float  # s


@dataclass(frozen=True, slots=True)
class Match(Event):
    """A played note is this score note."""

    type: ClassVar[str] = "match"
    note: int
    score_note: str
    q: float
    pass_: int  # 1 for the first time through
    deviation_ms: float  # against the player's own tempo; positive is late
    velocity_deviation: float  # against the player's own loudness of the moment, MIDI steps


@dataclass(frozen=True, slots=True)
class Mistake(Event):
    """A verdict of missed, extra or wrong. Fields that do not apply are ``None``."""

    type: ClassVar[str] = "mistake"
    kind: MistakeKind
    score_note: str | None  # missed, wrong
    expected: int | None  # pitch; missed, wrong
    note: int | None  # extra, wrong
    played: int | None  # pitch; extra, wrong
    q: float
    pass_: int
    onset: float  # s; for missed the time it was due
    confidence: float


@dataclass(frozen=True, slots=True)
class Retract(Event):
    """The match or mistake with that ``seq`` no longer holds."""

    type: ClassVar[str] = "retract"
    of: int


@dataclass(frozen=True, slots=True)
class Beat(Event):
    type: ClassVar[str] = "beat"
    bar: str
    bar_index: int
    beat: int
    pass_: int


@dataclass(frozen=True, slots=True)
class Bar(Event):
    type: ClassVar[str] = "bar"
    bar: str
    bar_index: int
    pass_: int


@dataclass(frozen=True, slots=True)
class Mark(Event):
    """A rehearsal mark was reached."""

    type: ClassVar[str] = "mark"
    mark: str
    bar: str
    pass_: int


@dataclass(frozen=True, slots=True)
class Jump(Event):
    """The player left the written order or took a repeat: position moved at one blow."""

    type: ClassVar[str] = "jump"
    from_q: float
    to_q: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Turn(Event):
    """A page or system ends soon."""

    type: ClassVar[str] = "turn"
    what: str  # "page" or "system"
    bar: str  # first bar after the turn
    seconds: float


@dataclass(frozen=True, slots=True)
class Health(Event):
    type: ClassVar[str] = "health"
    latency_p50_ms: float
    latency_p99_ms: float
    overflows: int
    dropped: int
    cpu: float  # share of one core, 0 to 1


@dataclass(frozen=True, slots=True)
class Fault(Event):
    """Something is wrong with the software or its input; never a musical mistake."""

    type: ClassVar[str] = "fault"
    what: str
    remedy: str


Emit = Callable[[type[Event], float, tuple], int]
"""Tells one event: its type, ``at``, and its further fields. Returns its ``seq``."""

EVENT_TYPES: tuple[type[Event], ...] = (
    Hello, StateChanged, Position, Note, NoteEnd, Match, Mistake, Retract,
    Beat, Bar, Mark, Jump, Turn, Health, Fault,
)  # fmt: skip


def wire_name(attribute: str) -> str:
    """``pass_`` is ``pass`` on the wire."""
    return attribute.rstrip("_")


def wire_fields(event_type: type[Event]) -> tuple[tuple[str, str], ...]:
    """(attribute, name on the wire) of each field, in wire order: seq, at, then the rest."""
    return tuple((field.name, wire_name(field.name)) for field in fields(event_type))
