"""The report as one page that needs nothing else: tables, a histogram of each row, and the run over time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

import numpy as np

from repetiteur.benchmarks.latency.compare import Change
from repetiteur.benchmarks.latency.figures import EDGES_MS, Part, Row
from repetiteur.benchmarks.latency.run import Run

WIDTH, HEIGHT, LEFT, FOOT = 900, 180, 60, 24
BAR_WIDTH, BAR_HEIGHT = 300, 30
_COLOURS = {Part.END: "#7a4fb0", Part.COMPUTE: "#2f6db3", Part.ALGORITHM: "#b58a1a", Part.STAGE: "#6b7a86"}

_STYLE = """
body { font: 15px/1.4 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; }
table { border-collapse: collapse; } td, th { padding: .15em .7em; text-align: right; white-space: nowrap; }
td:first-child, th:first-child { text-align: left; } tr:nth-child(even) { background: #8881; }
svg text { font-size: 11px; fill: currentColor; } svg { display: block; } .small { opacity: .75; }
@media (prefers-color-scheme: dark) { body { background: #16181b; color: #dde1e4; } }
"""


def page(runs: Sequence[Run], changes: Sequence[Change] = ()) -> str:
    """HTML."""
    body = "".join(map(_run, runs)) + (_changes(changes) if changes else "")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Latency</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style><h1>Latency</h1>{body}</html>\n"
    )


def _run(run: Run) -> str:
    beside = f", beside {run.load} greedy programs" if run.load else ""
    lost = run.lost
    facts = (
        f"{run.machine}. Memory {run.memory_mb:.0f} MB, grown by {_percent(run.memory_growth)} once settled; "
        f"{run.cpu:.2f} cores busy; drift {_ms(run.drift_ms)} ms. Lost: {lost.inputs} inputs, "
        f"{lost.blocks} blocks, {lost.packets} packets; {lost.late_blocks} blocks came late to begin with. "
        f"Taken by the host: {_ms(run.stolen_s * 1e3)} ms, cores added up."
    )
    refused = "".join(f"<p>Refused: {escape(line)}</p>" for line in run.refused)
    head = ("ms", "", "times", "p50", "p95", "p99", "p99.9", "max", "missed", "0.01 ms to 1 s, logarithmic")
    rows = ([
        escape(row.what), str(row.part), str(row.count), *map(_ms, (row.p50_ms, row.p95_ms, row.p99_ms,
        row.p999_ms, row.max_ms)), "" if row.missed is None else str(row.missed), _histogram(row),
    ] for row in run.rows)  # fmt: skip
    title = f"From {escape(run.source)} to OSC received, {run.seconds:.0f} s{beside}"
    return f"<h2>{title}</h2>{_table(head, rows)}<p class=small>{facts}</p>{refused}{_timeline(run)}"


def _changes(changes: Sequence[Change]) -> str:
    rows = (
        [escape(each.what), each.source, each.figure, _ms(each.before_ms), _ms(each.after_ms),
         _ms(each.ratio), str(each.verdict)]
        for each in changes
    )  # fmt: skip
    head = ("", "from", "figure", "before ms", "now ms", "ratio", "verdict")
    return f"<h2>Against the other report</h2>{_table(head, rows)}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return "<table><tr>" + "".join(f"<th>{name}</th>" for name in head) + f"</tr>{lines}</table>"


def _histogram(row: Row) -> str:
    highest, step = max(row.histogram), BAR_WIDTH / len(row.histogram)
    bars = "".join(
        f'<rect x="{number * step:.1f}" y="{BAR_HEIGHT - tall:.1f}" width="{step - 0.5:.1f}"'
        f' height="{tall:.1f}"/>'
        for number, count in enumerate(row.histogram)
        if count and (tall := max(1.0, BAR_HEIGHT * math.log1p(count) / math.log1p(highest)))
    )
    ticks = "".join(
        f'<path d="M{x:.1f} 0V{BAR_HEIGHT}" stroke="currentColor" opacity=".15"/>'
        for x in (float(np.searchsorted(EDGES_MS, ms)) * step for ms in (0.1, 1.0, 10.0, 100.0))
    )
    about = f"{escape(row.what)}: {_ms(row.p50_ms)} ms at the median"
    return (
        f'<svg width="{BAR_WIDTH}" height="{BAR_HEIGHT}" fill="{_COLOURS[row.part]}" role="img">'
        f"<title>{about}</title>{ticks}{bars}</svg>"
    )


def _timeline(run: Run) -> str:
    """Median and worst of each moment, logarithmic, and the memory held."""
    moments = run.timeline
    if len(moments) < 2:
        return ""
    span_s = max(moments[-1].t_s - moments[0].t_s, 1e-9)
    lowest, highest = math.log(0.05), math.log(max(100.0, max(each.max_ms for each in moments)))
    held = [each.memory_mb for each in moments]

    def x(t_s: float) -> float:
        return LEFT + (t_s - moments[0].t_s) / span_s * (WIDTH - LEFT - 10)

    def y(ms: float) -> float:
        share = (math.log(max(ms, 0.05)) - lowest) / (highest - lowest)
        return (HEIGHT - FOOT) * (1 - share) + 4

    def line(values: Iterable[float], colour: str) -> str:
        at = zip(moments, values, strict=True)
        points = " ".join(f"{x(each.t_s):.1f},{value:.1f}" for each, value in at)
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.3"/>'

    ladder = "".join(
        f'<path d="M{LEFT} {y(ms):.1f}H{WIDTH}" stroke="currentColor" opacity=".15"/>'
        f'<text x="{LEFT - 6}" y="{y(ms) + 4:.1f}" text-anchor="end">{ms:g} ms</text>'
        for ms in (0.1, 1, 10, 100)
    )
    most = max(held)
    memory = ((HEIGHT - FOOT) * (1 - 0.95 * each / most) + 4 for each in held) if most > 0 else ()
    lines = line((y(each.max_ms) for each in moments), "#b5533c")
    lines += line((y(each.p50_ms) for each in moments), "#2f6db3")
    lines += line(memory, "#4b8a4f") if most > 0 else ""
    told = f"{span_s:.0f} s; blue: median, red: worst, from what was needed to the note received; "
    told += f"green: memory, up to {most:.0f} MB" if most > 0 else "memory unknown"
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" role="img"><title>{told}</title>{ladder}{lines}'
        f'<text x="{LEFT}" y="{HEIGHT - 6}">{told}</text></svg>'
    )


def _ms(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"


def _percent(value: float) -> str:
    return "an unknown share" if math.isnan(value) else f"{value:.2%}"
