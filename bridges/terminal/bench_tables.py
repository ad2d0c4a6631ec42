"""How every benchmark shows that it is getting on, and what it found."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

Result = TypeVar("Result")
Cells = Sequence[str]


def with_progress(done: Iterable[Result], total: int) -> Iterator[Result]:
    from rich.console import Console
    from rich.progress import track

    return iter(list(track(done, "measuring", total=total, console=Console(file=sys.stderr), transient=True)))


def print_table(title: str, head: Cells, rows: Iterable[Cells]) -> None:
    from repetiteur.benchmarks import tables

    tables.print_table(title, head, rows)


def print_json(what: Any) -> int:
    from repetiteur.benchmarks.records import plain

    print(json.dumps(plain(what), indent=1))
    return 0


def number(value: float, digits: int = 2) -> str:
    return "-" if math.isnan(value) else "∞" if math.isinf(value) else f"{value:.{digits}f}"


def percent(share: float) -> str:
    return "-" if math.isnan(share) else f"{share * 100:.1f} %"
