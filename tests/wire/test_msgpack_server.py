"""The msgpack server on loopback: hello first, answers by id, slow clients."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgpack
import pytest

from repetiteur.bridges.wire import msgpack_codec
from repetiteur.bridges.wire.admission import Admission
from repetiteur.bridges.wire.msgpack_client import MOST_BEHIND
from repetiteur.bridges.wire.msgpack_server import MOST_CLIENTS, MsgpackServer
from repetiteur.realtime import events, inputs
from repetiteur.realtime.errors import InputError

WAIT_S = 5.0
HELLO = events.Hello(0, 0.0, "0.1.0", 1, "minuet", 32, 269)
ARMED = events.StateChanged(1, 0.0, events.State.ARMED)
BEAT = events.Beat(2, 1.0, "2", 1, 3, 1)


class Friend:
    def __init__(self, server: MsgpackServer, receive_bytes: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_bytes is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(WAIT_S)
        self.socket.connect(("127.0.0.1", server.port))
        self._unpacker = msgpack.Unpacker()

    def say(self, **words: Any) -> None:
        self.socket.sendall(msgpack.Packer().pack(words))

    def hear(self) -> dict[str, Any] | None:
        """The next map; None when the other side has ended."""
        while True:
            for words in self._unpacker:
                return words
            data = self.socket.recv(4096)
            if not data:
                return None
            self._unpacker.feed(data)

    def answer(self, **words: Any) -> dict[str, Any]:
        self.say(**words)
        while (heard := self.hear()) is not None and "re" not in heard:
            pass
        assert heard is not None
        return heard

    def rest(self) -> list[dict[str, Any]]:
        heard = []
        while (words := self.hear()) is not None:
            heard.append(words)
        return heard


@pytest.fixture
def server(controls: Any) -> Iterator[MsgpackServer]:
    server = MsgpackServer(controls, port=0, clock=lambda: 0.0)  # farewells may take their time
    server.send([HELLO, ARMED])
    yield server
    server.close()


@pytest.fixture
def meet(server: MsgpackServer) -> Iterator[Callable[..., Friend]]:
    friends: list[Friend] = []

    def one(**options: Any) -> Friend:
        friends.append(Friend(server, **options))
        return friends[-1]

    yield one
    for friend in friends:
        friend.socket.close()


@pytest.fixture
def friend(meet: Callable[..., Friend]) -> Friend:
    friend = meet()
    friend.socket.sendall(msgpack_codec.encode_hello("friend"))
    return friend


def until(true: Callable[[], bool]) -> None:
    end_s = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < end_s
        time.sleep(0.005)


def test_hello_and_state_come_first_then_everything(
    server: MsgpackServer, friend: Friend, all_events: tuple[events.Event, ...]
) -> None:
    heard = friend.hear(), friend.hear()
    assert [words and words["type"] for words in heard] == ["hello", "state"]
    server.send(all_events)
    for event in all_events:
        assert friend.hear() == msgpack.unpackb(msgpack_codec.encode(event))


def test_an_early_client_is_greeted_when_the_stream_begins(controls: Any) -> None:
    server = MsgpackServer(controls, port=0)
    friend = Friend(server)
    friend.say(type="hello", wire=1)
    friend.say(do="ping", id=1)
    until(lambda: server.client_count() == 1)
    server.send([HELLO])
    first, second = friend.hear(), friend.hear()
    assert first and first["type"] == "hello"
    assert second and second["re"] == 1
    friend.socket.close()
    server.close()


def test_commands_and_answers(friend: Friend, controls: Any) -> None:
    assert friend.answer(do="goto", bar="12", id=7) == {"re": 7, "ok": True}
    assert controls.commands == [inputs.GotoBar(12.5, "12", 1)]
    pong = friend.answer(do="ping", number=3, id="a")
    assert pong == {"re": "a", "ok": True, "number": 3, "stream_ms": 12500}
    assert friend.answer(do="score/info", id=8) == {
        "re": 8, "ok": True, "score": "minuet", "title": "Minuet in G", "bars": 32, "notes": 269,
        "parts": ["Piano"],
    }  # fmt: skip
    refused = friend.answer(do="goto", bar=1.5, id=9)
    assert (refused["re"], refused["ok"]) == (9, False)
    assert "bar" in refused["fault"] and "bar" in refused["remedy"]
    assert friend.answer(do="nonsense")["re"] is None


def test_properties(friend: Friend, meet: Callable[..., Friend]) -> None:
    assert friend.answer(do="set", property="tempo", value=0.5, id=1)["ok"] is True
    assert friend.answer(do="get", property="tempo", id=2)["value"] == 0.5
    assert friend.answer(do="listen", property="mode", id=3)["value"] == "follow"
    friend.say(do="set", property="mode", value="wait", id=4)
    changed = [friend.hear(), friend.hear()]
    assert {"property": "mode", "value": "wait"} in changed


def test_loading_a_score_holds_nobody_up(friend: Friend, controls: Any) -> None:
    controls.may_load.clear()
    friend.say(do="score/load", path="minuet.mxl", id=1)
    assert friend.answer(do="ping", id=2)["re"] == 2
    assert friend.answer(do="score/load", path="other.mxl", id=3)["ok"] is False
    controls.may_load.set()
    loaded = friend.hear()
    assert loaded and (loaded["re"], loaded["ok"], loaded["score"]) == (1, True, "minuet")
    assert friend.answer(do="score/load", path="nothing.mxl", id=4)["fault"] == "no file nothing.mxl"
    assert friend.answer(do="score/load", path="explodes", id=5)["ok"] is False


def test_only_the_types_asked_for(server: MsgpackServer, friend: Friend) -> None:
    assert friend.answer(do="subscribe", types="beat", id=1)["ok"]
    server.send([HELLO, BEAT])
    heard = friend.hear()
    assert heard and heard["type"] == "beat"
    assert friend.answer(do="unsubscribe", id=2)["ok"]
    server.send([BEAT])
    friend.say(do="ping", id=3)
    heard = friend.hear()
    assert heard and heard["re"] == 3


@pytest.mark.parametrize(
    "first",
    [b"GET / HTTP/1.1\r\n\r\n", b"\xc1", msgpack.packb({"do": "start"}), b"\x81" * 3000,
     msgpack.packb({"type": "hello", "wire": 99}), msgpack.packb([1]),
     b"\xdb\xff\xff\xff\xff" + b"x" * 30_000],
    ids=lambda first: repr(first[:20]),
)  # fmt: skip
def test_strangers_are_told_and_sent_away(
    server: MsgpackServer, meet: Callable[..., Friend], controls: Any, first: bytes
) -> None:
    stranger = meet()
    stranger.socket.sendall(first)
    last = stranger.rest()[-1]
    assert last["bye"] and last["remedy"]
    stranger.socket.close()
    until(lambda: server.client_count() == 0)
    assert server.counts().refused == 1
    assert server.counts().sent_away == 1
    assert controls.commands == []


def test_one_client_too_many(server: MsgpackServer, meet: Callable[..., Friend]) -> None:
    for _ in range(MOST_CLIENTS):
        meet().hear()
    assert "too many" in meet().rest()[-1]["bye"]


def test_a_slow_client_loses_positions_first_then_its_connection(
    server: MsgpackServer, friend: Friend, meet: Callable[..., Friend]
) -> None:
    slow = meet(receive_bytes=4096)
    slow.hear()
    friend.hear()
    friend.hear()
    seq = 1
    big = events.Fault(0, 1.0, "x" * 2000, "y")
    pages = 0
    while server.counts().sent_away == 0:
        seq += 1
        place = events.Position(0, 1.0, "2", 1, 1.0, 3.0, 3.0, 100.0, 1.0)
        server.send([place, big, big, big, events.Retract(seq, 1.0, seq)])
        while (words := friend.hear()) and words["seq"] != seq:
            pass
        assert words == {"type": "retract", "seq": seq, "at": 1.0, "of": seq}
        pages += 1
    assert pages > MOST_BEHIND // 4
    heard = slow.rest()
    assert f"{MOST_BEHIND} messages behind" in heard[-1]["bye"]
    assert sum(words.get("type") == "position" for words in heard) < pages - MOST_BEHIND // 8
    assert friend.answer(do="ping", id=1)["ok"]  # the other one never noticed


def test_positions_alone_never_cost_a_connection(
    server: MsgpackServer, meet: Callable[..., Friend]
) -> None:
    slow = meet(receive_bytes=4096)
    slow.hear()
    for seq in range(2, 50_000):
        server.send([events.Position(seq, 1.0, "2", 1, 1.0, 3.0, 3.0, 100.0, 1.0)])
    server.send([events.Retract(50_000, 1.0, 7)])
    seqs = [0]
    while (words := slow.hear()) and words["type"] != "retract":
        seqs.append(words["seq"])
    assert words and words["of"] == 7
    assert seqs == sorted(seqs) and len(seqs) < 50_000  # in order, some overtaken
    assert seqs[-1] == 49_999  # the newest is never lost


def test_a_burst_does_not_cost_a_reader_its_connection(server: MsgpackServer, friend: Friend) -> None:
    friend.hear()
    friend.hear()
    burst = [events.Retract(seq, 1.0, seq) for seq in range(MOST_BEHIND * 3)]
    server.send(burst)
    for event in burst:
        words = friend.hear()
        assert words and words["seq"] == event.seq


def test_a_client_that_leaves_is_forgotten(server: MsgpackServer, friend: Friend) -> None:
    friend.hear()
    friend.socket.close()
    until(lambda: server.client_count() == 0)
    server.send([BEAT])


def test_from_another_machine_the_token_comes_with_the_hello(
    controls: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Admission, "_is_known", lambda self, address: address in self._admitted)
    server = MsgpackServer(controls, port=0, token="let-me-in")
    server.send([HELLO])
    friends = [Friend(server) for _ in range(3)]
    nameless, guessing, invited = friends
    try:
        nameless.say(type="hello", wire=1)
        assert nameless.answer(do="pause", id=1)["ok"] is False
        assert nameless.answer(do="get", property="tempo", id=2)["ok"] is True  # asking is free
        guessing.say(type="hello", wire=1, token="guess")
        assert "bye" in guessing.rest()[-1]
        assert controls.commands == []
        invited.say(type="hello", wire=1, token="let-me-in")
        assert invited.answer(do="pause", id=1)["ok"] is True
    finally:
        server.close()
        for friend in friends:
            friend.socket.close()


def test_everybody_hears_the_end(server: MsgpackServer, friend: Friend) -> None:
    friend.hear()
    server.send([BEAT])
    server.close()
    heard = friend.rest()
    assert [words.get("type", "bye") for words in heard] == ["state", "beat", "bye"]
    server.close()
    server.send([BEAT])


def test_a_port_in_use_is_told(server: MsgpackServer, controls: Any) -> None:
    with pytest.raises(InputError) as caught:
        MsgpackServer(controls, port=server.port)
    assert str(server.port) in caught.value.where
