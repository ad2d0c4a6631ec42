"""The page in a real browser, with events of ours. Pictures of it are left in build/page."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from repetiteur.benchmarks.chromium import Page
from repetiteur.bridges.web.gate import Gate
from repetiteur.bridges.web.server import PageServer
from repetiteur.realtime import inputs
from repetiteur.realtime.events import (
    Beat,
    Fault,
    Health,
    Jump,
    Note,
    NoteStatus,
    Retract,
    State,
    StateChanged,
    Turn,
)

from .conftest import Pretended, Story, drawn_once

PICTURES = Path(__file__).parents[2] / "build" / "page"
PATIENCE_S = 20.0
SIZES = [(1280, 800), (1024, 768), (820, 1180), (390, 844)]
DRAWN = (
    "document.querySelectorAll('.row svg .note').length > 20 && !document.getElementById('cursor').hidden"
)


class Watched:
    """A page open on a performance of which some has been told."""

    def __init__(self, page: Page, server: PageServer, pretended: Pretended) -> None:
        self.page, self.server, self.pretended = page, server, pretended
        self.story = Story(pretended.score())
        self.server.send(self.story.opening())

    def open(self, width: int = 1280, height: int = 800, scheme: str = "light") -> None:
        self.page.complaints.clear()
        self.page.open(f"http://localhost:{self.server.port}/", width, height, scheme)
        self.until(DRAWN)

    def until(self, script: str) -> Any:
        end_s = time.monotonic() + PATIENCE_S
        while not (found := self.page.ask(script)):
            assert time.monotonic() < end_s, f"never true: {script}"
            time.sleep(0.03)
        return found

    def told(self, script: str, value: object) -> None:
        """That it comes to be so."""
        self.until(f"JSON.stringify({script}) == {json.dumps(json.dumps(value, separators=(',', ':')))}")

    def text(self, name: str) -> str:
        return self.page.ask(f"document.getElementById('{name}').textContent")

    def middle(self, selector: str) -> tuple[float, float]:
        x, y = self.page.ask(
            f"(() => {{ const r = document.querySelector('{selector}').getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        return x, y

    def commands(self, count: int) -> list[inputs.Command]:
        end_s = time.monotonic() + PATIENCE_S
        while len(self.pretended.commands) < count:
            assert time.monotonic() < end_s, self.pretended.commands
            time.sleep(0.01)
        return self.pretended.commands

    def play(self) -> None:
        """Three bars, with something of everything."""
        story = self.story
        told = [story.right(k, 8.0 * (k % 5 - 2)) for k in range(20)]
        told += [story.tell(Beat, "1", 0, beat, 1) for beat in (1, 2, 3)]
        told += [story.wrong(20, 65), story.missed(22), story.extra(7.5, 79), story.position(9.0, 116.0)]
        told += [story.tell(Beat, "4", 3, 1, 1), story.tell(Health, 0.42, 0.9, 0, 0, 0.1)]
        told += [story.tell(Note, 99, NoteStatus.CONFIRMED, 64, 1.0, 90), story.tell(Turn, "page", "5", 3.0)]
        self.server.send(told)


@pytest.fixture
def watched(browser: Page, server: PageServer, pretended: Pretended) -> Watched:
    return Watched(browser, server, pretended)


def test_what_happens_is_seen(watched: Watched) -> None:
    watched.open()
    watched.play()
    watched.until("document.getElementById('bar').textContent == '4'")
    ask = watched.page.ask
    assert ask("document.querySelector('[data-n=\"3\"]').classList.contains('right')")
    assert ask("document.querySelector('[data-n=\"20\"]').classList.contains('wrong')")
    assert ask("document.querySelector('[data-n=\"22\"]').classList.contains('missed')")
    assert ask("[...document.querySelectorAll('.ghost text')].map(e => e.textContent).join()") == "F4,G5"
    green = "getComputedStyle(document.querySelector('[data-n=\"3\"] path')).stroke"
    watched.until(f"{green} == 'rgb(31, 112, 72)'")
    assert watched.text("bpm") == "116" and watched.text("count-right") == "20"
    assert "Page turn in" in watched.text("turn-text") and watched.text("latency") == "0.4 ms"
    assert "played F4 instead of" in watched.text("mistakes")
    assert ask("document.querySelector('.bar.current').dataset.bar") == "3"
    watched.server.send([watched.story.tell(Retract, 24), watched.story.tell(Jump, 9.0, 0.0, 1.0)])
    watched.until("!document.querySelector('.note.right')")
    assert watched.page.complaints == []


def test_the_cursor_glides_and_is_where_the_note_is(watched: Watched) -> None:
    watched.open()
    x = "document.getElementById('cursor').getBoundingClientRect().x"
    note = "document.querySelector('[data-n=\"4\"] .notehead').getBoundingClientRect()"
    q = float(watched.story.score.notes["onset_q"][4])
    watched.server.send([watched.story.tell(StateChanged, State.PAUSED), watched.story.position(q)])
    watched.until(f"Math.abs({x} + 4 - {note}.x - {note}.width / 2) < 4")
    watched.server.send([watched.story.tell(StateChanged, State.FOLLOWING), watched.story.position(q, 60.0)])
    before = watched.page.ask(x)
    watched.until(f"{x} > {before} + 3")  # no further position came: it goes on at the tempo by itself


def test_a_late_viewer_sees_the_same(watched: Watched) -> None:
    watched.play()
    watched.open()
    assert watched.text("bar") == "4" and watched.text("count-wrong") == "1"
    watched.until("document.querySelectorAll('.ghost').length == 2")
    assert watched.page.ask("document.querySelectorAll('.note.right').length") == 20


def test_after_a_broken_connection_it_comes_back(watched: Watched, pretended: Pretended) -> None:
    watched.open()
    port = watched.server.port
    watched.server.close()
    watched.until("document.getElementById('connection').textContent.includes('ended')")
    again = PageServer(pretended, port, draw=drawn_once)
    try:
        story = Story(pretended.score())
        again.send([*story.opening(), story.position(9.0), story.right(0)])
        watched.until("document.getElementById('bar').textContent == '4'")
        watched.until("document.getElementById('connection').textContent == ''")
        watched.until("document.querySelectorAll('.note.right').length == 1")
    finally:
        again.close()


def test_it_is_steered_with_the_mouse(watched: Watched) -> None:
    watched.open()
    first, third = watched.middle('.bar[data-bar="0"]'), watched.middle('.bar[data-bar="2"]')
    starts = watched.story.score.bars["start_q"]
    watched.page.draw(third)
    assert watched.commands(1) == [inputs.GotoBeat(1.0, float(starts[2]))]
    watched.page.draw(first, third)
    assert watched.commands(2)[1] == inputs.Loop(1.0, "1", "3")
    watched.pretended.looped = (0, 2)
    watched.until("document.querySelectorAll('.bar.in-loop').length == 3")
    watched.page.draw(watched.middle("#loop"))
    assert watched.commands(3)[2] == inputs.LoopOff(1.0)
    buttons = {"main": inputs.Pause, "next": inputs.Next, "prev": inputs.Prev, "stop": inputs.Stop}
    for name, command in buttons.items():
        before = len(watched.pretended.commands)
        watched.page.draw(watched.middle(f"#{name}"))
        assert watched.commands(before + 1)[-1] == command(1.0)


def test_it_is_steered_by_touch(watched: Watched) -> None:
    watched.open(1024, 768)
    first, third = watched.middle('.bar[data-bar="0"]'), watched.middle('.bar[data-bar="2"]')
    watched.page.touch(third)
    assert watched.commands(1) == [inputs.GotoBeat(1.0, float(watched.story.score.bars["start_q"][2]))]
    between = [(first[0] + share * (third[0] - first[0]), first[1]) for share in (0.1, 0.3, 0.6, 0.9)]
    watched.page.touch(first, *between, third)
    assert watched.commands(2)[1] == inputs.Loop(1.0, "1", "3")


def test_it_is_steered_with_keys_alone(watched: Watched) -> None:
    watched.open()
    press, ask = watched.page.press, watched.page.ask
    starts = watched.story.score.bars["start_q"]
    for key, command in (
        (" ", inputs.Pause(1.0)), ("ArrowRight", inputs.Next(1.0)), ("ArrowLeft", inputs.Prev(1.0)),
        ("Home", inputs.GotoBeat(1.0, float(starts[0]))), ("s", inputs.Stop(1.0)),
    ):  # fmt: skip
        before = len(watched.pretended.commands)
        press(key)
        assert watched.commands(before + 1)[-1] == command
    press("g")
    for key in "12":
        press(key)
    press("Enter")
    assert watched.commands(6)[-1] == inputs.GotoBeat(1.0, float(starts[11]))
    for _ in range(12):  # Tab reaches the bars, with a visible frame around what has the focus
        press("Tab")
        if ask("document.activeElement.classList.contains('bar')"):
            break
    assert ask("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 2
    assert ask("document.activeElement.getAttribute('aria-label')") == "bar 1"
    press("ArrowRight")
    press("l")
    press("ArrowRight")
    press("l")
    assert watched.commands(7)[-1] == inputs.Loop(1.0, "2", "3")
    press("Enter")
    assert watched.commands(8)[-1] == inputs.GotoBeat(1.0, float(starts[2]))
    press("?")
    assert ask("document.getElementById('keys').open")
    press("Escape")
    assert not ask("document.getElementById('keys').open")


def test_another_score_is_chosen(watched: Watched) -> None:
    watched.pretended.on_load = lambda: watched.server.send(Story(watched.pretended.score()).opening())
    watched.open()
    watched.page.press("o")
    chosen = "[...document.querySelectorAll('#scores [aria-pressed=true]')].map(e => e.textContent)"
    watched.told(chosen, ["menuet_in_g.musicxml"])
    key = "performance.getEntriesByType('resource').map(e => e.name).filter(e => e.includes('layout')).length"
    before = watched.page.ask(key)
    watched.page.ask("document.querySelector('#scores [aria-pressed=false]').click()")
    watched.told("document.getElementById('pieces').open", False)
    watched.told(chosen, ["menuet_in_g.mid"])
    watched.until(f"{key} > {before}")


def test_trouble_is_told_in_plain_words(watched: Watched) -> None:
    watched.open()
    watched.server.send([watched.story.tell(Fault, "the MIDI input is gone", "plug it in again")])
    watched.until("document.getElementById('faults').textContent.includes('MIDI input is gone. Plug it in')")
    watched.page.ask("document.querySelector('#faults button').click()")
    assert watched.text("faults") == ""


def test_everything_has_a_name_and_enough_contrast(watched: Watched) -> None:
    watched.open()
    watched.play()
    nameless = (
        "[...document.querySelectorAll('button, a, input, select, svg[role]')].filter(e =>"
        " e.checkVisibility() && !(e.getAttribute('aria-label') || e.textContent.trim()"
        " || e.labels?.length)).map(e => e.outerHTML)"
    )
    assert watched.page.ask(nameless) == []
    small = (
        "[...document.querySelectorAll('nav button, .corner button, .button')].filter(e =>"
        " e.checkVisibility() && e.getBoundingClientRect().height < 44).map(e => e.id)"
    )
    assert watched.page.ask(small) == []
    for scheme in ("light", "dark"):
        watched.page.look(1280, 800, scheme)
        assert watched.page.ask(_LEAST_CONTRAST) >= 4.5


_LEAST_CONTRAST = """(() => {
  const style = getComputedStyle(document.documentElement);
  const light = (name) => {
    const hex = style.getPropertyValue(name).trim();
    const [r, g, b] = [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16) / 255)
      .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const pairs = ["--ink", "--soft", "--right", "--bad", "--accent"].flatMap((c) => [[c, "--paper"]]);
  pairs.push(["--ink", "--band"], ["--right", "--band"], ["--bad", "--band"], ["--soft", "--raised"],
    ["--ink", "--raised"], ["--on-accent", "--accent"]);
  return Math.min(...pairs.map(([a, b]) => ratio(a, b)));
})()"""


def test_who_has_no_token_is_told_what_to_do(browser: Page, pretended: Pretended) -> None:
    running = PageServer(pretended, 0, Gate(lan=True, token="let-me-in", guests=False), draw=drawn_once)
    watched = Watched(browser, running, pretended)
    try:
        browser.open(f"http://localhost:{running.port}/", 1280, 800)
        watched.until("document.getElementById('connection').textContent.includes('token')")
        browser.open(f"http://localhost:{running.port}/?token=let-me-in", 1280, 800)
        watched.until(DRAWN)
        assert browser.ask("location.href") == f"http://localhost:{running.port}/"
    finally:
        running.close()


def test_a_recording_has_no_buttons_for_what_it_cannot_do(watched: Watched) -> None:
    watched.pretended.words = frozenset({"start", "pause", "resume"})
    watched.open()
    shown = "[...document.querySelectorAll('nav [data-word]')].filter(e => e.checkVisibility())"
    assert watched.page.ask(f"{shown}.map(e => e.id)") == ["main"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_every_screen(watched: Watched, scheme: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    watched.play()
    for width, height in SIZES:
        watched.open(width, height, scheme)
        watched.until("document.querySelectorAll('.ghost').length == 2")
        watched.page.ask("document.getElementById('loop-text').textContent = 'Loop 10-320'")
        time.sleep(0.5)  # for colours to arrive, before the picture
        (PICTURES / f"{width}x{height}-{scheme}.png").write_bytes(watched.page.picture())
        outside = (
            "[...document.querySelectorAll('header *, nav *, .where *')].filter(e => e.checkVisibility())"
            f".filter(e => e.getBoundingClientRect().right > {width}).map(e => e.id || e.outerHTML)"
        )
        assert watched.page.ask(outside) == []
        assert watched.page.ask("document.querySelector('nav').getBoundingClientRect().bottom") <= height
    assert watched.page.complaints == []


def test_it_fetches_from_nowhere_else(watched: Watched) -> None:
    watched.open()
    own = f"http://localhost:{watched.server.port}/"
    assert watched.page.fetched and all(url.startswith((own, "data:")) for url in watched.page.fetched)
