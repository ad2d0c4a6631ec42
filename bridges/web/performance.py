"""What the page needs of whatever is being followed: the controls of the wires, and the score itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from repetiteur.bridges.live_inputs import InUse, Kind
from repetiteur.bridges.wire.control import Controls
from repetiteur.bridges.wire.verbs import VERBS
from repetiteur.realtime.score import Score

ALL_WORDS = frozenset(VERBS) - {"subscribe", "unsubscribe", "listen/P"}


@dataclass(frozen=True, slots=True)
class ScoreFile:
    """Where a score was read from."""

    path: Path
    parts: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Offered:
    """An input that can be listened to."""

    kind: Kind
    name: str  # by which it is chosen
    about: str


@dataclass(frozen=True, slots=True)
class InputsThere:
    inputs: tuple[Offered, ...]
    missing: tuple[str, ...]  # what hinders finding more, each with its remedy


class Inputs(Protocol):
    """What is listened to, and could be. Every method may be called from the page's own threads."""

    def in_use(self) -> Sequence[InUse]:
        """At once."""
        ...

    def there(self) -> InputsThere:
        """May take a second, so it is called from a thread of its own."""
        ...

    def choose(self, kind: Kind, name: str | None) -> tuple[str, str] | None:
        """Listen to that one, or to none of its kind: None, or (what was wrong, remedy), and then the former
        goes on. May take seconds, so it is called from a thread of its own, never two at once."""
        ...


class Performance(Controls, Protocol):
    """Every method may be called from the page's own threads."""

    @property
    def inputs(self) -> Inputs | None:
        """None where nothing is played live."""
        ...

    @property
    def words(self) -> frozenset[str]:
        """The control words that mean something here."""
        ...

    def score(self) -> Score:
        """The one being followed now."""
        ...

    def file_of(self, score: Score) -> ScoreFile | None:
        """Where it came from; None where nobody knows."""
        ...

    def held(self) -> bool:
        """A recording that is stopped for the moment."""
        ...

    def loop(self) -> tuple[int, int] | None:
        """The first and last bar being practised over and over, whoever asked for it."""
        ...

    def level_dbfs(self) -> float | None:
        """How loud the sound is; None where it is not sound that is followed."""
        ...
