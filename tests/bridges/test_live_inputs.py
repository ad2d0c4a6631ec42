"""What is listened to, exchanged while it runs: with inputs that are none."""

from __future__ import annotations

import pytest

from repetiteur.bridges.live_inputs import InUse, Kind, LiveInputs
from repetiteur.realtime.errors import InputError

MIDI, AUDIO = Kind.MIDI, Kind.AUDIO


class Plug:
    """An input; it is told when it is opened and closed."""

    def __init__(self, studio: Studio, kind: Kind, name: str) -> None:
        self.studio, self.kind, self.name = studio, kind, name
        self.connected = True
        studio.told.append(f"{name} on")

    def look(self) -> str | None:
        if self.connected and self.name not in self.studio.there:
            self.connected = False
            return f"{self.name} is gone"
        return None

    def close(self) -> None:
        self.studio.told.append(f"{self.name} off")


class Studio:
    def __init__(self) -> None:
        self.there = {"Piano", "Organ", "Microphone", "Line"}
        self.told: list[str] = []

    def open(self, kind: Kind, name: str) -> Plug:
        found = next((each for each in sorted(self.there) if name in each), None)
        if found is None:
            raise InputError(f"input {name}", "not found", "plug one in")
        return Plug(self, kind, found)


@pytest.fixture
def studio() -> Studio:
    return Studio()


@pytest.fixture
def inputs(studio: Studio) -> LiveInputs:
    return LiveInputs(studio.open)


def test_nothing_can_be_chosen_before_and_after(studio: Studio, inputs: LiveInputs) -> None:
    assert inputs.choose(MIDI, "Piano") is not None
    inputs.begin({})
    assert inputs.in_use() == () and inputs.choose(MIDI, "Piano") is None
    inputs.close()
    inputs.close()
    assert inputs.choose(MIDI, "Organ") is not None
    assert studio.told == ["Piano on", "Piano off"]


def test_what_cannot_be_opened_at_the_beginning_is_told_by_who_opened_it(inputs: LiveInputs) -> None:
    with pytest.raises(InputError):
        inputs.begin({MIDI: "Harp"})


def test_each_kind_is_exchanged_for_itself(studio: Studio, inputs: LiveInputs) -> None:
    inputs.begin({MIDI: "Pia"})
    assert inputs.choose(AUDIO, "Line") is None
    assert inputs.choose(MIDI, "Organ") is None
    assert inputs.in_use() == (InUse(MIDI, "Organ", True), InUse(AUDIO, "Line", True))
    assert inputs.choose(MIDI, "Organ") is None, "it is in use: nothing happens"
    assert inputs.choose(MIDI, None) is None and inputs.choose(MIDI, None) is None
    assert inputs.in_use() == (InUse(AUDIO, "Line", True),)
    inputs.close()
    assert studio.told == ["Piano on", "Line on", "Organ on", "Piano off", "Organ off", "Line off"]


def test_of_sound_the_former_is_left_first(studio: Studio, inputs: LiveInputs) -> None:
    inputs.begin({AUDIO: "Line"})
    assert inputs.choose(AUDIO, "Microphone") is None
    assert studio.told == ["Line on", "Line off", "Microphone on"]


@pytest.mark.parametrize(("kind", "told"), [(MIDI, ["Line on"]), (AUDIO, ["Line on", "Line off", "Line on"])])
def test_what_is_refused_leaves_the_former(
    studio: Studio, inputs: LiveInputs, kind: Kind, told: list[str]
) -> None:
    inputs.begin({kind: "Line"})
    assert inputs.choose(kind, "Harp") == ("input Harp: not found", "plug one in")
    assert inputs.in_use() == (InUse(kind, "Line", True),) and studio.told == told


def test_where_the_former_has_gone_meanwhile_it_is_waited_for(studio: Studio, inputs: LiveInputs) -> None:
    inputs.begin({AUDIO: "Line"})
    studio.there.remove("Line")
    assert inputs.choose(AUDIO, "Harp") is not None
    assert inputs.in_use() == (InUse(AUDIO, "Line", False),) and inputs.look() == []
    studio.there.add("Line")
    assert inputs.look() == ["Line is back"]
    assert inputs.in_use() == (InUse(AUDIO, "Line", True),)


def test_one_that_is_gone_is_seen_and_may_be_chosen_anew(studio: Studio, inputs: LiveInputs) -> None:
    inputs.begin({MIDI: "Piano", AUDIO: "Line"})
    studio.there.remove("Piano")
    assert inputs.look() == ["Piano is gone"]
    assert inputs.in_use()[0] == InUse(MIDI, "Piano", False)
    assert inputs.choose(MIDI, "Organ") is None
    assert inputs.in_use()[0] == InUse(MIDI, "Organ", True)
