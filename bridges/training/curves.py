"""The learning curves of a run as a picture: loss, and onset F1, over the hours of sound learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from repetiteur.bridges.report.svg import add, picture, points
from repetiteur.bridges.scores.xml_tree import lxml_etree
from repetiteur.bridges.training.files import write_whole
from repetiteur.bridges.training.log import PARTS, read_log
from repetiteur.models.encoder.heads import HOP_S

WIDTH, HEIGHT = 760, 300  # of one panel, with its margins
LEFT, RIGHT, TOP, BOTTOM = 56, 110, 34, 36
COLOURS = "#1b6ca8", "#c8553d", "#3d8361", "#8b5fbf", "#b8860b"
GREY = "#888"
TICKS = 5

Curve = tuple[str, list[tuple[float, float]]]  # a name, and (hours, value)


def write_curves(log: Path, path: Path) -> None:
    lines = read_log(log)
    losses = [(name, [(line["hours"], line[name]) for line in lines]) for name in PARTS]
    svg = picture(float(WIDTH), float(2 * HEIGHT), font_family="sans-serif", font_size="12")
    add(svg, "rect", width="100%", height="100%", fill="white")
    _panel(svg, 0.0, "loss, each part (logarithmic)", losses, np.log10)
    _panel(svg, float(HEIGHT), "onset F1 of the examinations, by look-ahead", _marks(lines), np.asarray)
    write_whole(path, lxml_etree().tostring(svg, encoding="utf-8"))


def _marks(lines: Sequence[dict[str, Any]]) -> list[Curve]:
    examined = [line for line in lines if "marks" in line]
    delays = sorted({int(delay) for line in examined for delay in line["marks"]})
    return [
        (
            f"{(delay + 1) * HOP_S * 1000:.0f} ms",
            [(line["hours"], line["marks"][str(delay)][0]) for line in examined],
        )
        for delay in delays
    ]


def _panel(svg: Any, top: float, title: str, curves: Sequence[Curve], scale: Any) -> None:
    """Below ``top``; ``scale`` is what values are put through before they become heights."""
    values = np.array([value for _, curve in curves for _, value in curve if value > 0])
    hours = max((hour for _, curve in curves for hour, _ in curve), default=0.0) or 1.0
    add(svg, "text", title, x=float(LEFT), y=top + 20, font_weight="bold")
    if not len(values):
        return
    low, high = float(values.min()), float(values.max())
    if low == high:
        low, high = 0.9 * low, 1.1 * high
    begin, end = (float(scale(value)) for value in (low, high))
    right, bottom = float(WIDTH - RIGHT), top + HEIGHT - BOTTOM

    def place(hour: float, value: float) -> tuple[float, float]:
        share = (float(scale(max(value, low))) - begin) / (end - begin)
        return LEFT + hour / hours * (right - LEFT), bottom - share * (HEIGHT - TOP - BOTTOM)

    for value in np.linspace(begin, end, TICKS):
        shown = 10**value if scale is np.log10 else value
        y = place(0.0, float(shown))[1]
        add(svg, "line", x1=float(LEFT), x2=right, y1=y, y2=y, stroke="#ddd")
        add(svg, "text", f"{shown:.3g}", x=LEFT - 6.0, y=y + 4, text_anchor="end", fill=GREY)
    for hour in np.linspace(0, hours, TICKS):
        x = place(float(hour), low)[0]
        unit = " h" if hour == hours else ""
        add(svg, "text", f"{hour:.3g}{unit}", x=x, y=bottom + 18, text_anchor="middle", fill=GREY)
    for number, (name, curve) in enumerate(curves):
        colour = COLOURS[number % len(COLOURS)]
        drawn = [place(hour, value) for hour, value in curve]
        add(svg, "polyline", points=points(drawn), fill="none", stroke=colour, stroke_width=1.6)
        y = top + TOP + 14.0 * (number + 1)
        last = f"{name}  {curve[-1][1]:.3f}" if curve else name
        add(svg, "text", last, x=right + 8, y=y, fill=colour)
