"""What was planted in the bundled performance, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from repetiteur.realtime.events import Event, Mistake, MistakeKind, Position

NEAR_S = 0.5  # a verdict further away is about another note
FOLLOWED_WITHIN_S = 2.0
NEAR_BEATS = 0.4
EARLY_S = 0.1  # the hands are not quite together


@dataclass(frozen=True, slots=True)
class PlantedMistake:
    kind: MistakeKind
    bar: str
    pass_: int
    beat: float
    expected: int | None  # MIDI pitch
    played: int | None
    onset_s: float


@dataclass(frozen=True, slots=True)
class Liberty:
    """Something to go along with, no mistake. At ``at_s`` the player is at the start of that bar."""

    what: str
    bar: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Planted:
    mistakes: tuple[PlantedMistake, ...]
    liberties: tuple[Liberty, ...]


def read_planted(path: Path) -> Planted:
    story = json.loads(path.read_text())
    mistakes = tuple(
        PlantedMistake(
            MistakeKind(row["kind"]),
            row["bar"],
            row["pass"],
            row["beat"],
            row["expected"],
            row["played"],
            row["onset_s"],
        )
        for row in story["mistakes"]
    )
    liberties = tuple(Liberty(row["what"], row["bar"], row["at_s"]) for row in story["liberties"])
    return Planted(mistakes, liberties)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Each planted mistake with what was told of it (None: not found), and what else was told."""

    found: tuple[tuple[PlantedMistake, Mistake | None], ...]
    unplanned: tuple[Mistake, ...]
    delays_s: tuple[tuple[Liberty, float | None], ...]  # until the position was there; None: never

    @property
    def complete(self) -> bool:
        """Every planted mistake was found."""
        return all(told is not None for _, told in self.found)


def compare(planted: Planted, told: Iterable[Mistake], positions: Sequence[Position]) -> Comparison:
    """``told``: the mistakes that stand at the end."""
    left = list(told)
    found: list[tuple[PlantedMistake, Mistake | None]] = []
    for mistake in planted.mistakes:
        verdict = next((each for each in left if _is(mistake, each)), None)
        if verdict is not None:
            left.remove(verdict)
        found.append((mistake, verdict))
    delays = tuple((liberty, _delay_s(liberty, positions)) for liberty in planted.liberties)
    return Comparison(tuple(found), tuple(left), delays)


class Trail:
    """A sink that remembers the positions."""

    def __init__(self) -> None:
        self.positions: list[Position] = []

    def send(self, events: Sequence[Event]) -> None:
        self.positions += [event for event in events if isinstance(event, Position)]

    def close(self) -> None: ...


def _is(planted: PlantedMistake, told: Mistake) -> bool:
    """Told at that time, of those pitches, and as what it was: a wrong note in a bar that is
    begun again may also be told as extra, since the right one came after all."""
    if abs(told.onset - planted.onset_s) > NEAR_S:
        return False
    if planted.kind is MistakeKind.MISSED:
        return told.kind is MistakeKind.MISSED and told.expected == planted.expected
    if planted.kind is MistakeKind.WRONG and told.kind is MistakeKind.WRONG:
        return told.played == planted.played and told.expected == planted.expected
    return told.kind is MistakeKind.EXTRA and told.played == planted.played


def _delay_s(liberty: Liberty, positions: Sequence[Position]) -> float | None:
    """Until the position is in that bar and as far into it as the player is by then."""
    for position in positions:
        late_s = position.at - liberty.at_s
        played_beat = 1.0 + late_s * position.bpm / 60.0  # the piece is in quarters
        near = position.bar == liberty.bar and abs(position.beat - played_beat) < NEAR_BEATS
        if -EARLY_S < late_s < FOLLOWED_WITHIN_S and near:
            return max(late_s, 0.0)
    return None
