"""The figures as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from repetiteur.benchmarks.columns import TABLES, Column, Tables
from repetiteur.benchmarks.summary import Summary

NAME_WIDTH = 36
ROOM = 1000  # columns no table needs


def print_tables(each: Sequence[Summary], together: Sequence[Summary], of: Tables = TABLES) -> None:
    """One row per take, then one per group."""
    for title, columns in of:
        rows, last = ([_cells(row, columns) for row in part] for part in (each, together))
        print_table(title, ("take", *(column.head for column in columns)), rows, last)


def print_table(
    title: str, head: Sequence[str], rows: Iterable[Sequence[str]], last: Iterable[Sequence[str]] = ()
) -> None:
    """Text to the left, figures to the right; ``last`` rows apart. Lines may be wider than the
    terminal: nothing is cut."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for number, name in enumerate(head):
        table.add_column(name, justify="right" if number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    table.add_section()
    for row in last:
        table.add_row(*row, style="bold")
    needed = Console(width=ROOM).measure(table).maximum
    Console(width=max(Console().width, needed)).print(table)


def short(name: str) -> str:
    """A name that fits; its two ends tell takes apart."""
    return name if len(name) <= NAME_WIDTH else name[: NAME_WIDTH // 2 - 1] + "…" + name[-NAME_WIDTH // 2 :]


def _cells(row: Summary, columns: Sequence[Column]) -> list[str]:
    return [short(row.name), *(column.cell(row) for column in columns)]
