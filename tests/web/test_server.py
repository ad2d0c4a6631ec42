"""The page's server from the outside: what it gives, whom it lets in, and what strangers cannot do to it."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.web.connection import MOST_BEHIND
from repetiteur.bridges.web.gate import Gate
from repetiteur.bridges.web.resources import resources
from repetiteur.bridges.web.server import MOST_CONNECTIONS, MOST_VIEWERS, PageServer
from repetiteur.bridges.web.shelf import MOST_BYTES, Shelf, clean_name
from repetiteur.bridges.wire.rows import event_row
from repetiteur.realtime import inputs
from repetiteur.realtime.events import Fault, Hello, Retract

from .conftest import PATIENCE_S, Client, Pretended, Story

Connect = Callable[[], Client]


def wait_for(true: Callable[[], bool]) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end_s
        time.sleep(0.01)


# What it gives


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
    you, score, present, loop, held, scores = client.messages()
    assert (you["steer"], held["held"], loop["bars"]) == (True, False, None)
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


# What viewers ask for


def test_control_words_are_those_of_the_wires(pretended: Pretended, connect: Connect) -> None:
    client = connect()
    client.watch()
    loop = {"do": "loop", "first": "2", "last": "4"}
    goto = {"do": "goto/beat", "beat": 6.0}
    for words in ({"do": "pause"}, goto, loop):
        assert client.ask(words)["ok"]
    assert pretended.commands == [
        inputs.Pause(1.0), inputs.GotoBeat(1.0, 6.0), inputs.Loop(1.0, "2", "4"),
    ]  # fmt: skip
    assert client.ask({"do": "get", "property": "tempo"})["value"] == 1.0


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


# The event stream as it is


def test_the_events_are_told_as_rows(server: PageServer, pretended: Pretended, connect: Connect) -> None:
    story = Story(pretended.score())
    server.send(story.opening())
    client = connect()
    assert client.watch("/events", Origin="") == 101
    assert [row["type"] for row in client.messages()] == ["hello", "state", "position"]
    server.send([right := story.right(0), story.position(1.0)])
    assert client.until("match") == event_row(right)
    assert client.until("position")["q"] == 1.0
    assert not client.ask({"do": "start"})["ok"] and pretended.commands == []


def test_who_can_only_ask_gets_what_is_new(
    server: PageServer, pretended: Pretended, connect: Connect
) -> None:
    story = Story(pretended.score())
    told = [*story.opening(), story.right(0), story.position(1.0), story.right(1)]
    server.send(told)

    def news(query: str) -> list[int]:
        status, data = connect().request(f"/events{query}")
        assert status == 200
        return [row["seq"] for row in json.loads(data.partition(b"\r\n\r\n")[2])]

    wait_for(lambda: news("") == [0, 1, 3, 4, 5])  # of positions the latest
    assert news("?since=3") == [4, 5] and news("?since=5") == []
    assert news("?since=99") == [0, 1, 3, 4, 5]  # of another stream: from the beginning
    assert news("?since=x&since=%00") == news("?since=-1") == [0, 1, 3, 4, 5]
    server.send([story.tell(Hello, "0", 1, "other", 1, 1)])
    wait_for(lambda: news("") == [6])


def test_pages_of_others_hear_the_events_only_where_they_are_let_in(pretended: Pretended) -> None:
    running = PageServer(pretended, 0, Gate(False, None, False, frozenset(["http://studio.example:8080"])))
    try:
        for origin, status in (
            ("http://studio.example:8080", 101), (f"http://localhost:{running.port}", 101),
            ("http://studio.example", 403), ("http://evil.example", 403), ("null", 403),
        ):  # fmt: skip
            assert Client(running.port).watch("/events", Origin=origin) == status
        assert Client(running.port).watch("/live", Origin="http://studio.example:8080") == 403
        assert Client(running.port).request("/events", Sec_Fetch_Site="cross-site")[0] == 403
        assert Client(running.port).request("/events", Host="evil.example")[0] == 421
    finally:
        running.close()


def test_in_a_network_the_events_need_the_token_too(lan_server: PageServer) -> None:
    assert Client(lan_server.port).request("/events")[0] == 401
    assert Client(lan_server.port).watch("/events?token=wrong", Origin="") == 401
    assert Client(lan_server.port).watch("/events?token=let-me-in", Origin="") == 101
    assert Client(lan_server.port).request("/events?since=3&token=let-me-in")[0] == 200


@pytest.mark.parametrize(
    "words",
    [
        {"do": "score/load", "path": "/etc/passwd"},
        {"do": "score/choose", "name": "../../etc/passwd"},
        {"do": "score/choose", "name": "/etc/passwd"},
        {"do": "score/choose", "name": ["x"]},
        {"do": "score/choose"},
        {"do": "subscribe", "port": 1},
        {"do": "goto/beat", "beat": "NaN"},
        {"do": "goto/beat", "beat": 1e999},
        {"do": "goto/bar", "bar": "x" * 5000},
        {"do": "start", "port": 1},
        {"do": 7}, {}, [], "start", None, {"do": None}, {"do": {"a": 1}}, {"do": "start\x00"},
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_answered_and_changes_nothing(
    pretended: Pretended, connect: Connect, words: object
) -> None:
    client = connect()
    client.watch()
    client.say(words)
    answer = client.until("answer")
    assert not answer["ok"] and answer["fault"] and answer["remedy"]
    assert pretended.commands == []
    assert client.ask({"do": "start"})["ok"]


def test_a_recording_offers_what_it_can(pretended: Pretended, connect: Connect) -> None:
    pretended.words = frozenset({"pause", "resume"})
    client = connect()
    client.watch()
    first = client.messages()
    assert first[1]["words"] == ["pause", "resume"] and first[5]["names"] == []
    assert not client.ask({"do": "goto/beat", "beat": 3.0})["ok"]
    assert client.ask({"do": "pause"})["ok"]
    assert connect().request("/score?a.mid", "POST", b"x", Origin=f"http://localhost:{client.port}")[0] == 409


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
        assert client.messages()[5]["names"] == ["other.musicxml", "third.musicxml"]
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


# Whom it lets in


@pytest.mark.parametrize(
    "path",
    ["/../etc/passwd", "/..%2f..%2fetc/passwd", "//etc/passwd", "/page/page.html", "/page.py", "/sheet/../x",
     "/sheet/x/1400/../../layout", "/%00", "/score", "/static/../server.py", "/live/..", "/page.css/"],
)  # fmt: skip
def test_there_is_nothing_beside_the_table(connect: Connect, path: str) -> None:
    status, data = connect().request(path)
    assert status == 404 and b"root:" not in data


def test_a_page_of_somebody_else_gets_nothing(connect: Connect) -> None:
    assert connect().watch(Origin="http://evil.example") == 403
    assert connect().watch(Origin="null") == 403
    assert connect().watch(Origin="") == 403
    assert connect().watch(Host="evil.example:7112", Origin="http://evil.example:7112") == 421
    assert connect().request("/", Host="evil.example")[0] == 421
    assert connect().request("/report.html", Sec_Fetch_Site="cross-site")[0] == 403
    assert connect().request("/live")[0] == 403


def test_in_a_network_nothing_is_told_without_the_token(lan_server: PageServer) -> None:
    port = lan_server.port
    cookie = f"repetiteur-{port}=let-me-in"
    assert Client(port).watch() == 401
    assert Client(port).watch(Cookie=f"repetiteur-{port}=wrong") == 401
    assert Client(port).request("/report.html")[0] == 401
    assert Client(port).request("/score?a.mid", "POST", b"x", Origin=f"http://localhost:{port}")[0] == 401
    status, data = Client(port).request("/?token=let-me-in")
    assert status == 303 and f"Set-Cookie: {cookie}".encode() in data
    assert b"Set-Cookie" not in Client(port).request("/?token=wrong")[1]
    assert Client(port).watch(Cookie=cookie) == 101


def test_a_guest_watches_and_does_not_touch(pretended: Pretended) -> None:
    running = PageServer(pretended, 0, Gate(lan=True, token="let-me-in", guests=True))
    try:
        client = Client(running.port)
        assert client.watch() == 101
        assert client.messages()[0]["steer"] is False
        assert not client.ask({"do": "pause"})["ok"]
        assert not client.ask({"do": "score/choose", "name": "menuet_in_g.musicxml"})["ok"]
        assert pretended.commands == []
        origin = f"http://localhost:{running.port}"
        assert Client(running.port).request("/score?a.mid", "POST", b"x", Origin=origin)[0] == 401
    finally:
        running.close()


# What strangers cannot do to it


def test_a_viewer_who_does_not_read_loses_positions_first_and_is_then_closed(
    server: PageServer, pretended: Pretended, connect: Connect
) -> None:
    story = Story(pretended.score())
    server.send(story.opening())
    slow, quick = Client(server.port, receive_bytes=4096), connect()
    for client in (slow, quick):
        assert client.watch() == 101
        client.messages()
    for _ in range(3000):
        server.send([story.position(1.0)])
    server.send([story.right(0)])
    quick.until("verdict")
    assert server.viewer_count() == 2  # positions only: nobody is closed for those
    end_s = time.monotonic() + PATIENCE_S
    while server.viewer_count() == 2:
        assert time.monotonic() < end_s
        server.send([story.tell(Fault, "x" * 2000, "y")])
        quick.until("fault")
    assert server.counts().sent_away == 1
    assert quick.ask({"do": "start"})["ok"]
    slow.close()
    assert story.seq > MOST_BEHIND


def test_too_many_viewers_are_told_so(server: PageServer, connect: Connect) -> None:
    for _ in range(MOST_VIEWERS):
        assert connect().watch() == 101
    late = connect()
    assert late.watch() == 101
    opcode, data = late.frame()
    assert (opcode, data[:2]) == (8, (1013).to_bytes(2, "big"))
    assert server.viewer_count() == MOST_VIEWERS


def test_connections_that_say_nothing_do_not_keep_others_out_for_ever(pretended: Pretended) -> None:
    now = [0.0]
    running = PageServer(pretended, 0, clock=lambda: now[0])
    silent = [Client(running.port) for _ in range(MOST_CONNECTIONS)]
    try:
        one = Client(running.port)
        assert one.everything() == b""  # closed at once: no room
        now[0] = 20.0
        assert silent[0].everything() == b""
        wait_for(lambda: not running._connections)
        assert Client(running.port).request("/")[0] == 200
    finally:
        running.close()
        for client in silent:
            client.close()


def test_random_bytes_never_end_it(server: PageServer, pretended: Pretended, connect: Connect) -> None:
    dice = random.Random(7)
    openings = [b"", b"GET / HTTP/1.1\r\n", b"GET /live HTTP/1.1\r\nHost: localhost\r\n",
                b"POST /score HTTP/1.1\r\n"]  # fmt: skip
    for _ in range(150):
        client = connect()
        client.socket.sendall(dice.choice(openings) + dice.randbytes(dice.randrange(1, 400)))
        client.close()
    wait_for(lambda: not server._connections)
    for _ in range(60):
        client = connect()
        assert client.watch() == 101
        client.socket.sendall(dice.randbytes(dice.randrange(1, 200)))
        client.close()
        wait_for(lambda: len(server._connections) < MOST_VIEWERS)
    story = Story(pretended.score())
    wait_for(lambda: server.viewer_count() == 0)
    good = connect()
    assert good.watch() == 101
    server.send([*story.opening(), story.right(0)])
    assert good.until("verdict")["n"] == 0


def test_strange_words_never_end_it(pretended: Pretended, connect: Connect) -> None:
    dice = random.Random(3)
    client = connect()
    client.watch()
    deep = "[" * 5000
    texts = [deep, '{"do":' + "9" * 5000 + "}", '"\\ud800"', "{}" * 100, "\x00"]
    texts += ['{"do":"\\ud800","id":"\\ud800"}']
    alphabet = '{}[]",:dogtbearlp/0123e-+.\\u \n'
    texts += ["".join(dice.choices(alphabet, k=dice.randrange(60))) for _ in range(300)]
    for text in texts:
        client.say_bytes(0x81, text.encode())
        assert client.until("answer")["ok"] is False
    assert client.ask({"do": "start"})["ok"]
    assert pretended.commands == [inputs.Start(1.0)]


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


