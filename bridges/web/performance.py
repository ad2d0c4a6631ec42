"""What the page needs of whatever is being followed: the controls of the wires, and the score itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from repetiteur.bridges.wire.control import Controls
from repetiteur.bridges.wire.verbs import VERBS
from repetiteur.realtime.score import Score

ALL_WORDS = frozenset(VERBS) - {"subscribe", "unsubscribe", "listen/P"}


@dataclass(frozen=True, slots=True)
class ScoreFile:
    """Where a score was read from."""

    path: Path
    parts: tuple[str, ...] | None


class Performance(Controls, Protocol):
    """Every method may be called from the page's own threads."""

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
