"""Choosing a score from the list, and handing one in."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.web.server import PageServer
from repetiteur.bridges.web.shelf import MOST_BYTES, Shelf, clean_name

from .client import Client, Connect
from .pretending import Pretended, Story


def test_a_score_of_the_folder_is_chosen(
    server: PageServer, pretended: Pretended, connect: Connect, tmp_path: Path
) -> None:
    """The folder is that of the score the session began with."""
    other = tmp_path / "other.musicxml"
    shutil.copy(assets.SCORE, other)
    alone = Pretended(other)
    shutil.copy(assets.SCORE, tmp_path / "third.musicxml")
    (tmp_path / "secret.txt").write_text("no")
    running = PageServer(alone, 0)
    alone.on_load = lambda: running.send(Story(alone.score()).opening())
    try:
        client = Client(running.port)
        client.watch()
        assert client.messages()[6]["names"] == ["other.musicxml", "third.musicxml"]
        client.say({"do": "score/choose", "name": "third.musicxml", "id": 1})
        assert client.until("score")["id"] == "third.musicxml"
        assert client.until("answer")["ok"]
    finally:
        running.close()


def test_a_score_is_handed_in(server: PageServer, pretended: Pretended, connect: Connect) -> None:
    pretended.on_load = lambda: server.send(Story(pretended.score()).opening())
    viewer = connect()
    viewer.watch()
    viewer.messages()
    content, origin = assets.SCORE.read_bytes(), f"http://localhost:{server.port}"
    status, data = connect().request("/score?../../my%20piece.xml", "POST", content, Origin=origin)
    assert (status, json.loads(data.partition(b"\r\n\r\n")[2])["ok"]) == (200, True)
    assert viewer.until("score")["id"] == "my piece.xml"
    kept = pretended.file_of(pretended.score())
    assert kept is not None and kept.path.parent != assets.SCORE.parent
    for name, body in (("x.exe", content), ("x.xml", b"<no/>"), ("", content)):
        assert connect().request(f"/score?{name}", "POST", body, Origin=origin)[0] == 409
    assert connect().request("/score?x.xml", "POST", content)[0] == 403  # not from our page
    assert connect().request("/score?x.xml", "POST", content, Origin="http://evil.example")[0] == 403
    server.close()
    assert not kept.path.exists()


def test_too_large_a_score_is_refused_before_it_comes(server: PageServer, connect: Connect) -> None:
    origin = f"http://localhost:{server.port}"
    size = str(MOST_BYTES + 1)
    assert connect().request("/score?x.xml", "POST", Origin=origin, Content_Length=size)[0] == 413


@pytest.mark.parametrize("name", ["", ".xml", "a", "a.txt", "..", "../.xml", "a.xml/", "x\x00.pdf"])
def test_what_is_no_name_of_a_score_is_not_kept(name: str) -> None:
    shelf = Shelf(None)
    assert shelf.keep(name, b"x") is None and shelf.names() == []
    shelf.close()


@pytest.mark.parametrize(
    "name", ["../../a.xml", "..\\a.xml", "%2e%2e%2fa.xml", "/etc/a.xml", "a.XML", "C:a.mid"]
)
def test_a_name_is_never_a_path(name: str) -> None:
    clean = clean_name(name)
    assert clean is not None and "/" not in clean and "\\" not in clean and not clean.startswith(".")
