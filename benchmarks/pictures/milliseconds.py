"""Where the milliseconds go, from a note to OSC received: one run of ``bench latency``, drawn to scale."""

from __future__ import annotations

from collections.abc import Sequence

from repetiteur.benchmarks.pictures.sheet import Sheet

# Medians in ms of a run on two cores, with blocks of 5 ms.
SOUND = (
    ("look-ahead: sound to come", 37.0, "hand-dot"),
    ("the device is late", 0.31, "fresh-dot"),
    ("device → ears", 0.17, "shown-dot"),
    ("hearing", 0.90, "fresh-dot"),
    ("→ engine's thread", 0.09, "shown-dot"),
    ("following and judging", 0.21, "fresh-dot"),
    ("events → received", 0.13, "shown-dot"),
)
MIDI = (
    ("→ engine's thread", 0.11, "shown-dot"),
    ("following and judging", 0.26, "fresh-dot"),
    ("events → received", 0.15, "shown-dot"),
)
LEFT, HIGH, WIDTH = 24.0, 26.0, 700.0
Part = tuple[str, float, str]


def milliseconds() -> str:
    sheet = Sheet(760, 330, "Where the milliseconds go, from a note to OSC received")
    _row(sheet, 30.0, "sound, all of it: 39 ms to a provisional note", SOUND)
    _row(sheet, 130.0, "sound, what is computed: 2 ms", SOUND[1:])
    _row(sheet, 230.0, "MIDI: 0.5 ms", MIDI)
    return sheet.markup()


def _row(sheet: Sheet, top: float, title: str, parts: Sequence[Part]) -> None:
    """To a scale of its own; each part that has room has its name under it."""
    scale = WIDTH / sum(ms for _, ms, _ in parts)
    sheet.text(LEFT, top, title)
    x, free = LEFT, [LEFT, LEFT]  # where each of two lines of names has room again
    for name, ms, kind in parts:
        sheet.box(x, top + 10, ms * scale, HIGH, kind)
        words = f"{name} {ms:g}"
        wide = 6.4 * len(words)
        begin = min(x, LEFT + WIDTH - wide)
        line = 0 if free[0] <= begin else 1
        if ms * scale > 8 and free[line] <= begin:
            sheet.text(begin, top + HIGH + 28 + 16 * line, words, "soft")
            free[line] = begin + wide + 10
        x += ms * scale
