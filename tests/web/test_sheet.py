"""A drawn score as the page takes it: every bar and note has its place, and nothing in it can run."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.report import svg
from repetiteur.bridges.report.drawing import Drawing
from repetiteur.bridges.report.roll import draw_roll
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.web.draw import Wish, draw_apart
from repetiteur.bridges.web.server import PageServer
from repetiteur.bridges.web.sheet import sheet_of
from repetiteur.realtime.score import Score

from .client import Client
from .pretending import Pretended


@pytest.fixture(scope="module")
def score() -> Score:
    return load_score(assets.SCORE)


@pytest.fixture
def roll(score: Score) -> Drawing:
    return draw_roll(score, "because")


def test_a_roll_has_every_bar_and_note(score: Score, roll: Drawing) -> None:
    layout = json.loads(sheet_of(score, roll).layout)
    assert [bar for line in layout["lines"] for bar, _, _ in line["bars"]] == list(range(32))
    assert all(layout["heads"]) and layout["perOctave"] == 12
    for line in layout["lines"]:
        xs = [x for _, x in line["path"]]
        assert xs == sorted(xs) and line["bars"][0][1] <= xs[0] <= xs[-1] <= line["width"]


def test_what_could_run_or_fetch_is_left_out(score: Score, roll: Drawing) -> None:
    layer = roll.systems[0].layer
    svg.add(layer, "script", "alert(1)")
    svg.add(layer, "foreignObject", "x")
    svg.add(layer, "image", href="http://evil.example/a.png")
    svg.add(layer, "a", href="javascript:alert(1)")
    svg.add(layer, "rect", onclick="alert(1)", style="background:url(http://evil.example)", fill="red")
    svg.add(layer, "use", href="http://evil.example/a.svg#b")
    svg.add(layer, "use", href="#kept")
    svg.add(layer, "text", "<script>alert(2)</script>")
    picture = sheet_of(score, roll).lines[0].decode()
    for word in ("<script", "foreignObject", "<image", "javascript:", "onclick", "style=", "evil"):
        assert word not in picture
    assert 'href="#kept"' in picture and "&lt;script&gt;alert(2)" in picture


def test_it_is_drawn_in_a_process_of_its_own(score: Score) -> None:
    sheet = draw_apart(Wish(score, None, 1000))
    assert sheet is not None and len(sheet.lines) > 1
    assert "not known here" in json.loads(sheet.layout)["remark"]
    assert draw_apart(replace(Wish(score, None, 1000), score=None)) is None  # type: ignore[arg-type]


def test_a_score_that_cannot_be_drawn_is_told(pretended: Pretended) -> None:
    server = PageServer(pretended, 0, draw=lambda wish: None)
    try:
        viewer = Client(server.port)
        viewer.watch()
        key = viewer.messages()[1]["key"]
        assert Client(server.port).request(f"/sheet/{key}/1400/layout")[0] == 500
        assert viewer.ask({"do": "start"})["ok"]
    finally:
        server.close()
