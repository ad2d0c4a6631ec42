"""Collects what was guessed, mended or left out while a score is read."""

from __future__ import annotations

from collections.abc import Iterable

from repetiteur.realtime.score import Doubt

FILE = "file"
NAMED_BARS = 4  # of a doubt that concerns many


class Doubts:
    """Filled while one file is read. Saying the same thing of many bars makes one doubt."""

    def __init__(self) -> None:
        self._single: list[Doubt] = []
        self._bars: dict[tuple[str, bool], dict[str, int]] = {}

    def add(self, where: str, what: str, serious: bool = False) -> None:
        doubt = Doubt(where, what, serious)
        if doubt not in self._single:
            self._single.append(doubt)

    def bar(self, label: str, what: str, serious: bool = False) -> None:
        """Once per thing in that bar; ``what`` reads well after "bar 3" and "bars 3, 4"."""
        bars = self._bars.setdefault((what, serious), {})
        bars[label] = bars.get(label, 0) + 1

    def all(self) -> tuple[Doubt, ...]:
        grouped = [
            Doubt(_bars(bars), what + _times(sum(bars.values()), len(bars)), serious)
            for (what, serious), bars in self._bars.items()
        ]
        return tuple(sorted([*self._single, *grouped], key=lambda doubt: not doubt.serious))


def _bars(labels: Iterable[str]) -> str:
    named = list(labels)
    if len(named) == 1:
        return f"bar {named[0]}"
    if len(named) <= NAMED_BARS + 1:
        return "bars " + ", ".join(named)
    return "bars " + ", ".join(named[:NAMED_BARS]) + f" and {len(named) - NAMED_BARS} more"


def _times(count: int, bars: int) -> str:
    return f" ({count} times)" if count > bars else ""
