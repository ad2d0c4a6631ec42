"""What the page's server gives: the page, the present state and what happens, the sheets, the report."""

from __future__ import annotations

import gzip
import json
import socket

from repetiteur.bridges.web.resources import resources
from repetiteur.bridges.web.server import PageServer
from repetiteur.realtime.events import Retract

from .client import Connect
from .pretending import Pretended, Story


def test_everything_the_page_is_made_of_is_given(connect: Connect) -> None:
    for path, resource in resources().items():
        status, data = connect().request(path, Accept_Encoding="gzip")
        assert status == 200
        head, _, body = data.partition(b"\r\n\r\n")
        assert b"Content-Encoding: gzip" in head and b"Content-Security-Policy" in head
        assert gzip.decompress(body) == gzip.decompress(resource.packed)


def test_who_understands_no_gzip_gets_it_plain(connect: Connect) -> None:
    _, data = connect().request("/")
    assert b"<!doctype html>" in data and b"Content-Encoding" not in data


def test_the_page_names_nothing_from_elsewhere() -> None:
    for resource in resources().values():
        text = gzip.decompress(resource.packed).decode()
        text = text.replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text and "https://" not in text.replace('"https:"', "")


def test_a_viewer_gets_the_present_state_and_then_what_happens(
    server: PageServer, pretended: Pretended, connect: Connect
) -> None:
    story = Story(pretended.score())
    server.send([*story.opening(), story.right(0), story.wrong(1, 61), story.missed(2), story.extra(1.0, 75)])
    client = connect()
    assert client.watch() == 101
    you, score, present, loop, held, listening, scores = client.messages()
    assert (you["steer"], held["held"], loop["bars"], listening["inputs"]) == (True, False, None, None)
    assert score["title"] == "Menuet in G" and len(score["labels"]) == 32
    assert present["notes"].startswith("rwm.") and present["state"] == "following"
    assert present["counts"] == {"right": 1, "missed": 1, "wrong": 1, "extra": 1}
    assert len(present["ghosts"]) == 2 and len(present["mistakes"]) == 3
    assert "menuet_in_g.musicxml" in scores["names"]
    server.send([story.right(3)])
    assert client.until("verdict") == {"type": "verdict", "n": 3, "is": "r", "at": 0.07, "late_ms": 5.0}
    server.send([story.tell(Retract, 3)])
    assert client.until("taken_back")["n"] == 0


def test_several_viewers_see_the_same(server: PageServer, pretended: Pretended, connect: Connect) -> None:
    story = Story(pretended.score())
    clients = [connect() for _ in range(5)]
    for client in clients:
        assert client.watch() == 101
        client.messages()
    server.send([*story.opening(), story.right(0)])
    assert len({json.dumps(client.until("verdict")) for client in clients}) == 1


def test_a_loop_is_shown_to_everybody_whoever_asked_for_it(pretended: Pretended, connect: Connect) -> None:
    client = connect()
    client.watch()
    assert client.until("loop")["bars"] is None
    pretended.looped = (1, 3)
    while client.until("loop")["bars"] != [1, 3]:
        pass
    pretended.looped = None
    assert client.until("loop")["bars"] is None


def test_the_level_of_sound_is_shown(pretended: Pretended, connect: Connect) -> None:
    client = connect()
    client.watch()
    pretended.dbfs = -23.04
    assert client.until("level")["dbfs"] == -23.0


def test_the_sheet_is_drawn_once_and_given_line_by_line(connect: Connect) -> None:
    client = connect()
    client.watch()
    key = client.messages()[1]["key"]
    status, data = connect().request(f"/sheet/{key}/1400/layout")
    assert status == 200
    layout = json.loads(data.partition(b"\r\n\r\n")[2])
    assert [bar for line in layout["lines"] for bar, _, _ in line["bars"]] == list(range(32))
    assert all(layout["heads"])
    for number, line in enumerate(layout["lines"]):
        status, data = connect().request(f"/sheet/{key}/1400/{number}")
        assert status == 200 and data.count(b"data-n=") > 5
        assert [q for q, _ in line["path"]] == sorted(q for q, _ in line["path"])
    assert connect().request(f"/sheet/{key}/1400/{len(layout['lines'])}")[0] == 404
    assert connect().request(f"/sheet/{key}/1401/layout")[0] == 404
    assert connect().request("/sheet/00000000-1/1400/layout")[0] == 404


def test_the_report_is_given_as_a_file(server: PageServer, pretended: Pretended, connect: Connect) -> None:
    story = Story(pretended.score())
    server.send([*story.opening(), *(story.right(k) for k in range(40)), story.wrong(40, 61)])
    status, data = connect().request("/report.html")
    assert status == 200
    assert b'filename="menuet_in_g-report.html"' in data and b"Menuet in G" in data


def test_pings_are_answered_and_a_farewell_too(connect: Connect) -> None:
    client = connect()
    client.watch()
    client.say_bytes(0x89, b"there?")
    while (found := client.frame())[0] != 10:
        pass
    assert found[1] == b"there?"
    client.say_bytes(0x88, (1000).to_bytes(2, "big"))
    while client.frame()[0] != 8:
        pass


def test_at_the_end_everybody_hears_of_it(server: PageServer, connect: Connect) -> None:
    client = connect()
    client.watch()
    client.messages()
    server.close()
    opcode, data = client.frame()
    assert (opcode, data[:2]) == (8, (1001).to_bytes(2, "big"))
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", server.port)) != 0
    server.send([])  # harmless afterwards
