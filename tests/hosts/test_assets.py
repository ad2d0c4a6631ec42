"""The files that ship for other programs: complete, and in step with the tables."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from repetiteur.bridges.hosts.actions import Action, Locate, Marker, Place, Play, Record, Stop, Tempo
from repetiteur.bridges.hosts.assets import make_assets
from repetiteur.bridges.hosts.dialects import REAPER
from repetiteur.bridges.wire.osc import SPELLINGS
from repetiteur.bridges.wire.verbs import VERBS

HERE = Path(make_assets.__file__).parent


@pytest.mark.parametrize("name", make_assets.FILES)
def test_files_are_what_the_tables_make_them(name: str) -> None:
    assert (HERE / name).read_text("utf-8") == make_assets.FILES[name](), "run make_assets again"


def test_every_wire_of_the_patches_ends_somewhere() -> None:
    lines = (HERE / "repetiteur.pd").read_text("utf-8").splitlines()
    objects = [line for line in lines if re.match(r"#X (obj|msg|text) ", line)]
    wires = [line.rstrip(";").split()[2:] for line in lines if line.startswith("#X connect")]
    assert len(objects) + len(wires) + 1 == len(lines)
    for source, _, target, _ in wires:
        assert not objects[int(source)].startswith("#X text")
        assert not objects[int(target)].startswith("#X text")
    patcher = json.loads((HERE / "repetiteur.maxpat").read_text("utf-8"))["patcher"]
    boxes = {item["box"]["id"]: item["box"] for item in patcher["boxes"]}
    for item in patcher["lines"]:
        name, outlet = item["patchline"]["source"]
        assert outlet < boxes[name]["numoutlets"]
        assert item["patchline"]["destination"][0] in boxes


def test_the_description_names_everything() -> None:
    described = json.loads((HERE / "repetiteur-osc.json").read_text("utf-8"))
    assert len(described["events"]) == len(SPELLINGS)
    assert [item["address"] for item in described["control"]] == [f"/repetiteur/{word}" for word in VERBS]


def test_the_pattern_file_knows_all_that_is_said_to_reaper() -> None:
    place = Place(0.0, 0.0, 1, 1.0)
    actions: tuple[Action, ...] = (
        Play(), Record(), Stop(), Locate(place, True), Tempo(90.0), Marker(1.0, "A", 1)
    )  # fmt: skip
    patterns = {
        pattern[1:].replace("@", "N"): pattern[0]
        for line in (HERE / "Repetiteur.ReaperOSC").read_text("utf-8").splitlines()
        for pattern in line.split()[1:]
        if re.match(r"[a-z]/", pattern)
    }
    for message in (message for action in actions for message in REAPER.spell(action)):
        flag = patterns[re.sub(r"/\d+/", "/N/", message.address)]
        assert isinstance(message.arguments[0], str if flag == "s" else float)
