"""Curves over the bars in the order they were played: tempo, timing, loudness. Plain SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import ceil

from repetiteur.bridges.report import svg
from repetiteur.bridges.report.by_bar import BarPlayed
from repetiteur.bridges.report.take import Begun, Take
from repetiteur.bridges.report.words import again_words, ordinal

WIDTH, HEIGHT = 760.0, 200.0
LEFT, RIGHT, TOP, BOTTOM = 40.0, 8.0, 28.0, 22.0
MINUS = "\N{MINUS SIGN}"
BETWEEN = 0.6  # of a bar, between two stretches
LABEL_ROOM = 34.0  # between bar numbers
_BEGUN = {Begun.REPEAT: "repeat", Begun.AGAIN: "again", Begun.SKIP: "skip"}


@dataclass(frozen=True, slots=True)
class Scale:
    """Values to heights."""

    low: float
    high: float
    step: float

    def y(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def tempo_chart(take: Take, bars: Sequence[BarPlayed]) -> str:
    """By bar as steps, by beat as a thin line, what is printed dashed."""
    told = [bar.quarter_bpm for bar in bars if bar.quarter_bpm] + [bar.printed_bpm for bar in bars]
    beats = sorted(bpm for bar in bars for _, bpm in bar.beats)
    if beats:  # a stop may look like 3 quarters a minute: the middle nine tenths are the picture
        told += [beats[len(beats) // 20], beats[-1 - len(beats) // 20]]
    chart = _Chart(take, bars, _scale(min(told), max(told), 10.0), "Tempo by bar, quarters a minute")
    for start, run in chart.runs():
        printed = [(x, chart.scale.y(bar.printed_bpm)) for k, bar in run for x in chart.ends(start + k)]
        svg.add(chart.root, "polyline", class_="printed", points=svg.points(printed))
        fine = [
            (chart.x(start + k, share), chart.scale.y(bpm)) for k, bar in run for share, bpm in bar.beats
        ]
        svg.add(chart.root, "polyline", class_="fine", points=svg.points(fine))
        for k, bar in run:
            if bar.quarter_bpm:
                left, right = chart.ends(start + k)
                y = chart.scale.y(bar.quarter_bpm)
                svg.add(chart.root, "path", class_="main", d=f"M{left:.1f} {y:.1f}H{right:.1f}")
    return chart.finish(
        lambda bar: ""
        if bar.quarter_bpm is None
        else f"quarter = {bar.quarter_bpm:.0f}, printed {bar.printed_bpm:.0f}"
    )


def timing_chart(take: Take, bars: Sequence[BarPlayed]) -> str:
    """Mean and spread of each bar against the player's own pulse; late is up."""
    widths = sorted(abs(bar.late_ms) + (bar.spread_ms or 0.0) for bar in bars if bar.late_ms is not None)
    usual = widths[int(0.9 * (len(widths) - 1))] if widths else 0.0  # one stop must not flatten the rest
    half = max(20.0 * ceil(usual / 20.0), 40.0)
    title = "Timing by bar, milliseconds; above the line is late"
    chart = _Chart(take, bars, Scale(-half, half, half / 2), title)
    _means(chart, lambda bar: (bar.late_ms, bar.spread_ms))
    return chart.finish(
        lambda bar: ""
        if bar.late_ms is None
        else f"{_late(bar.late_ms)}, give or take {bar.spread_ms or 0:.0f} ms"
    )


def dynamics_chart(take: Take, bars: Sequence[BarPlayed]) -> str:
    """Mean and spread of the velocities of right notes."""
    told = [bar.velocity for bar in bars if bar.velocity is not None] or [64.0]
    low, high = min(told) - 12.0, max(told) + 12.0
    scale = _scale(max(low, 0.0), min(high, 127.0), 10.0)
    chart = _Chart(take, bars, scale, "Loudness by bar, MIDI velocity")
    _means(chart, lambda bar: (bar.velocity, bar.velocity_spread))
    return chart.finish(
        lambda bar: ""
        if bar.velocity is None
        else f"velocity {bar.velocity:.0f}, give or take {bar.velocity_spread or 0:.0f}"
    )


