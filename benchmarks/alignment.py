"""A note alignment as it lies on disk: one row per matched, missed or extra note."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from repetiteur.realtime.errors import InputError


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
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(_row(cells) for cells in csv.DictReader(file, delimiter="\t"))
    except (OSError, ValueError, KeyError) as error:
        raise InputError(str(path), f"not an alignment table: {error}", "restore the set's files") from None


def read_hand_onsets(path: Path) -> tuple[tuple[float, float], ...]:
    """(unfolded quarters, seconds) of the score onsets somebody marked by hand."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(
                (float(cells["score_onset_q"]), float(cells["time_s"]))
                for cells in csv.DictReader(file, delimiter="\t")
                if cells["score_onset_q"] and cells["time_s"]
            )
    except (OSError, ValueError, KeyError) as error:
        raise InputError(str(path), f"not an onset table: {error}", "restore the set's files") from None


def read_regions(path: Path) -> tuple[tuple[float, float], ...]:
    """(start, end) in seconds of the stretches in which somebody heard mistakes."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(
                (float(cells["start_s"]), float(cells["end_s"]))
                for cells in csv.DictReader(file, delimiter="\t")
            )
    except (OSError, ValueError, KeyError) as error:
        raise InputError(str(path), f"not a table of regions: {error}", "restore the set's files") from None


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
