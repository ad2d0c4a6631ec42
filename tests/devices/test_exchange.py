"""Inputs exchanged on the page while a real session runs: keyboards and sound cards made of software."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.scores import load_score
from repetiteur.models.encoder.weights import SHIPPED

from ..web.client import Client
from .keyboard import Keyboard


@pytest.fixture
def page(jack: Any, program: Any) -> Iterator[Callable[..., tuple[Any, Client]]]:
    """``follow`` with these words, and a viewer of its page."""
    viewers: list[Client] = []

    def begin(*words: str) -> tuple[Any, Client]:
        follow = program(jack, "follow", assets.SCORE, *words, "--osc-in", "0", "--json", "--web", "0")
        follow.wait_for(lambda self: "Ctrl-C ends" in self.said(), "the session")
        found = re.search(r"localhost:([0-9]+)/", follow.said())
        assert found is not None
        viewers.append(Client(int(found[1])))
        assert viewers[-1].watch() == 101
        return follow, viewers[-1]

    yield begin
    for viewer in viewers:
        viewer.close()


def listed(viewer: Client, kind: str) -> list[str]:
    told = viewer.ask({"do": "inputs"})
    assert told["ok"] and not [line for line in told["missing"] if kind in line.lower()], told
    return [item["name"] for item in told["inputs"] if item["kind"] == kind]


def in_use(viewer: Client) -> list[tuple[str, bool]]:
    """As somebody else sees it who comes now."""
    other = Client(viewer.port)
    assert other.watch() == 101
    told = other.until("inputs")["inputs"]
    other.close()
    return [(item["name"], item["connected"]) for item in told]


def choose(viewer: Client, kind: str, name: str | None) -> dict[str, Any]:
    return viewer.ask({"do": "inputs/choose", "kind": kind, "name": name})


def notes(program: Any) -> list[int]:
    return [row["pitch"] for row in program.rows() if row["type"] == "note"]


@pytest.mark.skipif(find_spec("rtmidi") is None, reason="needs python-rtmidi")
def test_another_keyboard_takes_over_with_a_key_down(jack: Any, page: Any) -> None:
    piano, organ = Keyboard(jack, "Stage Piano"), Keyboard(jack, "Organ")
    pitches = load_score(assets.SCORE).notes["pitch"][:3].tolist()
    follow, viewer = page("--midi", "stage")
    there = listed(viewer, "midi")
    (organ_name,) = [name for name in there if "Organ" in name]
    assert any("Stage Piano" in name for name in there)
    piano.play(0x90, pitches[0], 80)
    follow.wait_for(lambda self: len(notes(self)) == 1, "a note of the piano")
    refused = choose(viewer, "midi", "Harp")
    assert (refused["ok"], refused["fault"]) == (False, "MIDI input Harp: not found")
    assert choose(viewer, "midi", organ_name)["ok"]
    assert in_use(viewer) == [(organ_name, True)]
    follow.wait_for(lambda self: any(row["type"] == "note_end" for row in self.rows()), "the key let go")
    piano.play(0x90, 21, 80)  # nobody listens to it any more
    organ.play(0x90, pitches[1], 80)
    follow.wait_for(lambda self: len(notes(self)) == 2, "a note of the organ")
    assert choose(viewer, "midi", None)["ok"]
    organ.play(0x90, 22, 80)
    assert choose(viewer, "midi", "Stage")["ok"]
    piano.play(0x90, pitches[2], 80)
    follow.wait_for(lambda self: len(notes(self)) == 3, "a note of the piano again")
    assert follow.end() == 0
    rows = follow.rows()
    assert notes(follow) == pitches
    assert [row["seq"] for row in rows] == list(range(len(rows))), "nothing told was lost"
    assert not any(row["type"] == "fault" for row in rows)
    assert sum(row["type"] == "note_end" for row in rows) == 3


@pytest.mark.skipif(not SHIPPED.exists(), reason="no trained weights are here")
def test_a_session_begins_without_an_input_and_sound_is_chosen_later(
    jack: Any, pyaudio: Any, page: Any
) -> None:
    jack.player("Silent Line", np.zeros((10, 1), np.float32))
    follow, viewer = page()
    assert "choose on the page what to listen to" in follow.said()
    assert in_use(viewer) == []
    assert "Silent Line" in listed(viewer, "audio")
    assert choose(viewer, "audio", "Silent Line")["ok"]
    viewer.until("level")
    jack.player("Microphone", tone(jack.rate_hz))  # plugged in while another is listened to
    assert "Microphone" in listed(viewer, "audio")
    refused = choose(viewer, "audio", "Harp")
    assert not refused["ok"] and "Harp: not found" in refused["fault"] and "Silent Line" in refused["remedy"]
    assert in_use(viewer) == [("Silent Line", True)], "it goes on"
    assert choose(viewer, "audio", "Microphone")["ok"]
    while viewer.until("level")["dbfs"] < -40.0:
        pass
    assert choose(viewer, "audio", None)["ok"]
    assert follow.end() == 0
    rows = follow.rows()
    assert [row["seq"] for row in rows] == list(range(len(rows)))
    ended = {row["id"] for row in rows if row["type"] == "note_end"}
    assert {row["id"] for row in rows if row.get("status") == "confirmed"} <= ended


def tone(rate_hz: int) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * 440.0 * np.arange(60 * rate_hz) / rate_hz)).astype(np.float32)[:, None]
