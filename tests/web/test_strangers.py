"""Whom the page's server lets in, and what strangers cannot do to it."""

from __future__ import annotations

import random
import time

import pytest

from repetiteur.bridges.web.connection import MOST_BEHIND
from repetiteur.bridges.web.gate import Gate
from repetiteur.bridges.web.server import MOST_CONNECTIONS, MOST_VIEWERS, PageServer
from repetiteur.realtime import inputs
from repetiteur.realtime.events import Fault

from .client import PATIENCE_S, Client, Connect, wait_for
from .pretending import Pretended, Story


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