class _Chart:
    """Axes, and where each bar is; the curve itself is drawn by the caller."""

    def __init__(self, take: Take, bars: Sequence[BarPlayed], scale: Scale, title: str) -> None:
        self.take, self.bars, self.scale = take, bars, scale
        self.root = svg.picture(WIDTH, HEIGHT, class_="chart", role="img", aria_label=title)
        gaps = sum(a.stretch != b.stretch for a, b in pairwise(bars))
        self._wide = (WIDTH - LEFT - RIGHT) / max(len(bars) + BETWEEN * gaps, 1.0)
        self.dot = min(2.2, max(0.3 * self._wide, 0.8))
        self._lefts: list[float] = []
        x = LEFT
        for k, bar in enumerate(bars):
            if k and bar.stretch != bars[k - 1].stretch:
                x += BETWEEN * self._wide
            self._lefts.append(x)
            x += self._wide
        self._axes()

    def ends(self, k: int) -> tuple[float, float]:
        return self._lefts[k], self._lefts[k] + self._wide

    def x(self, k: int, share: float) -> float:
        return self._lefts[k] + share * self._wide

    def runs(self) -> list[tuple[int, list[tuple[int, BarPlayed]]]]:
        """Each stretch: index of its first bar, and its bars counted from there."""
        runs, start = [], 0
        for _, group in groupby(self.bars, key=lambda bar: bar.stretch):
            run = list(enumerate(group))
            runs.append((start, run))
            start += len(run)
        return runs

    def finish(self, tell: Callable[[BarPlayed], str]) -> str:
        """Something to point at for each bar, with its figures."""
        labels = self.take.score.bar_labels
        for k, bar in enumerate(self.bars):
            left, _ = self.ends(k)
            area = svg.add(self.root, "rect", class_="area", x=left, y=TOP, width=self._wide,
                           height=HEIGHT - TOP - BOTTOM)  # fmt: skip
            time = f", {ordinal(bar.time)} time" if bar.time > 1 else ""
            svg.add(area, "title", f"bar {labels[bar.bar]}{time}: {tell(bar) or 'too little to say'}")
        return svg.markup(self.root)

    def _axes(self) -> None:
        value = ceil(self.scale.low / self.scale.step - 1e-9) * self.scale.step
        while value <= self.scale.high + 1e-9:
            y = self.scale.y(value)
            kind = "zero" if abs(value) < 1e-9 and self.scale.low < 0 else "grid"
            svg.add(self.root, "path", class_=kind, d=f"M{LEFT} {y:.1f}H{WIDTH - RIGHT}")
            svg.add(self.root, "text", f"{value:g}".replace("-", MINUS), class_="scale", x=LEFT - 6, y=y + 4)
            value += self.scale.step
        self._bar_numbers()
        for start, run in self.runs():
            stretch = self.take.stretches[run[0][1].stretch]
            if stretch.begun in _BEGUN:
                left = self.ends(start)[0] - BETWEEN * self._wide / 2
                svg.add(self.root, "path", class_="cut", d=f"M{left:.1f} {TOP - 14}V{HEIGHT - BOTTOM}")
                how = _BEGUN[stretch.begun]
                mark = svg.add(self.root, "text", how, class_="begun", x=left + 3, y=TOP - 6)
                if left > WIDTH - 60:
                    mark.set("text-anchor", "end")
                label = self.take.score.bar_labels[stretch.first_bar]
                svg.add(mark, "title", again_words(label, 1) if how == "again" else f"from bar {label}")

    def _bar_numbers(self) -> None:
        labels, last = self.take.score.bar_labels, -LABEL_ROOM
        every = next(n for n in (1, 2, 4, 5, 8, 10, 20, 50, 100, 10**6) if n * self._wide >= LABEL_ROOM * 0.7)
        for k, bar in enumerate(self.bars):
            first = k == 0 or bar.stretch != self.bars[k - 1].stretch
            x = self.x(k, 0.5)
            if (first or (bar.bar + 1) % every == 0) and x - last >= LABEL_ROOM * 0.7:
                svg.add(self.root, "text", labels[bar.bar], class_="number", x=x, y=HEIGHT - 6)
                last = x


def _means(chart: _Chart, of: Callable[[BarPlayed], tuple[float | None, float | None]]) -> None:
    """A dot for the mean of each bar, joined; a stroke for the spread."""
    for start, run in chart.runs():
        line = []
        for k, bar in run:
            mean, spread = of(bar)
            if mean is None:
                continue
            x = chart.x(start + k, 0.5)
            low, high = chart.scale.y(mean - (spread or 0.0)), chart.scale.y(mean + (spread or 0.0))
            svg.add(chart.root, "path", class_="spread", d=f"M{x:.1f} {low:.1f}V{high:.1f}",
                    stroke_width=1.4 * chart.dot)  # fmt: skip
            line.append((x, chart.scale.y(mean)))
        svg.add(chart.root, "polyline", class_="main thin", points=svg.points(line))
        for x, y in line:
            svg.add(chart.root, "circle", class_="dot", cx=x, cy=y, r=chart.dot)


def _scale(low: float, high: float, step: float) -> Scale:
    """Whole steps around the values, few enough to read."""
    while (high - low) / step > 5.0:
        step *= 2.0
    bottom, top = step * int(low // step), step * ceil(high / step)
    return Scale(bottom, top if top > bottom else bottom + step, step)


def _late(ms: float) -> str:
    return f"{abs(ms):.0f} ms {'late' if ms > 0 else 'early'}" if abs(ms) >= 0.5 else "on time"


