"""Takes followed in the score of another piece: how soon that is noticed, and what is told meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from repetiteur.benchmarks.by_ear import WHOLE, Listening, read_chunks, sound_of
from repetiteur.benchmarks.drive import Drive, drive, drive_by_ear
from repetiteur.benchmarks.heard import left_standing
from repetiteur.benchmarks.mistakes import HeardAs
from repetiteur.benchmarks.takes import Take
from repetiteur.benchmarks.transcription.rendering import first_seconds
from repetiteur.benchmarks.workers import load_once
from repetiteur.bridges.performances import read_performance
from repetiteur.realtime.events import Match, Mistake, State, StateChanged


@dataclass(frozen=True, slots=True)
class StrangerResult:
    """One take in one wrong score, or all of them."""

    name: str
    heard: HeardAs
    lasts_s: float
    lost_s: float
    noticed_s: tuple[float, ...]  # when the state was first lost; nothing where it never was
    mistakes: int  # told, and not taken back
    matches: int

    @property
    def lost_share(self) -> float:
        return self.lost_s / self.lasts_s

    @property
    def mistakes_per_minute(self) -> float:
        return 60 * self.mistakes / self.lasts_s

    @property
    def matches_per_minute(self) -> float:
        return 60 * self.matches / self.lasts_s


def pairs(takes: Sequence[Take]) -> list[tuple[Take, Take]]:
    """Each take, and the next one that is of another piece."""
    found = []
    for number, take in enumerate(takes):
        others = (other for other in (*takes[number + 1 :], *takes) if other.piece != take.piece)
        found += [(take, other) for other in [next(others, None)] if other is not None]
    return found


def measure_stranger(
    pair: tuple[Take, Take], soundfont: Path | None = None, how: Listening = WHOLE
) -> tuple[StrangerResult, ...]:
    """What is played, and whose score lies on the stand; with a soundfont made to sound as well."""
    take, other = pair
    score, _ = load_once(other.score)
    played = first_seconds(read_performance(take.performance), how.seconds)
    results = [_measured(take.id, HeardAs.MIDI, drive(score, played))]
    if soundfont is not None:
        chunks = read_chunks(sound_of(how, replace(take, soundfont=soundfont)), how.seconds)
        results.append(_measured(take.id, HeardAs.SOUND, drive_by_ear(score, chunks, how.ears)))
    return tuple(results)


def pooled(results: Sequence[StrangerResult]) -> list[StrangerResult]:
    """All takes as one, for each way of hearing."""
    found = []
    for heard in dict.fromkeys(result.heard for result in results):
        those = [result for result in results if result.heard is heard]
        found.append(
            StrangerResult(
                "all",
                heard,
                sum(each.lasts_s for each in those),
                sum(each.lost_s for each in those),
                tuple(time_s for each in those for time_s in each.noticed_s),
                sum(each.mistakes for each in those),
                sum(each.matches for each in those),
            )
        )
    return found


def _measured(name: str, heard: HeardAs, run: Drive) -> StrangerResult:
    events, standing = run.events, left_standing(run.events)
    changes = [(event.at, event.state) for event in events if isinstance(event, StateChanged)]
    began_s, end_s = next((at for at, state in changes if state is State.FOLLOWING), 0.0), events[-1].at
    until_s = [at for at, _ in changes[1:]] + [end_s]
    lost = [(at, end) for (at, state), end in zip(changes, until_s, strict=True) if state is State.LOST]
    return StrangerResult(
        name,
        heard,
        end_s - began_s,
        sum(end - at for at, end in lost),
        tuple(at - began_s for at, _ in lost[:1]),
        sum(isinstance(event, Mistake) for event in standing),
        sum(isinstance(event, Match) for event in standing),
    )
