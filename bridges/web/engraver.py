"""Sheets on demand: drawn once for each width, one at a time, packed for the way to the browser."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue

from repetiteur.bridges.web.draw import Wish, draw_apart
from repetiteur.bridges.web.sheet import Sheet

WIDTHS = (700, 1000, 1400, 1900, 2600)  # tenths of a millimetre: from a telephone to a large screen
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Key:
    """Which sheet: of which score, how wide."""

    score: str
    width: int


@dataclass(frozen=True, slots=True)
class Packed:
    """A sheet, each piece gzipped."""

    layout: bytes
    lines: tuple[bytes, ...]


class Engraver:
    """``ask`` and ``get`` from one thread; ``then`` is called from the engraver's own."""

    def __init__(
        self, then: Callable[[Key], None], draw: Callable[[Wish], Sheet | None] = draw_apart
    ) -> None:
        self._then = then
        self._draw = draw
        self._done: dict[Key, Packed | None] = {}
        self._asked: set[Key] = set()
        self._wishes: SimpleQueue[tuple[Key, Wish] | None] = SimpleQueue()
        threading.Thread(target=self._work, name="engraving", daemon=True).start()

    def ask(self, key: Key, wish: Wish) -> None:
        """Returns at once; ``then`` hears of the key when the sheet is there, or cannot be made."""
        if key not in self._asked:
            self._asked.add(key)
            self._wishes.put((key, wish))

    def is_done(self, key: Key) -> bool:
        return key in self._done

    def get(self, key: Key) -> Packed | None:
        return self._done.get(key)

    def forget_all_but(self, score: str) -> None:
        """Another score was taken up."""
        for key in [key for key in self._done if key.score != score]:
            del self._done[key]
            self._asked.discard(key)

    def close(self) -> None:
        self._wishes.put(None)

    def _work(self) -> None:
        while (item := self._wishes.get()) is not None:
            key, wish = item
            try:
                sheet = self._draw(wish)
            except Exception:  # whoever waits must hear something
                sheet = None
            self._done[key] = None if sheet is None else _packed(sheet)
            self._then(key)


def _packed(sheet: Sheet) -> Packed:
    return Packed(
        gzip.compress(sheet.layout, _LEVEL), tuple(gzip.compress(line, _LEVEL) for line in sheet.lines)
    )
