"""The figures as one HTML page: no script, nothing fetched, fit for printing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from repetiteur.benchmarks.columns import TABLES, Column, Tables
from repetiteur.benchmarks.summary import Summary
from repetiteur.benchmarks.take_result import TakeResult
from repetiteur.realtime.version import __version__

_STYLE = """
body { font: 14px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 96rem; padding: 0 1rem;
  color: #222 }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2.2rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: .15rem .55rem; text-align: right; white-space: nowrap }
th { background: #fff; border-bottom: 1px solid #888; font-weight: 600 }
th:first-child, td:first-child { text-align: left; position: sticky; left: 0; background: #fff }
tbody tr:nth-child(even) td { background: #f6f6f4 }
tr.group td { font-weight: 600; border-top: 1px solid #ccc }
tr.bad td:first-child { box-shadow: inset .3rem 0 #c0392b }
dt { font-weight: 600 } dd { margin: 0 0 .3rem 1rem }
details { margin: .4rem 0 } pre { white-space: pre-wrap; font-size: 12px; margin: .3rem 0 .3rem 1rem }
@media print { details > * { display: block } }
"""


Rows = Sequence[Summary]


def page(
    title: str, results: Sequence[TakeResult], each: Rows, together: Rows, tables: Tables = TABLES
) -> str:
    """The whole page."""
    takes = sum(row.takes for row in each)
    minutes = sum(row.minutes for row in each)
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width'>",
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        f"<p>{takes} takes, {minutes:.0f} minutes, repetiteur {escape(__version__)}</p>",
        *(line for heading, columns in tables for line in _table(heading, columns, each, together)),
        "<h2>What the columns mean</h2><dl>",
        *(f"<dt>{escape(c.head)}</dt><dd>{escape(c.about)}</dd>" for _, columns in tables for c in columns),
        "</dl><h2>Where it went wrong</h2>",
        *_troubles(results),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _table(title: str, columns: Sequence[Column], each: Rows, together: Rows) -> Iterator[str]:
    yield f"<h2>{escape(title)}</h2><div class='wide'><table><thead><tr><th>take</th>"
    yield from (f"<th title='{escape(c.about, quote=True)}'>{escape(c.head)}</th>" for c in columns)
    yield "</tr></thead><tbody>"
    for row, style in [*((row, "group") for row in together), *((row, _mood(row)) for row in each)]:
        cells = "".join(f"<td>{escape(column.cell(row))}</td>" for column in columns)
        yield f"<tr class='{style}'><td>{escape(row.name)}</td>{cells}</tr>"
    yield "</tbody></table></div>"


def _mood(row: Summary) -> str:
    return "bad" if row.takes_over_1_percent_lost or row.position.ended_lost else ""


def _troubles(results: Sequence[TakeResult]) -> Iterator[str]:
    for result in results:
        lines = escape("\n".join([*map(str, result.lost_places), *result.doubtful]))
        if lines:
            head = f"{result.take.id}: {len(result.lost_places)} stretches, {len(result.doubtful)} labels"
            yield f"<details><summary>{escape(head)}</summary><pre>{lines}</pre></details>"
