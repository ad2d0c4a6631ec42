"""The OSC server on loopback: real datagrams, its clock in our hands."""

from __future__ import annotations

import os
import random
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from repetiteur.bridges.wire import osc, osc_packets
from repetiteur.bridges.wire.admission import Admission
from repetiteur.bridges.wire.osc_server import FAULTS_PER_S, OscServer
from repetiteur.bridges.wire.outbox import MOST_WAITING
from repetiteur.realtime import events, inputs
from repetiteur.realtime.errors import InputError

WAIT_S = 5.0  # for what must come; never waited for in full when all is well
HELLO = events.Hello(0, 0.0, "0.1.0", 1, "minuet", 32, 269)
ARMED = events.StateChanged(1, 0.0, events.State.ARMED)
BEAT = events.Beat(2, 1.0, "2", 1, 3, 1)


def position(seq: int) -> events.Position:
    return events.Position(seq, 1.0, "2", 1, 1.0, 3.0, 3.0, 100.0, 1.0)


class Friend:
    """Another program: one socket, what it hears without the root."""

    def __init__(self, server: OscServer) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(WAIT_S)
        self.port: int = self.socket.getsockname()[1]
        self._server = ("127.0.0.1", server.port)

    def say(self, word: str, *arguments: float | str) -> None:
        self.say_bytes(osc.message(word, arguments))

    def say_bytes(self, packet: bytes) -> None:
        self.socket.sendto(packet, self._server)

    def hear(self) -> tuple[str, tuple[Any, ...]]:
        (message,) = osc_packets.decode(self.socket.recv(65536))
        return message.address.removeprefix("/repetiteur/"), message.arguments

    def all_until_pong(self, number: int = 99) -> list[tuple[str, tuple[Any, ...]]]:
        """Everything heard up to the answer to a ping: the server takes packets in order."""
        self.say("ping", number)
        heard = []
        while (last := self.hear()) != ("pong", (number, 12500)):
            heard.append(last)
        return heard


class Time:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def server(controls: Any, clock: Time) -> Iterator[OscServer]:
    server = OscServer(controls, port=0, clock=clock)
    yield server
    server.close()


@pytest.fixture
def meet(server: OscServer) -> Iterator[Callable[[], Friend]]:
    friends: list[Friend] = []

    def one() -> Friend:
        friends.append(Friend(server))
        return friends[-1]

    yield one
    for friend in friends:
        friend.socket.close()


@pytest.fixture
def friend(meet: Callable[[], Friend]) -> Friend:
    return meet()


def until(true: Callable[[], bool]) -> None:
    end_s = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < end_s
        time.sleep(0.005)


def test_ping(friend: Friend) -> None:
    friend.say("ping", 7)
    assert friend.hear() == ("pong", (7, 12500))


def test_a_subscriber_hears_where_things_stand_and_then_everything(
    server: OscServer, friend: Friend, all_events: tuple[events.Event, ...]
) -> None:
    server.send([HELLO, ARMED])
    friend.say("subscribe", 0)
    assert friend.hear()[0] == "hello"
    assert friend.hear() == ("state", ("armed",))
    server.send(all_events)
    for event in all_events:
        assert friend.socket.recv(65536) == osc.encode(event, 12.5)
    assert server.counts().dropped == 0


def test_only_the_types_asked_for_at_the_port_asked_for(
    server: OscServer, meet: Callable[[], Friend]
) -> None:
    speaker, listener = meet(), meet()
    speaker.say("subscribe", listener.port, "beat,bar")
    speaker.all_until_pong()
    listener.hear()  # the pong, here too
    server.send([HELLO, position(2), BEAT])
    assert listener.hear() == ("beat", ("2", 1, 3, 1))
    assert speaker.all_until_pong() == []


def test_a_lease_runs_out(server: OscServer, friend: Friend, clock: Time) -> None:
    friend.say("subscribe", 0)
    friend.all_until_pong()
    clock.now_s = 59.0
    friend.all_until_pong()  # any message renews
    clock.now_s = 118.0
    server.send([BEAT])
    assert friend.hear()[0] == "beat"
    clock.now_s = 119.0
    until(lambda: server.subscriber_count() == 0)
    server.send([BEAT])
    assert friend.all_until_pong() == []


