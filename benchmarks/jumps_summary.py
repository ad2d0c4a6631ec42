"""Many jumps as a few figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from repetiteur.benchmarks.jumps import JumpKind, JumpResult, Recovery

ALIKE = 8  # chords: a passage that reads like another for so long is not told by its notes
NOTES = 4  # where notes are sparse, so many are soon enough


@dataclass(frozen=True, slots=True)
class JumpSummary:
    """All jumps of one kind. Shares 0 to 1; a jump never recovered counts as infinite."""

    kind: str
    times: int
    median_s: float
    p95_s: float
    within_half: float
    within_2_or_4_notes: float
    within_5: float
    never: float


def summaries(results: Sequence[JumpResult]) -> list[JumpSummary]:
    """One row for each kind that occurs, then one for all, and one for those the notes alone decide."""
    every = [recovery for result in results for recovery in result.recoveries]
    rows = []
    for kind in JumpKind:
        of_kind = [recovery for recovery in every if recovery.kind is kind]
        if of_kind:
            rows.append(_summary(kind.value, of_kind))
    if every:
        rows.append(_summary("all", every))
    unlike = [recovery for recovery in every if recovery.alike_chords < ALIKE]
    if 0 < len(unlike) < len(every):
        rows.append(_summary("into a passage unlike others", unlike))
    return rows


def moves_per_50_minutes(results: Sequence[JumpResult]) -> float:
    seconds = sum(result.clean_s for result in results)
    return sum(result.wrong_moves for result in results) * 3000.0 / seconds if seconds else 0.0


def _summary(kind: str, recoveries: Sequence[Recovery]) -> JumpSummary:
    after_s = np.array([recovery.after_s for recovery in recoveries])
    onsets = np.array([recovery.after_onsets for recovery in recoveries])
    soon = (after_s <= 2.0) | (np.isfinite(after_s) & (onsets < NOTES))
    ranked = np.sort(after_s)
    return JumpSummary(
        kind,
        len(after_s),
        float(ranked[(len(ranked) - 1) // 2]),
        float(ranked[int(np.ceil(0.95 * len(ranked))) - 1]),
        float(np.mean(after_s <= 0.5)),
        float(np.mean(soon)),
        float(np.mean(after_s <= 5.0)),
        float(np.mean(np.isinf(after_s))),
    )
