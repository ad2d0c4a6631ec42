"""A page open in a real browser, on a performance whose every event is ours."""

from __future__ import annotations

from pathlib import Path

from repetiteur.benchmarks.chromium import Page
from repetiteur.bridges.web.server import PageServer
from repetiteur.realtime import inputs
from repetiteur.realtime.events import Beat, Health, Note, NoteStatus, Turn

from .client import wait_for
from .pretending import Pretended, Story

PICTURES = Path(__file__).parents[2] / "build" / "page"
DRAWN = (
    "document.querySelectorAll('.row svg .note').length > 20 && !document.getElementById('cursor').hidden"
)


class Watched:
    """Some of it has been told. The page lives in another process and hears of everything over a socket:
    what it shows is waited for, never asked for once."""

    def __init__(self, page: Page, server: PageServer, pretended: Pretended) -> None:
        self.page, self.server, self.pretended = page, server, pretended
        self.story = Story(pretended.score())
        self.server.send(self.story.opening())

    def open(self, width: int = 1280, height: int = 800, scheme: str = "light") -> None:
        self.page.open(f"http://localhost:{self.server.port}/", width, height, scheme)
        self.page.becomes(DRAWN)

    def shows(self, name: str, text: str) -> None:
        self.page.becomes(f"document.getElementById('{name}').textContent", text)

    def says(self, name: str, words: str) -> None:
        """Among others."""
        self.page.becomes(f"document.getElementById('{name}').textContent.includes({words!r})")

    def middle(self, selector: str) -> tuple[float, float]:
        x, y = self.page.ask(
            f"(() => {{ const r = document.querySelector('{selector}').getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        return x, y

    def commands(self, count: int) -> list[inputs.Command]:
        wait_for(lambda: len(self.pretended.commands) >= count)
        return self.pretended.commands

    def play(self) -> None:
        """Three bars, with something of everything."""
        story = self.story
        told = [story.right(k, 8.0 * (k % 5 - 2)) for k in range(20)]
        told += [story.tell(Beat, "1", 0, beat, 1) for beat in (1, 2, 3)]
        told += [story.wrong(20, 65), story.missed(22), story.extra(7.5, 79), story.position(9.0, 116.0)]
        told += [story.tell(Beat, "4", 3, 1, 1), story.tell(Health, 0.42, 0.9, 0, 0, 0.1)]
        told += [story.tell(Note, 99, NoteStatus.CONFIRMED, 64, 1.0, 90), story.tell(Turn, "page", "5", 90.0)]
        self.server.send(told)
