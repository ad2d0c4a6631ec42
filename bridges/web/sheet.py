"""A drawn score as the page takes it: one picture for each line, and where on it everything is.

All places are in the units of the line's own picture, so that a script needs no geometry but these.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from repetiteur.bridges.report import svg
from repetiteur.bridges.report.drawing import Drawing, Head
from repetiteur.realtime.score import NoteKind, Score

_HARMLESS = frozenset(
    ("svg", "g", "path", "use", "text", "tspan", "rect", "ellipse", "circle", "line", "polygon", "polyline")
)
_MOVED = re.compile(r"translate\(\s*(-?[\d.]+)[ ,]+(-?[\d.]+)\s*\)")
_START = re.compile(r"M\s*(-?[\d.]+)[ ,]+(-?[\d.]+)")
_ACROSS = re.compile(r"M\s*(-?[\d.]+)[ ,]+(-?[\d.]+)\s*L\s*(-?[\d.]+)[ ,]+(-?[\d.]+)")


@dataclass(frozen=True, slots=True)
class Sheet:
    """``layout`` is JSON; ``lines`` are SVG, one for each line of music."""

    layout: bytes
    lines: tuple[bytes, ...]


@dataclass(slots=True)
class _Line:
    """What is known of one line of music."""

    left: float  # how far everything in its layer is moved
    top: float
    bars: dict[int, tuple[float, float]]  # index: from, to
    low: float  # edges of the staves
    high: float


def sheet_of(score: Score, drawing: Drawing) -> Sheet:
    """Marks each note of the drawing with its index, and measures where everything is."""
    for k, group in drawing.groups.items():
        group.set("data-n", str(k))
    lines = [_measured(score, drawing, number) for number in range(len(drawing.systems))]
    heads: list[object] = [0] * len(score.notes)
    for k, head in drawing.heads.items():
        line = lines[head.system]
        heads[k] = [head.system, round(head.x + line.left, 1), round(head.y + line.top, 1)]
    layout = {
        "lines": [
            {
                "width": system.width,
                "height": system.height,
                "top": round(line.low, 1),
                "bottom": round(line.high, 1),
                "bars": [[bar, round(x0, 1), round(x1, 1)] for bar, (x0, x1) in sorted(line.bars.items())],
                "path": list(_path(score, drawing, number, line)),
            }
            for number, (system, line) in enumerate(zip(drawing.systems, lines, strict=True))
        ],
        "heads": heads,
        "step": drawing.step,
        "perOctave": drawing.steps_per_octave,
        "shared": drawing.shared,
        "remark": drawing.remark,
    }
    pictures = tuple(_picture(system.element) for system in drawing.systems)
    return Sheet(json.dumps(layout, separators=(",", ":")).encode(), pictures)


def _picture(element: Any) -> bytes:
    """The words of a score come from anywhere: nothing that could run or fetch is let through."""
    for item in list(element.iter()):
        tag = item.tag.rpartition("}")[2] if isinstance(item.tag, str) else ""
        if tag not in _HARMLESS:
            if item.getparent() is not None:
                item.getparent().remove(item)
            continue
        for name in list(item.attrib):
            plain = name.rpartition("}")[2].lower()
            strange = plain == "href" and not item.get(name, "").startswith("#")
            if plain.startswith("on") or plain == "style" or strange:
                del item.attrib[name]
    return svg.markup(element).encode()


def _measured(score: Score, drawing: Drawing, number: int) -> _Line:
    system = drawing.systems[number]
    moved = _MOVED.search(system.layer.get("transform") or "")
    left, top = (float(moved[1]), float(moved[2])) if moved else (0.0, 0.0)
    line = _Line(left, top, {}, system.height, 0.0)
    measures = [g for g in system.element.iter(f"{{{svg.SPACE}}}g") if g.get("class") == "measure"]
    if measures:
        _from_measures(score, line, measures)
    else:
        _from_bar_lines(score, drawing, number, line)
    if line.low > line.high:
        line.low, line.high = 0.0, system.height
    return line


def _from_measures(score: Score, line: _Line, measures: list[Any]) -> None:
    """As engraved: the lines of a staff reach from one bar line to the next."""
    before: int | None = None
    for measure in measures:
        notes = (note.get("data-n") for note in measure.iter(f"{{{svg.SPACE}}}g"))
        first = next((int(k) for k in notes if k is not None), None)
        bar = int(score.notes["bar"][first]) if first is not None else before
        if first is None and before is not None:
            bar = min(before + 1, len(score.bars) - 1)
        before = bar
        for path in measure.iterfind(f"./{{{svg.SPACE}}}g[@class='staff']/{{{svg.SPACE}}}path"):
            across = _ACROSS.match(path.get("d") or "")
            if across is None:
                continue
            x0, y0, x1, _ = map(float, across.groups())
            line.low, line.high = min(line.low, y0 + line.top), max(line.high, y0 + line.top)
            if bar is not None:
                _widen(line.bars, bar, x0 + line.left, x1 + line.left)
    if measures and before is not None:
        _name_leading(line, measures, score)


def _name_leading(line: _Line, measures: list[Any], score: Score) -> None:
    """Bars of rests before the first note of a line have no name yet: they are the ones before it."""
    if not line.bars:
        return
    first_bar = min(line.bars)
    nameless = []
    for measure in measures:
        if any(note.get("data-n") is not None for note in measure.iter(f"{{{svg.SPACE}}}g")):
            break
        nameless.append(measure)
    for back, measure in enumerate(reversed(nameless), 1):
        path = next(measure.iterfind(f"./{{{svg.SPACE}}}g[@class='staff']/{{{svg.SPACE}}}path"), None)
        across = _ACROSS.match(path.get("d") or "") if path is not None else None
        if across is not None and first_bar - back >= 0:
            _widen(line.bars, first_bar - back, float(across[1]) + line.left, float(across[3]) + line.left)


def _from_bar_lines(score: Score, drawing: Drawing, number: int, line: _Line) -> None:
    """On a keyboard roll: a line before each bar and one at the end."""
    element = drawing.systems[number].element
    xs = []
    for path in element.iter(f"{{{svg.SPACE}}}path"):
        start = _START.match(path.get("d") or "")
        if path.get("class") == "line" and start is not None:
            xs.append(float(start[1]) + line.left)
            line.low = min(line.low, float(start[2]))
    line.high = drawing.systems[number].height - 6.0
    earlier = sum(
        sum(path.get("class") == "line" for path in system.element.iter(f"{{{svg.SPACE}}}path")) - 1
        for system in drawing.systems[:number]
    )
    for k, (x0, x1) in enumerate(pairwise(xs)):
        if earlier + k < len(score.bars):
            line.bars[earlier + k] = (x0, x1)


def _widen(bars: dict[int, tuple[float, float]], bar: int, x0: float, x1: float) -> None:
    old = bars.get(bar, (x0, x1))
    bars[bar] = (min(old[0], x0), max(old[1], x1))


def _path(score: Score, drawing: Drawing, number: int, line: _Line) -> Iterator[list[float]]:
    """The way of the cursor: (q, x), both rising. Each onset, and the end of the last bar."""
    at: dict[float, list[float]] = defaultdict(list)
    for k, head in _heads_of(drawing, number):
        if score.notes["kind"][k] == NoteKind.PLAIN:
            at[round(float(score.notes["onset_q"][k]), 4)].append(head.x + line.left)
    points = [(q, float(np.median(xs))) for q, xs in sorted(at.items())]
    for bar, (x0, x1) in line.bars.items():  # a bar of rests has its beginning at least
        start_q = round(float(score.bars["start_q"][bar]), 4)
        if start_q not in at:
            points.append((start_q, x0 + 0.1 * (x1 - x0)))
    if line.bars:
        last = max(line.bars)
        points.append((float(score.bars["end_q"][last]), line.bars[last][1]))
    told = (-1e9, -1e9)
    for q, x in sorted(points):
        if q > told[0] and x >= told[1]:
            told = (q, x)
            yield [round(q, 4), round(x, 1)]


def _heads_of(drawing: Drawing, number: int) -> Iterator[tuple[int, Head]]:
    return ((k, head) for k, head in drawing.heads.items() if head.system == number)
