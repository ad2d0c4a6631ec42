"""Variants of the follower beside the follower as it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from repetiteur.benchmarks.ablation import AblationRow


@dataclass(frozen=True, slots=True)
class AblationColumn:
    head: str
    value: Callable[[AblationRow], float]
    digits: int


COLUMNS = (
    AblationColumn("≤25 ms %", lambda row: 100 * row.within_25, 1),
    AblationColumn("≤50", lambda row: 100 * row.within_50, 1),
    AblationColumn("≤100", lambda row: 100 * row.within_100, 1),
    AblationColumn("lost %", lambda row: 100 * row.lost_share, 2),
    AblationColumn("match F1", lambda row: row.match, 3),
    AblationColumn("insertion", lambda row: row.insertion, 3),
    AblationColumn("deletion", lambda row: row.deletion, 3),
    AblationColumn("jumps, median s", lambda row: row.jump_median_s, 2),
    AblationColumn("≤2 s or 4 notes %", lambda row: 100 * row.jump_soon, 1),
    AblationColumn("wrong moves/50 min", lambda row: row.moves_in_50, 1),
    AblationColumn("µs/note", lambda row: row.note_us, 0),
)


def head() -> tuple[str, ...]:
    return ("follower", *(column.head for column in COLUMNS))


def cells(rows: Sequence[AblationRow]) -> list[tuple[str, ...]]:
    """A line for each row: the figure, and how far it is from that of the first row."""
    first = rows[0]
    return [
        (row.variant, *(_cell(column, row, None if row is first else first) for column in COLUMNS))
        for row in rows
    ]


def _cell(column: AblationColumn, row: AblationRow, beside: AblationRow | None) -> str:
    value = column.value(row)
    figure = _figure(value, column.digits)
    if beside is None:
        return figure
    change = round(value, column.digits) - round(column.value(beside), column.digits)
    if not math.isfinite(change):
        return figure
    if round(change, column.digits) == 0:
        return f"{figure} (=)"
    return f"{figure} ({'+' if change > 0 else '−'}{_figure(abs(change), column.digits)})"  # noqa: RUF001


def _figure(value: float, digits: int) -> str:
    if not math.isfinite(value):
        return "-" if math.isnan(value) else "∞"
    return f"{value:.{digits}f}"
