"""Listing and choosing inputs over the page's socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from repetiteur.bridges.audio_ports import AudioPort, AudioPorts
from repetiteur.bridges.choice_of_inputs import ChoiceOfInputs
from repetiteur.bridges.devices_there import DevicesThere
from repetiteur.bridges.live_inputs import InUse, Kind, LiveInputs
from repetiteur.bridges.web.gate import Gate
from repetiteur.bridges.web.performance import InputsThere, Offered
from repetiteur.bridges.web.server import PageServer
from repetiteur.realtime.errors import InputError

from .client import Client
from .pretending import PluggedIn, Pretended


@pytest.fixture
def studio(pretended: Pretended) -> PluggedIn:
    pretended.inputs = found = PluggedIn()
    return found


@pytest.fixture
def viewer(studio: PluggedIn, server: PageServer) -> Iterator[Client]:
    client = Client(server.port)
    client.watch()
    yield client
    client.close()


def test_what_is_in_use_is_known_at_once_and_whenever_it_changes(studio: PluggedIn, viewer: Client) -> None:
    piano = {"kind": "midi", "name": "Stage Piano", "connected": True}
    assert viewer.until("inputs")["inputs"] == [piano]
    studio.used = (InUse(Kind.MIDI, "Stage Piano", False),)
    assert viewer.until("inputs")["inputs"] == [piano | {"connected": False}]


def test_what_is_there_is_asked_for_anew_each_time(studio: PluggedIn, viewer: Client) -> None:
    told = viewer.ask({"do": "inputs"})
    assert [item["name"] for item in told["inputs"]] == ["Stage Piano", "Organ", "Microphone"]
    assert told["inputs"][2] == {"kind": "audio", "name": "Microphone", "about": "the system's own choice"}
    studio.found = InputsThere((), ("PyAudio is not installed: pip install it",))
    told = viewer.ask({"do": "inputs"})
    assert (told["inputs"], told["missing"]) == ([], ["PyAudio is not installed: pip install it"])


def test_another_is_chosen_and_everybody_sees_it(
    studio: PluggedIn, viewer: Client, connect: Callable[[], Client]
) -> None:
    other = connect()
    other.watch()
    other.until("inputs")
    assert viewer.ask({"do": "inputs/choose", "kind": "audio", "name": "Microphone"})["ok"]
    assert viewer.ask({"do": "inputs/choose", "kind": "midi", "name": None})["ok"]
    assert studio.chosen == [(Kind.AUDIO, "Microphone"), (Kind.MIDI, None)]
    while [item["name"] for item in other.until("inputs")["inputs"]] != ["Microphone"]:
        pass


def test_a_refusal_is_told_with_its_remedy(studio: PluggedIn, viewer: Client) -> None:
    told = viewer.ask({"do": "inputs/choose", "kind": "midi", "name": "Harp"})
    assert (told["ok"], told["fault"], told["remedy"]) == (False, "MIDI input Harp: not found", "plug it in")


@pytest.mark.parametrize(
    "words",
    [{}, {"kind": "video"}, {"kind": ["midi"]}, {"kind": "midi", "name": 7}, {"kind": "midi", "name": ""},
     {"kind": "midi", "name": "x" * 500}, {"kind": "audio", "name": "\x1b[2J"}, {"kind": None, "name": None}],
)  # fmt: skip
def test_what_is_no_input_is_never_asked_for(
    studio: PluggedIn, viewer: Client, words: dict[str, Any]
) -> None:
    assert not viewer.ask({"do": "inputs/choose", **words})["ok"]
    assert studio.chosen == []


def test_who_has_no_token_neither_sees_nor_chooses_inputs(studio: PluggedIn, pretended: Pretended) -> None:
    running = PageServer(pretended, 0, Gate(lan=True, token="let-me-in", guests=True))
    try:
        guest = Client(running.port)
        guest.watch()
        assert not guest.ask({"do": "inputs"})["ok"]
        assert not guest.ask({"do": "inputs/choose", "kind": "midi", "name": "Organ"})["ok"]
        assert studio.chosen == []
    finally:
        running.close()


def test_where_nothing_is_live_there_is_nothing_to_choose(connect: Callable[[], Client]) -> None:
    client = connect()
    client.watch()
    assert client.until("inputs")["inputs"] is None
    assert not client.ask({"do": "inputs"})["ok"]


def test_a_device_that_takes_its_time_holds_up_nobody(studio: PluggedIn, viewer: Client) -> None:
    studio.patience.clear()
    viewer.say({"do": "inputs/choose", "kind": "midi", "name": "Organ", "id": 1})
    assert viewer.ask({"do": "pause"})["ok"]
    for number in range(20):
        viewer.say({"do": "inputs", "id": 100 + number})
    while viewer.until("answer")["ok"]:
        pass  # not more wait than is good
    studio.patience.set()
    while viewer.until("answer")["re"] != 1:
        pass


def test_a_failure_nobody_thought_of_is_answered(studio: PluggedIn, viewer: Client) -> None:
    studio.choose = lambda kind, name: 1 / 0  # type: ignore[method-assign,assignment]
    told = viewer.ask({"do": "inputs/choose", "kind": "midi", "name": "Organ"})
    assert not told["ok"] and "division" in told["fault"]
    assert viewer.ask({"do": "inputs"})["ok"]


def test_the_choice_is_what_the_system_has_and_what_is_made_here() -> None:
    ports = tuple(
        AudioPort(k, name, system, 1, 48_000.0, 0.0, name == "Mic")
        for k, (name, system) in enumerate([("Mic", "ALSA"), ("Mic", "JACK"), ("Monitor of Mic", "ALSA")])
    )
    missing = InputError("MIDI", "python-rtmidi is not installed", "install it")
    found = DevicesThere(("Piano",), (), AudioPorts(ports, ()), (missing,))
    there = ChoiceOfInputs(LiveInputs(lambda kind, name: 1 / 0), "Keys", lambda: found).there()  # type: ignore
    assert there.inputs == (
        Offered(Kind.MIDI, "Keys", "made here, for other programs to play into"),
        Offered(Kind.MIDI, "Piano", ""),
        Offered(Kind.AUDIO, "Mic (ALSA)", "the system's own choice"),
        Offered(Kind.AUDIO, "Mic (JACK)", "the system's own choice"),
        Offered(Kind.AUDIO, "Monitor of Mic", "hears what this computer plays"),
    )
    assert there.missing == ("python-rtmidi is not installed: install it",)
    nothing = ChoiceOfInputs(LiveInputs(lambda kind, name: 1 / 0), None, lambda: None).there()  # type: ignore
    assert nothing.inputs == () and "could not be listed" in nothing.missing[0]


def test_devices_are_asked_for_in_a_process_of_its_own() -> None:
    from repetiteur.bridges.devices_there import devices_there, devices_there_apart

    apart = devices_there_apart()
    assert apart is not None
    assert [error.where for error in apart.missing] == [error.where for error in devices_there().missing]
