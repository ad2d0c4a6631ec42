"""The page in a real browser, with events of ours: what it shows, and how it is steered."""

from __future__ import annotations

import pytest

from repetiteur.benchmarks.chromium import Page
from repetiteur.bridges.web.gate import Gate
from repetiteur.bridges.web.server import PageServer
from repetiteur.realtime import inputs
from repetiteur.realtime.events import (
    Fault,
    Jump,
    Retract,
    State,
    StateChanged,
)

from .conftest import drawn_once
from .pretending import Pretended, Story
from .watching import DRAWN, Watched


@pytest.fixture
def watched(browser: Page, server: PageServer, pretended: Pretended) -> Watched:
    return Watched(browser, server, pretended)


def test_what_happens_is_seen(watched: Watched) -> None:
    watched.open()
    watched.play()
    becomes = watched.page.becomes
    for number, verdict in ((3, "right"), (20, "wrong"), (22, "missed")):
        becomes(f"document.querySelector('[data-n=\"{number}\"]').classList.contains('{verdict}')")
    becomes("[...document.querySelectorAll('.ghost text')].map(e => e.textContent).join()", "F4,G5")
    becomes("getComputedStyle(document.querySelector('[data-n=\"3\"] path')).stroke", "rgb(31, 112, 72)")
    for name, text in (("bar", "4"), ("bpm", "116"), ("count-right", "20"), ("latency", "0.4 ms")):
        watched.shows(name, text)
    watched.says("turn-text", "Page turn in")
    watched.says("mistakes", "played F4 instead of")
    becomes("document.querySelector('.bar.current').dataset.bar", "3")
    watched.server.send([watched.story.tell(Retract, 24), watched.story.tell(Jump, 9.0, 0.0, 1.0)])
    becomes("!document.querySelector('.note.right')")
    assert watched.page.complaints == []


def test_the_cursor_glides_and_is_where_the_note_is(watched: Watched) -> None:
    watched.open()
    x = "document.getElementById('cursor').getBoundingClientRect().x"
    note = "document.querySelector('[data-n=\"4\"] .notehead').getBoundingClientRect()"
    q = float(watched.story.score.notes["onset_q"][4])
    watched.server.send([watched.story.tell(StateChanged, State.PAUSED), watched.story.position(q)])
    watched.page.becomes(f"Math.abs({x} + 4 - {note}.x - {note}.width / 2) < 4")
    there = watched.page.ask(f"{note}.x + {note}.width / 2 - 4")
    watched.server.send([watched.story.tell(StateChanged, State.FOLLOWING), watched.story.position(q, 60.0)])
    watched.page.becomes(f"{x} > {there} + 6")  # no further position came: it goes on at the tempo by itself


def test_a_late_viewer_sees_the_same(watched: Watched) -> None:
    watched.play()
    watched.open()
    watched.shows("bar", "4")
    watched.shows("count-wrong", "1")
    watched.page.becomes("document.querySelectorAll('.ghost').length", 2)
    watched.page.becomes("document.querySelectorAll('.note.right').length", 20)


def test_after_a_broken_connection_it_comes_back(watched: Watched, pretended: Pretended) -> None:
    watched.open()
    port = watched.server.port
    watched.server.close()
    watched.says("connection", "ended")
    again = PageServer(pretended, port, draw=drawn_once)
    try:
        story = Story(pretended.score())
        again.send([*story.opening(), story.position(9.0), story.right(0)])
        watched.shows("bar", "4")
        watched.shows("connection", "")
        watched.page.becomes("document.querySelectorAll('.note.right').length", 1)
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
    watched.page.becomes("document.querySelectorAll('.bar.in-loop').length", 3)
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
    press, ask, becomes = watched.page.press, watched.page.ask, watched.page.becomes
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
    becomes("parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2")
    becomes("document.activeElement.getAttribute('aria-label')", "bar 1")
    press("ArrowRight")
    press("l")
    press("ArrowRight")
    press("l")
    assert watched.commands(7)[-1] == inputs.Loop(1.0, "2", "3")
    press("Enter")
    assert watched.commands(8)[-1] == inputs.GotoBeat(1.0, float(starts[2]))
    press("?")
    becomes("document.getElementById('keys').open")
    press("Escape")
    becomes("document.getElementById('keys').open", False)


def test_another_score_is_chosen(watched: Watched) -> None:
    watched.pretended.on_load = lambda: watched.server.send(Story(watched.pretended.score()).opening())
    watched.open()
    watched.page.press("o")
    chosen = "[...document.querySelectorAll('#scores [aria-pressed=true]')].map(e => e.textContent)"
    watched.page.becomes(chosen, ["menuet_in_g.musicxml"])
    key = "performance.getEntriesByType('resource').map(e => e.name).filter(e => e.includes('layout')).length"
    before = watched.page.ask(key)
    watched.page.ask("document.querySelector('#scores [aria-pressed=false]').click()")
    watched.page.becomes("document.getElementById('pieces').open", False)
    watched.page.becomes(chosen, ["menuet_in_g.mid"])
    watched.page.becomes(f"{key} > {before}")


def test_trouble_is_told_in_plain_words(watched: Watched) -> None:
    watched.open()
    watched.server.send([watched.story.tell(Fault, "the MIDI input is gone", "plug it in again")])
    watched.says("faults", "MIDI input is gone. Plug it in")
    watched.page.ask("document.querySelector('#faults button').click()")
    watched.shows("faults", "")


def test_who_has_no_token_is_told_what_to_do(browser: Page, pretended: Pretended) -> None:
    running = PageServer(pretended, 0, Gate(lan=True, token="let-me-in", guests=False), draw=drawn_once)
    watched = Watched(browser, running, pretended)
    try:
        browser.open(f"http://localhost:{running.port}/", 1280, 800)
        watched.says("connection", "token")
        browser.open(f"http://localhost:{running.port}/?token=let-me-in", 1280, 800)
        browser.becomes(DRAWN)
        assert browser.ask("location.href") == f"http://localhost:{running.port}/"
    finally:
        running.close()


def test_a_recording_has_no_buttons_for_what_it_cannot_do(watched: Watched) -> None:
    watched.pretended.words = frozenset({"start", "pause", "resume"})
    watched.open()
    shown = "[...document.querySelectorAll('nav [data-word]')].filter(e => e.checkVisibility())"
    watched.page.becomes(f"{shown}.map(e => e.id)", ["main"])


def test_it_fetches_from_nowhere_else(watched: Watched) -> None:
    watched.open()
    own = f"http://localhost:{watched.server.port}/"
    assert watched.page.fetched and all(url.startswith((own, "data:")) for url in watched.page.fetched)
