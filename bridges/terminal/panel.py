"""The live picture of a session, drawn with rich from one snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from repetiteur.bridges.terminal.figures import large
from repetiteur.bridges.terminal.words import STATE_WORDS
from repetiteur.realtime.events import Position, State

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

MISTAKES_SHOWN = 6
WIDTH = 92
_GAUGE_CELLS = 10
_STATE_STYLES = {
    State.IDLE: "dim",
    State.ARMED: "cyan",
    State.FOLLOWING: "bold green",
    State.COASTING: "yellow",
    State.LOST: "bold red",
    State.PAUSED: "magenta",
    State.ENDED: "blue",
}
VERDICT_STYLES = {"": "dim", "✓": "green", "missed": "yellow", "extra": "magenta", "wrong": "bold red"}


@dataclass(frozen=True, slots=True)
class HeardNote:
    """One entry in the line of recent notes; ``verdict`` is a key of ``VERDICT_STYLES``."""

    name: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that is on the panel."""

    title: str
    state: State
    position: Position | None
    through: float  # share of the written piece, 0 to 1
    last_bar: str
    counts: dict[str, int]
    recent: tuple[HeardNote, ...]
    mistakes: tuple[str, ...]  # newest last
    trouble: str
    target: str | None


def draw(now: Snapshot) -> RenderableType:
    """The panel."""
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    lines: list[RenderableType] = [_place(now), _progress(now), Text(), _recent(now), _counts(now)]
    lines += [Text(f"  {line}", style="yellow", no_wrap=True) for line in now.mistakes[-MISTAKES_SHOWN:]]
    lines += [Text()] * (MISTAKES_SHOWN - min(len(now.mistakes), MISTAKES_SHOWN))
    if now.trouble:
        lines.append(Text(now.trouble, style="red"))
    title = Text(now.title, style="bold")
    footer = None if now.target is None else Text(f"OSC → {now.target}", style="dim")
    return Panel(Group(*lines), title=title, subtitle=footer, width=WIDTH, padding=(0, 2))


def _place(now: Snapshot) -> RenderableType:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    place = now.position
    state = Text(STATE_WORDS[now.state], style=_STATE_STYLES[now.state])
    bpm = "quarter = -" if place is None else f"quarter = {place.bpm:.0f}"
    grid = Table.grid(padding=(0, 2))
    grid.add_row(
        Text("\n\nbar"),
        Text("\n".join(large("-" if place is None else place.bar)), style="bold cyan", no_wrap=True),
        Text("\n\nbeat"),
        Text("\n".join(large("-" if place is None else str(int(place.beat)))), style="bold", no_wrap=True),
        Group(state, Text(bpm), _sureness(0.0 if place is None else place.confidence)),
    )
    return grid


def _sureness(confidence: float) -> Text:
    from rich.text import Text

    cells = round(min(max(confidence, 0.0), 1.0) * _GAUGE_CELLS)
    style = "green" if confidence >= 0.6 else "yellow" if confidence >= 0.3 else "red"
    return Text("sure ").append("■" * cells, style=style).append("·" * (_GAUGE_CELLS - cells), style="dim")


def _progress(now: Snapshot) -> RenderableType:
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(ratio=1)
    grid.add_column(justify="right")
    grid.add_row(ProgressBar(total=1.0, completed=now.through), Text(f"of {now.last_bar}", style="dim"))
    return grid


def _recent(now: Snapshot) -> Text:
    from rich.text import Text

    line = Text(no_wrap=True)
    for note in now.recent:
        style = VERDICT_STYLES[note.verdict]
        line.append(f"{note.name} {note.verdict}".rstrip() + "  ", style=style)
    return line


def _counts(now: Snapshot) -> Text:
    from rich.text import Text

    line = Text()
    named = (("match", "right", "green"), ("missed", "left out", "yellow"),
             ("extra", "extra", "magenta"), ("wrong", "wrong", "bold red"))  # fmt: skip
    for name, word, style in named:
        count = now.counts[name]
        line.append(f"{count} {word}   ", style=style if count else "dim")
    return line
