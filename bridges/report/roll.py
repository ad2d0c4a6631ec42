"""Draws a score that cannot be engraved: bars as strips, notes as bars at the height of their pitch."""

from __future__ import annotations

from typing import Any

from repetiteur.bridges.report import svg
from repetiteur.bridges.report.drawing import Drawing, Head, System
from repetiteur.realtime.score import NoteKind, Score

WIDTH = 1000.0
STEP = 6.0  # a semitone
MARGIN = 24.0
LABELS = 16.0
QUARTERS_IN_A_ROW = 20.0
LEAST_WIDTH = 5.0


def draw_roll(score: Score, why: str) -> Drawing:
    """``why``: told to the reader of the report."""
    top = int(score.notes["pitch"].max()) + 2
    bottom = int(score.notes["pitch"].min()) - 2
    systems: list[System] = []
    heads: dict[int, Head] = {}
    groups: dict[int, Any] = {}
    for bars in _rows(score):
        system, scale, start_q = _row(score, bars, top, bottom)
        for k in range(len(score.notes)):
            if bars[0] <= score.notes["bar"][k] <= bars[-1]:
                x = MARGIN + (float(score.notes["onset_q"][k]) - start_q) * scale
                y = LABELS + (top - int(score.notes["pitch"][k]) + 0.5) * STEP
                groups[k] = _note(score, k, system.layer, x, y, scale)
                heads[k] = Head(len(systems), x + STEP / 2, y)
        systems.append(system)
    return Drawing(tuple(systems), heads, groups, STEP, 12.0, "", f"{why}; drawn as a keyboard roll instead.")


def _rows(score: Score) -> list[range]:
    """Bars that share a row."""
    rows: list[range] = []
    first = 0
    for bar in range(1, len(score.bars) + 1):
        full = bar < len(score.bars) and (
            score.bars["end_q"][bar] - score.bars["start_q"][first] > QUARTERS_IN_A_ROW
        )
        if full or bar == len(score.bars):
            rows.append(range(first, bar))
            first = bar
    return rows


def _row(score: Score, bars: range, top: int, bottom: int) -> tuple[System, float, float]:
    """The empty row, units to the quarter, and where it starts."""
    start_q, end_q = float(score.bars["start_q"][bars[0]]), float(score.bars["end_q"][bars[-1]])
    scale = (WIDTH - 2 * MARGIN) / max(end_q - start_q, QUARTERS_IN_A_ROW * 0.6)
    height = LABELS + (top - bottom + 1) * STEP + 6.0
    element = svg.picture(WIDTH, height)
    layer = svg.add(element, "g")
    for pitch in range(bottom, top + 1):
        if pitch % 12 in (1, 3, 6, 8, 10):
            y = LABELS + (top - pitch) * STEP
            svg.add(layer, "rect", class_="black-key", x=MARGIN, y=y, width=(end_q - start_q) * scale,
                    height=STEP)  # fmt: skip
    for bar in (*bars, None):
        q = end_q if bar is None else float(score.bars["start_q"][bar])
        x = MARGIN + (q - start_q) * scale
        svg.add(layer, "path", class_="line", d=f"M{x:.1f} {LABELS}V{height - 6.0:.1f}")
        if bar is not None:
            svg.add(layer, "text", score.bar_labels[bar], class_="label", x=x + 2.0, y=LABELS - 4.0)
    return System(element, layer, WIDTH, height), scale, start_q


def _note(score: Score, k: int, layer: Any, x: float, y: float, scale: float) -> Any:
    grace = score.notes["kind"][k] == NoteKind.GRACE
    width = LEAST_WIDTH if grace else max(float(score.notes["duration_q"][k]) * scale - 2.0, LEAST_WIDTH)
    width = max(min(width, WIDTH - MARGIN - x), LEAST_WIDTH)  # not beyond the end of the row
    group = svg.add(layer, "g", class_="note")
    svg.add(group, "rect", x=x - (LEAST_WIDTH if grace else 0.0), y=y - STEP / 2 + 0.5, width=width,
            height=STEP - 1.0, rx=1.5)  # fmt: skip
    return group
