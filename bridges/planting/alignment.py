"""A note alignment as it lies on disk: one row per matched, missed or extra note."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from repetiteur.realtime.errors import InputError

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class ScoreSide:
    """A note of the unfolded score."""

    id: str
    onset_q: float  # from the start of the score with all repeats written out
    duration_q: float
    pitch: int


@dataclass(frozen=True, slots=True)
class PlayedSide:
    """A note of the performance."""

    id: str
    onset_s: float
    pitch: int
    duration_s: float = 0.0
    velocity: int = 64


@dataclass(frozen=True, slots=True)
class Row:
    """Both sides: a match. Score only: missed. Played only: extra.

    ``due_s``: for a missed note, when it should have sounded, where the table says so.
    ``labelled`` is False for the few score notes the annotators left undecided.
    """

    score: ScoreSide | None
    played: PlayedSide | None
    due_s: float | None = None
    labelled: bool = True

    @property
    def is_match(self) -> bool:
        return self.score is not None and self.played is not None


def read_alignment(path: Path) -> tuple[Row, ...]:
    """The rows of an ``align.tsv``."""
    return tuple(_table(path, _row))


def read_hand_onsets(path: Path) -> tuple[tuple[float, float], ...]:
    """(unfolded quarters, seconds) of the score onsets somebody marked by hand."""
    return tuple(pair for pair in _table(path, _hand_onset) if pair is not None)


def read_regions(path: Path) -> tuple[tuple[float, float], ...]:
    """(start, end) in seconds of the stretches in which somebody heard mistakes."""
    return tuple(_table(path, lambda cells: (float(cells["start_s"]), float(cells["end_s"]))))


def _table(path: Path, read_row: Callable[[dict[str, str]], Line]) -> list[Line]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [read_row(cells) for cells in csv.DictReader(file, delimiter="\t")]
    except FileNotFoundError:
        raise InputError(str(path), "no such file", "restore the set's files") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"not a table of the kind expected ({type(error).__name__}: {error})"
        raise InputError(str(path), what, "restore the set's files") from None


def _hand_onset(cells: dict[str, str]) -> tuple[float, float] | None:
    if not cells["score_onset_q"] or not cells["time_s"]:
        return None
    return float(cells["score_onset_q"]), float(cells["time_s"])


def _row(cells: dict[str, str]) -> Row:
    status = cells["status"]
    score = played = due_s = None
    if status != "insertion":
        score = ScoreSide(
            cells["score_id"],
            float(cells["score_onset_q"]),
            float(cells["score_dur_q"] or 0.0),
            int(cells["score_pitch"]),
        )
    if status in ("match", "insertion"):
        played = PlayedSide(
            cells["perf_id"],
            float(cells["perf_onset_s"]),
            int(cells["perf_pitch"]),
            float(cells["perf_dur_s"] or 0.0),
            int(cells["velocity"] or 64),
        )
    elif cells["perf_onset_s"]:
        due_s = float(cells["perf_onset_s"])
    return Row(score, played, due_s, labelled=status != "deletion_unlabelled")
