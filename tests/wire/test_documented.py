"""The page of the wires names everything there is, as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from repetiteur.bridges.wire import osc
from repetiteur.bridges.wire.verbs import VERBS
from repetiteur.realtime.events import EVENT_TYPES, Event, wire_fields
from repetiteur.realtime.properties import PROPERTIES

PAGE = Path(__file__).parents[2] / "docs" / "wires.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text("utf-8").splitlines()
    if line.startswith("|")
]


def row_of(first: str) -> list[str]:
    found = [row for row in ROWS if row[0] == first]
    assert len(found) == 1, first
    return found[0]


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.type)
def test_every_event_has_its_rows(kind: type[Event]) -> None:
    spelling = osc.SPELLINGS[kind]
    assert row_of(f"`/{spelling.address}`")[1:3] == [f"`{spelling.tags}`", ", ".join(spelling.names)]
    fields = [name for _, name in wire_fields(kind)[2:]]
    assert row_of(f"`{kind.type}`")[1] == ", ".join(fields)


@pytest.mark.parametrize("word", VERBS)
def test_every_control_word_has_its_row(word: str) -> None:
    tags = {"s": "s", "i": "i", "f": "f", "f or s": "f or s"}
    said = []
    for parameter in VERBS[word].parameters[word.endswith("/P") :]:
        text = f"{parameter.name} {tags[parameter.kind.value]}"
        said.append(f"[{text}]" if parameter.default is not None else text)
    assert row_of(f"`{word}`")[1] == ", ".join(said)


def test_every_property_is_named() -> None:
    text = PAGE.read_text("utf-8")
    assert all(f"`{name}`" in text for name in PROPERTIES)


def test_addresses_are_unique() -> None:
    addresses = [spelling.address for spelling in osc.SPELLINGS.values()]
    assert len(set(addresses)) == len(addresses) == len(EVENT_TYPES)
