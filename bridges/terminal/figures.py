"""Large figures out of half blocks: a bar number one can read from the piano bench."""

from __future__ import annotations

# Five rows of three cells, top row first, as bits.
_CELLS = {
    "0": (7, 5, 5, 5, 7), "1": (2, 6, 2, 2, 7), "2": (7, 1, 7, 4, 7), "3": (7, 1, 7, 1, 7),
    "4": (5, 5, 7, 1, 1), "5": (7, 4, 7, 1, 7), "6": (7, 4, 7, 5, 7), "7": (7, 1, 2, 2, 2),
    "8": (7, 5, 7, 5, 7), "9": (7, 5, 7, 1, 7),
}  # fmt: skip
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
LINES = 3


def large(text: str) -> tuple[str, ...]:
    """Three lines of equal length. What is no figure stands small on the middle line."""
    lines = ["", "", ""]
    for character in text:
        cells = _CELLS.get(character)
        for line in range(LINES):
            if cells is None:
                lines[line] += f"{character if line == 1 else ' '} "
            else:
                lines[line] += _halves((*cells, 0), line) + " "
    return tuple(lines)


def _halves(rows: tuple[int, ...], line: int) -> str:
    upper, lower = rows[2 * line], rows[2 * line + 1]
    return "".join(_HALVES[bool(upper & bit), bool(lower & bit)] for bit in (4, 2, 1))
