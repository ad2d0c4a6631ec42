"""What can be pushed into an engine: things played, time passing, and the operator's wishes.

Every input carries ``t_s``, seconds of stream time on the session's clock. The journal
stores exactly these, so a session can be played again from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from repetiteur.realtime.events import NoteStatus

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class NoteOn:
    t_s: float
    pitch: int
    velocity: int
    channel: int = 0


@dataclass(frozen=True, slots=True)
class NoteOff:
    t_s: float
    pitch: int
    channel: int = 0


@dataclass(frozen=True, slots=True)
class Controller:
    """A MIDI controller change (64 is the sustain pedal)."""

    t_s: float
    number: int
    value: int
    channel: int = 0


@dataclass(frozen=True, slots=True)
class HeardNote:
    """What the ears make of a note in the sound; told again, with the same id, as they learn more.

    Ids count from 0 and are the ears' own; the engine gives the note one of the stream's.
    """

    t_s: float  # of the newest sound that was needed
    id: int
    status: NoteStatus
    pitch: int
    onset_s: float
    velocity: int
    confidence: float


@dataclass(frozen=True, slots=True)
class HeardEnd:
    """A confirmed note of the ears no longer sounds."""

    t_s: float
    id: int
    offset_s: float


@dataclass(frozen=True, slots=True)
class HeardTrace:
    """Something in the sound that may be an onset, however faint; all from ``sure`` on are 0 to 1."""

    t_s: float  # of the newest sound that was needed
    id: int  # the ears' own of the confirmed note it is, or -1
    pitch: int
    onset_s: float
    sure: float  # what the onset heads say, the latest first
    middle: float
    early: float
    before: float  # whether the key sounded before,
    sounds: float  # right after,
    lasting: float  # and a tenth of a second later
    velocity: float


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Sound as it was captured: mono, full scale is 1. For the ears; a journal keeps what they heard."""

    t_s: float  # of the first sample
    samples: np.ndarray  # float32
    rate_hz: float
    lost: int = 0  # samples known to be missing before it
    clipped: int = 0  # runs at full scale that began in it
    scrubbed: int = 0  # values in it that were no sound, and are silence now


@dataclass(frozen=True, slots=True)
class Tick:
    """Nothing but time passing: positions glide and overdue notes become missed."""

    t_s: float


@dataclass(frozen=True, slots=True)
class Finish:
    """No more input will come: settle what is still open."""

    t_s: float


@dataclass(frozen=True, slots=True)
class FaultSeen:
    """Something outside went wrong and should be told as a ``fault`` event."""

    t_s: float
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class HealthMeasured:
    """Measured outside, told as a ``health`` event."""

    t_s: float
    latency_p50_ms: float
    latency_p99_ms: float
    overflows: int
    dropped: int
    cpu: float


@dataclass(frozen=True, slots=True)
class RulesAlone:
    """The machine cannot keep up: verdicts come from the rules, and the Ladder is not asked."""

    t_s: float


@dataclass(frozen=True, slots=True)
class AskLadder:
    """It can again, and the Ladder is asked again."""

    t_s: float


@dataclass(frozen=True, slots=True)
class Start:
    """Listen from here on (from ``armed`` or ``idle``)."""

    t_s: float


@dataclass(frozen=True, slots=True)
class Arm:
    """Wait for the first note at the current place."""

    t_s: float


@dataclass(frozen=True, slots=True)
class Stop:
    t_s: float


@dataclass(frozen=True, slots=True)
class Pause:
    t_s: float


@dataclass(frozen=True, slots=True)
class Resume:
    t_s: float


@dataclass(frozen=True, slots=True)
class Reset:
    """Back to the beginning, everything forgotten, armed."""

    t_s: float


@dataclass(frozen=True, slots=True)
class Panic:
    """End every sounding note and hold."""

    t_s: float


@dataclass(frozen=True, slots=True)
class GotoBar:
    t_s: float
    bar: str  # printed label
    pass_: int = 1


@dataclass(frozen=True, slots=True)
class GotoBeat:
    t_s: float
    q: float  # quarters from the start as written


@dataclass(frozen=True, slots=True)
class GotoMark:
    t_s: float
    mark: str


@dataclass(frozen=True, slots=True)
class Next:
    """The operator's hand: one onset on."""

    t_s: float


@dataclass(frozen=True, slots=True)
class Prev:
    t_s: float


@dataclass(frozen=True, slots=True)
class Loop:
    """Practise from one bar to the end of another, over and over."""

    t_s: float
    first_bar: str
    last_bar: str


@dataclass(frozen=True, slots=True)
class LoopOff:
    t_s: float


@dataclass(frozen=True, slots=True)
class SetProperty:
    """One of the names in ``properties.PROPERTIES``; the value as it came."""

    t_s: float
    name: str
    value: float | str


Performed = NoteOn | NoteOff | Controller
Heard = HeardNote | HeardEnd | HeardTrace
Command = (
    Start | Arm | Stop | Pause | Resume | Reset | Panic | GotoBar | GotoBeat | GotoMark
    | Next | Prev | Loop | LoopOff | SetProperty
)  # fmt: skip
Input = Performed | Heard | Tick | Finish | FaultSeen | HealthMeasured | RulesAlone | AskLadder | Command
INPUT_TYPES: tuple[type, ...] = (
    NoteOn, NoteOff, Controller, HeardNote, HeardEnd, HeardTrace, Tick, Finish, FaultSeen, HealthMeasured,
    RulesAlone, AskLadder, Start, Arm, Stop, Pause, Resume, Reset, Panic, GotoBar, GotoBeat, GotoMark,
    Next, Prev, Loop, LoopOff, SetProperty,
)  # fmt: skip
