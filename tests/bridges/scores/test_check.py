"""``repetiteur check``."""

from __future__ import annotations

import json

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.terminal.main import main

SERIOUS = (
    '<score-partwise><part-list><score-part id="P1"><part-name>Solo</part-name></score-part></part-list>'
    '<part id="P1"><measure number="1"><attributes><divisions>1</divisions></attributes>'
    '<barline location="left"><repeat direction="forward"/></barline>'
    '<note id="a"><pitch><step>C</step><octave>4</octave></pitch><duration>4</duration></note>'
    "</measure></part>"
    "</score-partwise>"
)


def test_text_of_the_bundled_score(capsys):
    assert main(["check", str(assets.SCORE)]) == 0
    told = capsys.readouterr().out
    for line in (
        "Menuet in G",
        "Bars        32",
        "Metre       3/4",
        "1-16 :| 1-32 :| 17-32",
        "mordent 5",
        "No doubts.",
    ):
        assert line in told


def test_json_is_one_object(capsys):
    assert main(["check", str(assets.SCORE), "--json", "--parts", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["bars"], told["notes"], told["doubts"]) == (32, 205, [])
    assert told["play_order"]["notated"] == [0, 0, 1, 1]
    assert told["play_order"]["edges"][0] == {"source": 0, "target": 0, "kind": "repeat", "when": [1]}


def test_serious_doubts_are_found_problems(capsys, tmp_path):
    path = tmp_path / "odd.musicxml"
    path.write_text(SERIOUS)
    assert main(["check", str(path)]) == 1
    assert "! bar 1: the repeat has no end sign" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["nowhere.mxl"], [str(assets.SCORE), "--parts", "tuba"]])
def test_what_cannot_be_read_is_one_line(capsys, arguments):
    assert main(["check", *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.strip().splitlines()) == 1
