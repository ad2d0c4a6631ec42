"""Puts the report together: one page of HTML that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from string import Template

from repetiteur.bridges.report import charts, svg
from repetiteur.bridges.report.by_bar import BarPlayed
from repetiteur.bridges.report.drawing import Drawing
from repetiteur.bridges.report.legend import legend
from repetiteur.bridges.report.marks import Marks
from repetiteur.bridges.report.summary import Summary
from repetiteur.bridges.report.take import Kind, Take, Verdict
from repetiteur.bridges.report.words import Wording, headline, in_words, ordinal
from repetiteur.bridges.terminal.words import beat, counted

_HERE = Path(__file__).parent


def page(take: Take, bars: Sequence[BarPlayed], summary: Summary, drawing: Drawing, performance: str) -> str:
    """``performance``: the name of what was judged, for the reader. Draws the marks into ``drawing``."""
    wording = Wording(take)
    marks = Marks(drawing, take, wording, summary.late_ms)
    title = take.score.title or take.score.id
    return Template(_asset("page.html")).substitute(
        title=escape(title),
        style=_asset("page.css"),
        script=_asset("page.js"),
        performance=escape(performance),
        headline=escape(headline(summary)),
        fits="fits" if summary.fits else "unlike",
        summary="".join(f"<li>{escape(line)}</li>" for line in in_words(summary, take.score)),
        figures=_figures(summary),
        look=_look(summary, take),
        legend=legend(take, summary.late_ms),
        remark=f'<p class="remark">{escape(drawing.remark)}</p>' if drawing.remark else "",
        trouble="".join(f'<p class="remark">{escape(fault)}</p>' for fault in take.faults),
        shared=drawing.shared,
        systems="".join(_systems(drawing, title)),
        charts="".join(_charts(take, bars)),
        mistakes=_mistakes(take, wording, marks),
        table=_table(take, bars),
    )


def _asset(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def _figures(summary: Summary) -> str:
    rows = [
        ("Notes in the score", summary.score_notes, ""),
        ("Notes played", summary.heard, ""),
        ("Right", summary.right, "right"),
        ("Missed", summary.missed, "missed"),
        ("Wrong", summary.wrong, "wrong"),
        ("Added", summary.extra, "extra"),
    ]
    return "".join(
        f'<div class="{kind}"><dt>{name}</dt><dd>{value}</dd></div>' for name, value, kind in rows
    )


def _look(summary: Summary, take: Take) -> str:
    """The bars to practise, and where it stopped."""
    labels, parts = take.score.bar_labels, []
    if summary.worst_bars:
        rows = "".join(
            f'<tr><th scope="row"><a href="#bar-{bar.bar}">bar {escape(labels[bar.bar])}</a></th>'
            f"<td>{bar.missed}</td><td>{bar.wrong}</td><td>{bar.extra}</td><td>{bar.times}</td></tr>"
            for bar in summary.worst_bars
        )
        names = ("bar", "missed", "wrong", "added", "times played")
        head = "".join(f'<th scope="col">{name}</th>' for name in names)
        parts.append(
            f'<section><h2>Bars to practise</h2><div class="wide"><table><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div></section>"
        )
    if summary.stops:
        rows = "".join(f"<li>{line}</li>" for line in _stops(summary, take))
        parts.append(f"<section><h2>Longest stops</h2><ul>{rows}</ul></section>")
    return "".join(parts)


def _stops(summary: Summary, take: Take) -> Iterator[str]:
    for stop in summary.stops:
        bar = take.score.bar_at(stop.q)
        time = f", {ordinal(stop.time)} time" if stop.time > 1 else ""
        yield (
            f'after <a href="#bar-{bar}">bar {escape(take.score.bar_labels[bar])}</a>, '
            f"beat {beat(take.score.beat_at(stop.q))}{time}: {stop.seconds:.1f} s longer than written"
        )


def _systems(drawing: Drawing, title: str) -> Iterator[str]:
    for number, system in enumerate(drawing.systems, 1):
        of = f"{title}, line {number} of {len(drawing.systems)}"
        yield (
            f'<div class="system" role="group" aria-label="{escape(of)}" tabindex="-1">'
            f"{svg.markup(system.element)}</div>"
        )


def _charts(take: Take, bars: Sequence[BarPlayed]) -> Iterator[str]:
    if not bars:
        return
    drawn = (
        ("Tempo", charts.tempo_chart(take, bars),
         "Quarters a minute: thick by bar, thin from beat to beat, dashed what is printed."),
        ("Timing", charts.timing_chart(take, bars),
         "How late or early the right notes of a bar were against your own pulse, and how much they varied."),
        ("Dynamics", charts.dynamics_chart(take, bars),
         "How loud the right notes of a bar were (MIDI velocity, 1 to 127), and how much they varied."),
    )  # fmt: skip
    for name, picture, caption in drawn:
        yield (
            f'<figure><h3>{name}</h3><div class="wide">{picture}</div>'
            f"<figcaption>{caption}</figcaption></figure>"
        )


def _mistakes(take: Take, wording: Wording, marks: Marks) -> str:
    """All of them in words, as they happened."""
    wrong = [verdict for verdict in take.verdicts if verdict.kind is not Kind.RIGHT]
    if not wrong:
        return "<p>None.</p>"
    return f"<ol>{''.join(_line(verdict, wording, marks) for verdict in wrong)}</ol>"


def _line(verdict: Verdict, wording: Wording, marks: Marks) -> str:
    place, happened = wording.place(verdict.q), wording.happened(verdict)
    place = escape(place[:1].upper() + place[1:])
    name = marks.places.get(verdict)
    where = f'<a href="#{name}">{place}</a>' if name else place
    return f'<li class="{verdict.kind.value}">{where}: {escape(happened)}</li>'


def _table(take: Take, bars: Sequence[BarPlayed]) -> str:
    """The curves as figures."""
    rows = []
    for bar in bars:
        time = f" ({ordinal(bar.time)} time)" if bar.time > 1 else ""
        cells = (
            _cell(bar.quarter_bpm), _cell(bar.late_ms), _cell(bar.spread_ms), _cell(bar.velocity),
            _cell(bar.velocity_spread), str(bar.right), str(bar.mistakes),
        )  # fmt: skip
        name = escape(f"{take.score.bar_labels[bar.bar]}{time}")
        rows.append(f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>')
    names = ("bar", "quarter =", "late ms", "± ms", "velocity", "±", "right", "mistakes")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    told = f"All figures, {counted(len(bars), 'bar')} as played"
    return (
        f'<details><summary>{told}</summary><div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div></details>"
    )


def _cell(value: float | None) -> str:
    return "" if value is None else f"{round(value)}".replace("-", charts.MINUS)