def test_unsubscribe(server: OscServer, friend: Friend) -> None:
    friend.say("subscribe", 0)
    friend.say("unsubscribe", 0)
    friend.all_until_pong()
    server.send([BEAT])
    assert friend.all_until_pong() == []


def test_fixed_targets_need_not_ask(controls: Any, friend: Friend) -> None:
    other = OscServer(controls, port=0, targets=[("localhost", friend.port)])
    other.send([BEAT])
    assert friend.hear()[0] == "beat"
    other.close()


def test_commands_arrive_in_order(friend: Friend, controls: Any) -> None:
    friend.say("start")
    friend.say("goto/bar", "12a", 2)
    friend.say_bytes(b"/stop\0\0\0,\0\0\0")  # the root may be left out
    friend.all_until_pong()
    assert controls.commands == [inputs.Start(12.5), inputs.GotoBar(12.5, "12a", 2), inputs.Stop(12.5)]


def test_properties(friend: Friend) -> None:
    friend.say("get/mode")
    assert friend.hear() == ("get/mode", ("follow",))
    friend.say("set/tempo", 0.5)
    friend.say("get/tempo")
    assert friend.hear() == ("get/tempo", (0.5,))
    friend.say("set/tempo", 100)
    word, (what, remedy) = friend.hear()
    assert word == "fault" and "tempo" in what and "0.25" in remedy


def test_a_listener_hears_each_change(friend: Friend, meet: Callable[[], Friend]) -> None:
    friend.say("listen/mode")
    assert friend.hear() == ("get/mode", ("follow",))
    meet().say("set/mode", "wait")
    assert friend.hear() == ("get/mode", ("wait",))


def test_loading_a_score_holds_nobody_up(friend: Friend, controls: Any) -> None:
    controls.may_load.clear()
    friend.say("score/load", "minuet.mxl")
    friend.say("ping", 1)
    assert friend.hear()[0] == "pong"
    friend.say("score/load", "other.mxl")
    assert friend.hear()[0] == "fault"  # one at a time
    controls.may_load.set()
    assert friend.hear() == ("score/info", ("minuet", "Minuet in G", 32, 269, "Piano"))
    friend.say("score/load", "nothing.mxl")
    assert friend.hear() == ("fault", ("no file nothing.mxl", "give the path of a score"))
    friend.say("score/load", "explodes")
    assert friend.hear()[0] == "fault"
    friend.say("score/info")
    assert friend.hear()[0] == "score/info"


def test_hostile_packets_are_counted_and_answered(server: OscServer, friend: Friend, controls: Any) -> None:
    bad = [b"x", b"/x", b"#bundle\0", b"/nothing\0\0\0\0,\0\0\0", osc.message("goto/bar", ()), b"\xff" * 2000,
           b"/" + b"a" * 20_000 + b"\0\0\0", osc.message("get/nothing", ())]  # fmt: skip
    for packet in bad:
        friend.say_bytes(packet)
        word, arguments = friend.hear()
        assert word == "fault"
        assert all(isinstance(text, str) and text for text in arguments)
    assert server.counts().refused == len(bad)
    assert controls.commands == []


def test_a_storm_of_nonsense_does_not_end_it(server: OscServer, friend: Friend) -> None:
    """Random bytes, one seed: faults are answered up to a limit in a second, all are counted."""
    chance = random.Random(5)
    sent = FAULTS_PER_S * 2
    for count in range(sent):
        friend.say_bytes(b"/" + chance.randbytes(chance.randrange(1, 300)))
        until(lambda count=count: server.counts().received > count)  # none lost on the way
    heard = friend.all_until_pong()
    assert len(heard) == FAULTS_PER_S
    assert {word for word, _ in heard} == {"fault"}
    assert server.counts().refused == sent


