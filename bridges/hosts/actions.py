"""What a host program may be asked to do. Every host is asked the same things; see ``dialects``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """One place on the host's timeline, in each of the ways hosts count."""

    seconds: float  # from its beginning
    quarters: float  # from its beginning
    bar: int  # 1 for the first bar, whatever is printed there
    beat: float  # 1-based, in units of the time signature's lower number
    mark: str = ""  # the last rehearsal mark up to here


@dataclass(frozen=True, slots=True)
class Play:
    """Roll from where the playhead is."""


@dataclass(frozen=True, slots=True)
class Record:
    """Roll and record on whatever is armed."""


@dataclass(frozen=True, slots=True)
class Stop:
    pass


@dataclass(frozen=True, slots=True)
class Locate:
    """Put the playhead there; ``rolling`` is what it should be afterwards."""

    place: Place
    rolling: bool


@dataclass(frozen=True, slots=True)
class Tempo:
    bpm: float  # quarter notes per minute


@dataclass(frozen=True, slots=True)
class Marker:
    """Leave a mark on the timeline. ``number`` counts them from 1."""

    seconds: float  # on the timeline; hosts that only mark the present ignore it
    label: str
    number: int


@dataclass(frozen=True, slots=True)
class Cue:
    """The rehearsal mark of that name is reached: fire what belongs to it."""

    label: str


Action = Play | Record | Stop | Locate | Tempo | Marker | Cue
