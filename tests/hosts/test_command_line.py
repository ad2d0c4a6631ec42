"""``--to`` on the commands that follow somebody."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.hosts.dialects import ARDOUR, REAPER
from repetiteur.bridges.hosts.host_sink import HostSink
from repetiteur.bridges.terminal.host_options import HostTarget, host_target
from repetiteur.bridges.terminal.main import main
from repetiteur.bridges.wire.endpoint import Endpoint
from repetiteur.bridges.wire.osc_packets import Message, decode
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.events import Position, State, StateChanged
from repetiteur.realtime.score import Score

REPLAY = ["replay", str(assets.SCORE), str(assets.PERFORMANCE), "--fast", "--json"]


@pytest.fixture
def host() -> Iterator[socket.socket]:
    """A port where a host could be."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(0.2)
        yield receiver


def heard(receiver: socket.socket) -> list[str]:
    """Addresses of everything that has come."""
    return [message.address for message in received(receiver)]


def received(receiver: socket.socket) -> list[Message]:
    messages: list[Message] = []
    try:
        while True:
            messages += decode(receiver.recv(65536))
    except TimeoutError:
        return messages


def port(receiver: socket.socket) -> int:
    return receiver.getsockname()[1]


def test_a_replay_drives_a_host(host: socket.socket, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([*REPLAY, "--to", f"reaper=:{port(host)}"]) == 0
    said = heard(host)
    assert said[0] == "/beat/str"
    assert said[-1] == "/stop"
    assert said.count("/play") == said.count("/stop") >= 1
    assert "/tempo/raw" in said


def test_a_recording_gets_a_marker_for_each_mistake(
    host: socket.socket, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main([*REPLAY, "--to", f"ardour=:{port(host)}", "--timeline", "recording"]) == 0
    said = [address for address in heard(host) if address != "/transport_frame"]  # asked at every beat
    question = ["/set_surface/port", "/strip/list"]
    assert said[:4] == [*question, "/locate", "/transport_play"]
    assert said[-3:] == ["/transport_stop", *question]  # it has not answered
    mistakes = capfd.readouterr().out.count('"type":"mistake"')
    assert said.count("/add_marker") == mistakes > 0
    assert len(said) == mistakes + 7


@pytest.mark.parametrize("command", [["replay", "a", "b"], ["demo"], ["follow", "a", "--virtual"]])
def test_an_unknown_host_is_one_line(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--to", "cubase"]) == 2
    told = "no such program is known; use one of reaper, ardour, ableton, bitwig, qlab"
    assert capsys.readouterr().err == f"repetiteur: --to cubase: {told}\n"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("reaper", HostTarget(REAPER, Endpoint("127.0.0.1", 8000))),
        ("Ardour=studio", HostTarget(ARDOUR, Endpoint("studio", 3819))),
        ("ardour=:4000", HostTarget(ARDOUR, Endpoint("127.0.0.1", 4000))),
        ("reaper=10.0.0.5:9001", HostTarget(REAPER, Endpoint("10.0.0.5", 9001))),
    ],
)
def test_where_a_host_is(text: str, target: HostTarget) -> None:
    assert host_target(text) == target


@pytest.mark.parametrize("text", ["", "=:1", "reaper=:0", "reaper=:x", "live"])
def test_where_no_host_is(text: str) -> None:
    with pytest.raises(InputError):
        host_target(text)


def test_a_host_tells_its_rate_and_nobody_else_does(host: socket.socket, marked: Score) -> None:
    """Ardour counts samples; what it answers is believed from the next word on."""
    answer = b"#reply\0\0,shhi\0\0\0end_route_list\0\0" + struct.pack(">qqi", 96_000, 0, 0)
    sink = HostSink(ARDOUR, Endpoint("127.0.0.1", port(host)), lambda: marked)
    asker = host.recvfrom(65536)[1]
    events = [StateChanged(0, 0.0, State.ARMED)]
    for q, rate_hz in ((8.0, 48_000), (12.0, 48_000), (16.0, 96_000)):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(answer, asker)
        if rate_hz == 96_000:
            host.sendto(b"\0\1\2", asker)
            host.sendto(answer, asker)
        sink.send([*events, Position(1, 0.0, "1", 0, 1.0, q, q, 120.0, 1.0)])
        (locate,) = (message for message in received(host) if message.address == "/locate")
        assert locate.arguments == (round(q / 2.0 * rate_hz), 0)
    sink.close()
