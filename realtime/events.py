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
from typing import ClassVar, dataclass_transform

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


@dataclass_transform(frozen_default=True)
def row(event_type: type) -> type:
    """A frozen dataclass with slots. Only the type checker does the freezing: at run time that would
    make an event three times as dear, and events are most of what Python does for a note."""
    return dataclass(slots=True, unsafe_hash=True)(event_type)


@row
class Event:
    """What every event has. ``type`` is the word on the wire."""

    type: ClassVar[str] = ""
    seq: int
    at: float


@row
class Hello(Event):
    """First event of every stream, and again whenever a score is loaded."""

    type: ClassVar[str] = "hello"
    version: str
    wire: int
    score: str  # id of the score: the name of its file
    bars: int
    notes: int


@row
class StateChanged(Event):
    type: ClassVar[str] = "state"
    state: State


@row
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


@row
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


@row
class NoteEnd(Event):
    type: ClassVar[str] = "note_end"
    id: int
    offset: float  # s


@row
class Match(Event):
    """A played note is this score note."""

    type: ClassVar[str] = "match"
    note: int
    score_note: str
    q: float
    pass_: int  # 1 for the first time through
    deviation_ms: float  # against the player's own tempo; positive is late
    velocity_deviation: float  # against the player's own loudness of the moment, MIDI steps


@row
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


@row
class Retract(Event):
    """The match or mistake with that ``seq`` no longer holds."""

    type: ClassVar[str] = "retract"
    of: int


@row
class Beat(Event):
    type: ClassVar[str] = "beat"
    bar: str
    bar_index: int
    beat: int
    pass_: int


@row
class Bar(Event):
    type: ClassVar[str] = "bar"
    bar: str
    bar_index: int
    pass_: int


@row
class Mark(Event):
    """A rehearsal mark was reached."""

    type: ClassVar[str] = "mark"
    mark: str
    bar: str
    pass_: int


@row
class Jump(Event):
    """The player left the written order or took a repeat: position moved at one blow."""

    type: ClassVar[str] = "jump"
    from_q: float
    to_q: float
    confidence: float


@row
class Turn(Event):
    """A page or system ends soon."""

    type: ClassVar[str] = "turn"
    what: str  # "page" or "system"
    bar: str  # first bar after the turn
    seconds: float


@row
class Health(Event):
    type: ClassVar[str] = "health"
    latency_p50_ms: float
    latency_p99_ms: float
    overflows: int
    dropped: int
    cpu: float  # share of one core, 0 to 1


@row
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
