"""What was played, judged and in order: the dataclasses that the rest of the report reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from repetiteur.realtime.score import Score


class Kind(StrEnum):
    RIGHT = "right"
    MISSED = "missed"
    WRONG = "wrong"
    EXTRA = "extra"


class Begun(StrEnum):
    """How a stretch of playing came to begin."""

    START = "start"
    REPEAT = "repeat"  # a repeat or jump that is printed there
    AGAIN = "again"  # went back where nothing printed says so
    SKIP = "skip"  # left something out


@dataclass(frozen=True, slots=True)
class Heard:
    """A played note."""

    onset_s: float
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict that stood at the end. Fields that do not apply are None."""

    kind: Kind
    score_note: int | None  # index into the score's notes
    q: float
    onset_s: float  # played; for missed when it was due
    heard: Heard | None
    time: int  # nth time the player came through this bar, from 1
    stretch: int  # index into Take.stretches
    deviation_ms: float = 0.0  # right notes; positive is late


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bars played one after the other without going back or leaving out."""

    begun: Begun
    start_s: float
    end_s: float
    start_q: float
    end_q: float
    first_bar: int
    last_bar: int


@dataclass(frozen=True, slots=True)
class Take:
    """A performance of a score, judged. ``verdicts`` are in the order they were played or due."""

    score: Score
    verdicts: tuple[Verdict, ...]
    stretches: tuple[Stretch, ...]
    heard: int  # played notes
    faults: tuple[str, ...]

    def unplayed(self) -> list[int]:
        """Notes of the score that no verdict names. Ornaments do not count, nor does a second voice
        on the same key."""
        notes = self.score.notes
        keys = list(zip(notes["onset_q"].tolist(), notes["pitch"].tolist(), strict=True))
        judged = {keys[v.score_note] for v in self.verdicts if v.score_note is not None}
        return [k for k in (notes["kind"] == 0).nonzero()[0].tolist() if keys[k] not in judged]

    def of(self, kind: Kind) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.kind is kind]
