"""``listen`` and ``send`` against a real server on loopback."""

from __future__ import annotations

import argparse
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from repetiteur.bridges.terminal import listen, send
from repetiteur.bridges.wire import osc
from repetiteur.bridges.wire.endpoint import endpoint
from repetiteur.bridges.wire.msgpack_server import MsgpackServer
from repetiteur.bridges.wire.osc_server import OscServer
from repetiteur.realtime import events, inputs
from repetiteur.realtime.errors import InputError

HELLO = events.Hello(0, 0.0, "0.1.0", 1, "minuet", 32, 269)
BEAT = events.Beat(1, 1.0, "12a", 12, 3, 1)


@pytest.fixture
def server(controls: Any) -> Iterator[OscServer]:
    server = OscServer(controls, port=0)
    server.send([HELLO])
    yield server
    server.close()


def run(command: Any, *words: str) -> int:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    return command.run(parser.parse_args(words))


def sent(server: OscServer, *words: str) -> int:
    return run(send, *words, "--to", f"127.0.0.1:{server.port}")


def test_send_commands(server: OscServer, controls: Any) -> None:
    assert sent(server, "goto/bar", "12") == 0
    assert sent(server, "/repetiteur/goto/bar", "012") == 0
    assert sent(server, "set/tempo", "0.5") == 0
    now_s = controls.now_s()
    assert controls.commands == [
        inputs.GotoBar(now_s, "12"), inputs.GotoBar(now_s, "012"), inputs.SetProperty(now_s, "tempo", 0.5),
    ]  # fmt: skip


def test_send_prints_answers(server: OscServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert sent(server, "ping", "7") == 0
    assert sent(server, "get/tempo", "--json") == 0
    assert sent(server, "score/load", "minuet.mxl") == 0
    assert capsys.readouterr().out.splitlines() == [
        "pong 7 12500", '{"address": "get/tempo", "args": [1.0]}',
        "score/info minuet Minuet in G 32 269 Piano",
    ]  # fmt: skip


def test_send_tells_what_was_refused(server: OscServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert sent(server, "goto/baar", "12") == 1
    assert "did you mean goto/bar" in capsys.readouterr().err
    assert sent(server, "score/load", "nothing.mxl") == 1
    assert "no file nothing.mxl" in capsys.readouterr().err


def test_send_to_nobody() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(InputError):
        run(send, "ping", "--to", f"127.0.0.1:{port}")


def test_listen_by_subscription(server: OscServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(listen, "--subscribe", f"127.0.0.1:{server.port}", "--seconds", "0.3", "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "type": "hello", "version": "0.1.0", "wire": 1, "score": "minuet", "bars": 32, "notes": 269,
    }  # fmt: skip


def test_listen_hearing_nothing(server: OscServer) -> None:
    place = f"127.0.0.1:{server.port}"
    assert run(listen, "--subscribe", place, "--types", "jump", "--seconds", "0.1") == 1


def test_listen_at_a_port(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        done = threading.Event()

        def keep_saying() -> None:
            while not done.wait(0.02):
                for packet in (osc.encode(BEAT), osc.message("of/tomorrow", (1, "x")), b"nonsense"):
                    sender.sendto(packet, ("127.0.0.1", port))

        teller = threading.Thread(target=keep_saying)
        teller.start()
        try:
            assert run(listen, "--osc", str(port), "--seconds", "0.3") == 0
        finally:
            done.set()
            teller.join()
    out = capsys.readouterr().out
    assert "beat      bar 12a  bar_index 12  beat 3  pass 1\n" in out
    assert "of/tomorrow" in out and "arg0 1  arg1 x" in out
    assert "unreadable" in out


def test_listen_over_msgpack(controls: Any, capsys: pytest.CaptureFixture[str]) -> None:
    server = MsgpackServer(controls, port=0)
    server.send([HELLO])
    threading.Timer(0.1, lambda: server.send([BEAT])).start()
    try:
        assert run(listen, "--msgpack", f"127.0.0.1:{server.port}", "--seconds", "0.5", "--json") == 0
    finally:
        server.close()
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["hello", "beat"]


def test_listen_over_msgpack_to_nobody(controls: Any) -> None:
    server = MsgpackServer(controls, port=0)
    server.close()
    with pytest.raises(InputError):
        run(listen, "--msgpack", f"127.0.0.1:{server.port}", "--seconds", "1")


@pytest.mark.parametrize(
    ("text", "place"),
    [("10.0.0.5:9000", ("10.0.0.5", 9000)), (":9000", ("127.0.0.1", 9000)), ("9000", ("127.0.0.1", 9000)),
     ("studio", ("studio", 7110))],
)  # fmt: skip
def test_places(text: str, place: tuple[str, int]) -> None:
    assert endpoint(text, 7110) == place


@pytest.mark.parametrize("text", ["", ":", "studio", "-5", "a:b", "a:0", "a:65536", "a:-1", "a:\u0661"])
def test_no_places(text: str) -> None:
    with pytest.raises(InputError):
        endpoint(text)