def test_its_own_words_are_never_answered(server: OscServer, friend: Friend) -> None:
    """Two programs that answer each other's faults would go on for ever."""
    friend.say("fault", "you", "are wrong")
    friend.say("pong", 1, 2)
    friend.say("position", "1")
    assert friend.all_until_pong() == []
    assert server.counts().refused == 3


def test_a_receiver_that_is_gone_troubles_nobody(server: OscServer, meet: Callable[[], Friend]) -> None:
    gone, there = meet(), meet()
    gone.say("subscribe", 0)
    gone.all_until_pong()
    there.say("subscribe", 0)
    there.all_until_pong()
    gone.socket.close()
    for seq in range(20):
        server.send([events.Retract(seq, 1.0, seq)])
    assert [there.hear()[1][0] for _ in range(20)] == list(range(20))


class BusySocket:
    """Takes nothing while ``busy``; all else is the real one's."""

    def __init__(self, real: socket.socket) -> None:
        self._real = real
        self.busy = False

    def sendto(self, packet: bytes, target: tuple[str, int]) -> int:
        if self.busy:
            raise BlockingIOError
        return self._real.sendto(packet, target)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def test_while_the_network_is_busy_only_old_positions_are_lost(
    server: OscServer, friend: Friend, monkeypatch: pytest.MonkeyPatch
) -> None:
    friend.say("subscribe", 0, "position,retract")
    friend.all_until_pong()
    busy = BusySocket(server._socket)
    monkeypatch.setattr(server, "_socket", busy)
    monkeypatch.setattr(server._loop, "watch", lambda *a, **k: None)  # the real one is writable all along
    busy.busy = True
    for seq in range(0, 100, 2):
        server.send([position(seq), events.Retract(seq + 1, 1.0, seq)])
    assert server.counts().dropped == 49
    server.send([events.Retract(seq, 1.0, 0) for seq in range(MOST_WAITING)])
    assert server.counts().dropped == 49 + 50  # no room for so many more
    busy.busy = False
    heard = [friend.hear() for _ in range(52)]
    assert [arguments[0] for word, arguments in heard if word == "retract"][:50] == list(range(0, 100, 2))
    assert [word for word, _ in heard].count("position") == 1


def test_a_port_in_use_is_told(server: OscServer, controls: Any) -> None:
    with pytest.raises(InputError) as caught:
        OscServer(controls, port=server.port)
    assert str(server.port) in caught.value.where
    assert "port" in caught.value.remedy


@pytest.mark.parametrize("port", [-1, 70000])
def test_a_port_that_cannot_be(controls: Any, port: int) -> None:
    with pytest.raises(InputError):
        OscServer(controls, port=port)


def test_a_target_that_cannot_be(controls: Any) -> None:
    with pytest.raises(InputError):
        OscServer(controls, port=0, targets=[("no such host" + os.sep, 9000)])


def test_loopback_unless_asked(controls: Any, server: OscServer) -> None:
    assert server._socket.getsockname()[0] == "127.0.0.1"
    wide = OscServer(controls, port=0, lan=True)
    assert wide._socket.getsockname()[0] == "0.0.0.0"
    wide.close()


def test_from_another_machine_the_token_comes_first(controls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Admission, "_is_known", lambda self, address: address in self._admitted)
    server = OscServer(controls, port=0, token="let-me-in")
    friend = Friend(server)
    try:
        friend.say("pause")
        friend.say("score/load", "minuet.mxl")
        friend.say("token", "guess")
        friend.say("token")
        assert [word for word, _ in friend.all_until_pong()] == ["fault"] * 4
        friend.say("get/tempo")
        assert friend.hear()[0] == "get/tempo"  # asking is free
        assert controls.commands == []
        friend.say("token", "let-me-in")
        friend.say("pause")
        assert friend.all_until_pong() == []
        assert controls.commands == [inputs.Pause(12.5)]
    finally:
        server.close()
        friend.socket.close()


def test_closing_twice_and_sending_after(server: OscServer) -> None:
    server.close()
    server.close()
    server.send([BEAT])
