"""The event stream as it is, for pages and programs of others."""

from __future__ import annotations

import json

from repetiteur.bridges.web.gate import Gate
from repetiteur.bridges.web.server import PageServer
from repetiteur.bridges.wire.rows import event_row
from repetiteur.realtime.events import Hello

from .client import Client, Connect, wait_for
from .pretending import Pretended, Story


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
