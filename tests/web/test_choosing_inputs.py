"""Choosing what is listened to, on the page in a real browser."""

from __future__ import annotations

import pytest

from repetiteur.benchmarks.chromium import Page
from repetiteur.bridges.live_inputs import InUse, Kind
from repetiteur.bridges.web.performance import InputsThere
from repetiteur.bridges.web.server import PageServer

from .pretending import PluggedIn, Pretended
from .watching import PICTURES, Watched

CHOICES = "[...document.querySelectorAll('#inputs .choices button')].map(e => e.firstChild.textContent)"
CHOSEN = CHOICES.replace("button'", "button[aria-pressed=true]'")
EVERYTHING = ["Stage Piano", "Organ", "None", "Microphone", "None"]


@pytest.fixture
def studio(pretended: Pretended) -> PluggedIn:
    pretended.inputs = found = PluggedIn()
    return found


@pytest.fixture
def watched(browser: Page, studio: PluggedIn, server: PageServer, pretended: Pretended) -> Watched:
    return Watched(browser, server, pretended)


def press(watched: Watched, name: str) -> None:
    buttons = "[...document.querySelectorAll('#inputs button')]"
    watched.page.ask(f"{buttons}.find(e => e.firstChild.textContent == '{name}').click()")


def test_what_is_listened_to_is_shown_and_another_chosen(watched: Watched, studio: PluggedIn) -> None:
    watched.open()
    watched.page.becomes("document.getElementById('heard').textContent", "Stage Piano")
    watched.page.becomes("document.getElementById('listening').checkVisibility()", True)
    watched.page.draw(watched.middle("#listening"))
    watched.page.becomes(CHOICES, EVERYTHING)
    watched.page.becomes(CHOSEN, ["Stage Piano", "None"])
    press(watched, "Microphone")
    watched.page.becomes(CHOSEN, ["Stage Piano", "Microphone"])
    press(watched, "Organ")
    watched.page.becomes(CHOSEN, ["Organ", "Microphone"])
    watched.page.becomes("document.getElementById('heard').textContent", "Microphone and Organ")
    assert studio.chosen == [(Kind.AUDIO, "Microphone"), (Kind.MIDI, "Organ")]
    PICTURES.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        watched.page.look(1024, 768, scheme)
        (PICTURES / f"inputs-{scheme}.png").write_bytes(watched.page.picture())
    watched.page.ask("document.querySelector('#inputs [type=submit]').click()")
    watched.page.becomes("document.getElementById('inputs').open", False)
    assert watched.page.complaints == [] and watched.page.ask("Object.keys(localStorage).length") == 0


def test_with_keys_alone(watched: Watched, studio: PluggedIn) -> None:
    watched.open()
    watched.page.press("i")
    watched.page.becomes(CHOICES, EVERYTHING)
    for _ in range(8):
        if watched.page.ask("document.activeElement.firstChild?.textContent") == "Organ":
            break
        watched.page.press("Tab")
    watched.page.press("Enter")
    watched.page.becomes(CHOSEN, ["Organ", "None"])
    assert watched.page.ask("document.activeElement.firstChild.textContent") == "Organ", "focus stays"
    assert watched.pretended.commands == [], "no key meant for the list reaches the session"
    watched.page.press("Escape")
    watched.page.becomes("document.getElementById('inputs').open", False)


def test_a_refusal_is_one_line(watched: Watched, studio: PluggedIn) -> None:
    watched.open()
    watched.page.press("i")
    watched.page.becomes(CHOICES, EVERYTHING)
    studio.found = InputsThere(studio.found.inputs[:1], ())  # the organ is pulled out meanwhile
    press(watched, "Organ")
    line = "MIDI input Organ: not found: plug it in"
    watched.page.becomes("document.getElementById('inputs-said').textContent", line)
    watched.page.becomes(CHOSEN, ["Stage Piano", "None"])
    press(watched, "Look again")
    watched.page.becomes(CHOICES, ["Stage Piano", "None", "None is there"])


def test_one_that_is_gone_is_waited_for(watched: Watched, studio: PluggedIn) -> None:
    watched.open()
    studio.used = (InUse(Kind.MIDI, "Harp", False),)
    watched.page.becomes("document.getElementById('heard').textContent", "Waiting for Harp")
    watched.page.press("i")
    watched.page.becomes(CHOICES, ["Harp", *EVERYTHING])


def test_where_nothing_is_listened_to_the_page_asks_by_itself(watched: Watched, studio: PluggedIn) -> None:
    studio.used = ()
    watched.open()
    watched.page.becomes("document.getElementById('inputs').open", True)
    watched.page.becomes(CHOICES, EVERYTHING)
    press(watched, "Stage Piano")
    watched.page.becomes("document.getElementById('heard').textContent", "Stage Piano")


def test_a_recording_offers_no_inputs(watched: Watched, pretended: Pretended) -> None:
    pretended.inputs = None
    watched.open()
    watched.page.becomes("document.getElementById('listening').checkVisibility()", False)
    watched.page.press("i")
    assert not watched.page.ask("document.getElementById('inputs').open")
