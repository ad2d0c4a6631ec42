"""Bars: metre, printed labels, and what a pickup lacks at its front."""

from __future__ import annotations

import numpy as np

from repetiteur.bridges.scores.doubts import FILE, Doubts
from repetiteur.bridges.scores.written import Written, WrittenBar
from repetiteur.realtime.score import BAR_DTYPE


def bar_table(written: Written, doubts: Doubts) -> np.ndarray:
    """BAR_DTYPE, one row for each bar."""
    table = np.zeros(len(written.bars), BAR_DTYPE)
    upper, lower = _first_metre(written.bars, doubts)
    previous_lacks = 0  # ticks the bar before lacks at its end
    for k, (row, bar) in enumerate(zip(table, written.bars, strict=True)):
        if bar.lower and _possible(bar):
            upper, lower = bar.upper, bar.lower
        elif bar.lower:
            doubts.bar(bar.label, f"a time signature of {bar.upper}/{bar.lower} is ignored", serious=True)
        nominal = upper * 4 * written.ticks_per_quarter // lower
        lacks = nominal - bar.length
        missing = _missing_in_front(k, bar, lacks, previous_lacks, nominal, written)
        if lacks < 0:
            doubts.bar(bar.label, "longer than the time signature says")
        elif lacks > missing and not _explained(k, bar, lacks, written, nominal):
            doubts.bar(bar.label, "shorter than the time signature says")
        previous_lacks = lacks - missing if missing == 0 else 0
        row["start_q"] = bar.tick / written.ticks_per_quarter
        row["end_q"] = (bar.tick + bar.length) / written.ticks_per_quarter
        row["upper"], row["lower"] = upper, lower
        row["missing_q"] = missing / written.ticks_per_quarter
    return table


def _first_metre(bars: list[WrittenBar], doubts: Doubts) -> tuple[int, int]:
    if bars and bars[0].lower and _possible(bars[0]):
        return bars[0].upper, bars[0].lower
    doubts.add(FILE, "no time signature at the start; 4/4 is assumed")
    return 4, 4


def _possible(bar: WrittenBar) -> bool:
    return 1 <= bar.upper <= 999 and 1 <= bar.lower <= 256


def _missing_in_front(
    k: int, bar: WrittenBar, lacks: int, previous_lacks: int, nominal: int, written: Written
) -> int:
    """Ticks a short bar lacks at its front: a pickup, or the second half of a divided bar."""
    if lacks <= 0:
        return 0
    if k == 0:
        return lacks
    if previous_lacks and bar.length <= previous_lacks:  # what the bar before lacked
        return lacks
    after_sign = bar.tick in written.signs.repeat_ends or bar.tick in written.signs.repeat_starts
    return lacks if bar.implicit and after_sign else 0


def _explained(k: int, bar: WrittenBar, lacks: int, written: Written, nominal: int) -> bool:
    """A short bar that the next one completes, or that makes room for a pickup at a repeat or the end."""
    if k + 1 == len(written.bars):
        return True
    signs = written.signs
    end = bar.tick + bar.length
    if end in signs.repeat_ends or end in signs.jumps or end in signs.fines:
        return True
    if any(end in (volta.start_tick, volta.end_tick) for volta in signs.voltas):
        return True
    return bar.implicit or written.bars[k + 1].length <= lacks or written.bars[k + 1].implicit
