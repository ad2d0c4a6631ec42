"""A sheet to draw on: SVG with the reader's own font, in light or dark as the reader has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from repetiteur.bridges.report import svg
from repetiteur.bridges.scores.xml_tree import lxml_etree

Point = tuple[float, float]

STYLE = """
svg { --paper: #ffffff; --ink: #24292f; --soft: #6a737d; --hair: #d8dee4;
      --shown: #0b66c3; --fresh: #c2410c; --hand: #15803d }
@media (prefers-color-scheme: dark) {
  svg { --paper: #12161c; --ink: #e6edf3; --soft: #8b949e; --hair: #30363d;
        --shown: #58a6ff; --fresh: #ff9554; --hand: #56d364 } }
text { font: 13px system-ui, sans-serif; fill: var(--ink) }
.soft { fill: var(--soft); font-size: 12px }
.paper { fill: var(--paper) }
.hair { stroke: var(--hair); stroke-width: 1; fill: none }
.axis { stroke: var(--soft); stroke-width: 1; fill: none }
.line { stroke: var(--ink); stroke-width: 1.6; fill: none }
.shown { stroke: var(--shown); stroke-width: 2.2; fill: none }
.fresh { stroke: var(--fresh); stroke-width: 2.2; fill: none }
.dashed { stroke-dasharray: 5 4 }
.box { stroke: var(--ink); stroke-width: 1.2; fill: var(--paper) }
.inked { stroke: var(--ink); stroke-width: 1.2; fill: var(--ink) }
.dot { fill: var(--ink) }
.shown-dot { fill: var(--shown) }
.fresh-dot { fill: var(--fresh) }
.hand-dot { fill: var(--hand) }
"""
HEAD, HEAD_WIDTH = 8.0, 3.5  # of an arrow


class Sheet:
    """``x`` to the right, ``y`` downwards, in pixels."""

    def __init__(self, width: float, height: float, title: str) -> None:
        self._root: Any = svg.picture(width, height, role="img", aria_label=title)
        svg.add(self._root, "title", title)
        svg.add(self._root, "style", STYLE)
        svg.add(self._root, "rect", width=width, height=height, class_="paper")

    def text(self, x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> None:
        svg.add(self._root, "text", words, x=x, y=y, class_=kind, text_anchor=anchor)

    def line(self, points: Sequence[Point], kind: str) -> None:
        svg.add(self._root, "polyline", points=svg.points(list(points)), class_=kind)

    def arrow(self, points: Sequence[Point], kind: str) -> None:
        """A line with a head at its end."""
        self.line(points, kind)
        self._head(points[-2], points[-1], kind)

    def arc(self, begin: Point, end: Point, height: float, kind: str) -> None:
        """A bow with a head at its end; ``height`` is how far it goes up."""
        top = begin[1] - height * 4 / 3
        path = f"M {begin[0]:.1f} {begin[1]:.1f} C {begin[0]:.1f} {top:.1f} {end[0]:.1f} {top:.1f} "
        svg.add(self._root, "path", d=path + f"{end[0]:.1f} {end[1]:.1f}", class_=kind)
        self._head((end[0], top), end, kind)

    def dot(self, at: Point, radius: float, kind: str = "dot", opacity: float = 1.0) -> None:
        svg.add(self._root, "circle", cx=at[0], cy=at[1], r=radius, class_=kind, fill_opacity=opacity)

    def box(self, x: float, y: float, width: float, height: float, kind: str = "box") -> None:
        svg.add(self._root, "rect", x=x, y=y, width=width, height=height, rx=2.0, class_=kind)

    def markup(self) -> str:
        """The whole file."""
        etree = lxml_etree()
        etree.indent(self._root, " ")
        return etree.tostring(self._root, encoding="unicode") + "\n"

    def _head(self, before: Point, tip: Point, kind: str) -> None:
        along = complex(tip[0] - before[0], tip[1] - before[1])
        along /= abs(along)
        ends = [complex(*tip) - HEAD * along + side * HEAD_WIDTH * along * 1j for side in (-1, 1)]
        first, last = ((end.real, end.imag) for end in ends)
        self.line([first, tip, last], kind.replace("dashed", ""))
