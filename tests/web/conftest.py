"""A session that is none, so that every event is ours; a page's server for it; viewers over plain sockets."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from repetiteur.benchmarks.chromium import Page, browsing, found
from repetiteur.bridges import assets
from repetiteur.bridges.live_inputs import InUse, Kind
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.web.draw import Wish, draw
from repetiteur.bridges.web.gate import Gate
from repetiteur.bridges.web.performance import ALL_WORDS, Inputs, InputsThere, Offered, ScoreFile
from repetiteur.bridges.web.server import PageServer
from repetiteur.bridges.web.sheet import Sheet
from repetiteur.bridges.wire.control import ScoreInfo
from repetiteur.realtime import inputs
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.events import (
    Event,
    Hello,
    Match,
    Mistake,
    MistakeKind,
    Position,
    State,
    StateChanged,
)
from repetiteur.realtime.score import Score

PATIENCE_S = 60.0  # on a busy machine


def wait_for(true: Callable[[], bool]) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end_s
        time.sleep(0.01)


class Pretended:
    """A ``Performance`` that keeps what it is told."""

    def __init__(self, path: Path) -> None:
        self.words = ALL_WORDS
        self.inputs: Inputs | None = None
        self.commands: list[inputs.Command] = []
        self.is_held = False
        self.looped: tuple[int, int] | None = None
        self.dbfs: float | None = None
        self.on_load: Callable[[], None] = lambda: None
        self._take(path)

    def _take(self, path: Path) -> None:
        self._score, self._file = load_score(path), ScoreFile(path, None)

    def submit(self, command: inputs.Command) -> None:
        self.commands.append(command)

    def now_s(self) -> float:
        return 1.0

    def load_score(self, path: str) -> tuple[str, str] | None:
        try:
            self._take(Path(path))
        except InputError as error:
            return error.problem, error.remedy
        self.on_load()
        return None

    def score_info(self) -> ScoreInfo:
        score = self._score
        return ScoreInfo(score.id, score.title, len(score.bars), len(score.notes), score.parts)

    def property(self, name: str) -> float | str:
        return 1.0

    def score(self) -> Score:
        return self._score

    def file_of(self, score: Score) -> ScoreFile | None:
        return self._file if score is self._score else None

    def held(self) -> bool:
        return self.is_held

    def loop(self) -> tuple[int, int] | None:
        return self.looped

    def level_dbfs(self) -> float | None:
        return self.dbfs


class PluggedIn:
    """The ``Inputs`` of a studio that is none. They take their time while ``patience`` is not set."""

    def __init__(self) -> None:
        self.used: tuple[InUse, ...] = (InUse(Kind.MIDI, "Stage Piano", True),)
        self.found = InputsThere(
            (
                Offered(Kind.MIDI, "Stage Piano", ""),
                Offered(Kind.MIDI, "Organ", ""),
                Offered(Kind.AUDIO, "Microphone", "the system's own choice"),
            ),
            (),
        )
        self.chosen: list[tuple[Kind, str | None]] = []
        self.patience = threading.Event()
        self.patience.set()

    def in_use(self) -> tuple[InUse, ...]:
        return self.used

    def there(self) -> InputsThere:
        self.patience.wait(PATIENCE_S)
        return self.found

    def choose(self, kind: Kind, name: str | None) -> tuple[str, str] | None:
        self.patience.wait(PATIENCE_S)
        self.chosen.append((kind, name))
        if name is not None and all(name != item.name for item in self.found.inputs):
            return f"MIDI input {name}: not found", "plug it in"
        others = tuple(item for item in self.used if item.kind is not kind)
        self.used = others if name is None else (*others, InUse(kind, name, True))
        return None


class Story:
    """Events of a performance as it is told: seq and time see to themselves."""

    def __init__(self, score: Score) -> None:
        self.score = score
        self.seq = 0
        self.at = 0.0

    def tell(self, kind: type[Event], *fields: Any) -> Event:
        event = kind(self.seq, self.at, *fields)
        self.seq += 1
        self.at += 0.01
        return event

    def opening(self) -> list[Event]:
        score = self.score
        hello = self.tell(Hello, "0", 1, score.id, len(score.bars), len(score.notes))
        return [hello, self.tell(StateChanged, State.FOLLOWING), self.position(0.0)]

    def position(self, q: float, bpm: float = 120.0) -> Event:
        bar = self.score.bar_at(q)
        label = self.score.bar_labels[bar]
        return self.tell(Position, label, bar, self.score.beat_at(q), q, q, bpm, 0.9)

    def right(self, k: int, late_ms: float = 5.0) -> Event:
        q = float(self.score.notes["onset_q"][k])
        return self.tell(Match, k, self.score.note_ids[k], q, 1, late_ms, 0.0)

    def wrong(self, k: int, played: int) -> Event:
        q, pitch = float(self.score.notes["onset_q"][k]), int(self.score.notes["pitch"][k])
        name = self.score.note_ids[k]
        return self.tell(Mistake, MistakeKind.WRONG, name, pitch, k, played, q, 1, self.at, 0.9)

    def missed(self, k: int) -> Event:
        q, pitch = float(self.score.notes["onset_q"][k]), int(self.score.notes["pitch"][k])
        name = self.score.note_ids[k]
        return self.tell(Mistake, MistakeKind.MISSED, name, pitch, None, None, q, 1, self.at, 0.9)

    def extra(self, q: float, played: int) -> Event:
        return self.tell(Mistake, MistakeKind.EXTRA, None, None, 999, played, q, 1, self.at, 0.9)


class Client:
    """A viewer over a plain socket, or whatever a stranger sends."""

    def __init__(self, port: int, receive_bytes: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_bytes is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(("127.0.0.1", port))
        self.port = port
        self.data = b""

    def request(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """Status, and head and body of the answer."""
        lines = {"Host": f"localhost:{self.port}", **({"Content-Length": str(len(body))} if body else {})}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\n{text}\r\n".encode() + body)
        data = self.everything()
        return int(data[9:12] or b"0"), data

    def everything(self) -> bytes:
        """Until the other side ends."""
        parts = [self.data]
        try:
            while part := self.socket.recv(65536):
                parts.append(part)
        except ConnectionError:
            pass
        return b"".join(parts)

    def watch(self, path: str = "/live", **headers: str) -> int:
        """Become a viewer; the status of the answer."""
        lines = {
            "Host": f"localhost:{self.port}", "Origin": f"http://localhost:{self.port}",
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        } | {name.replace("_", "-"): value for name, value in headers.items()}  # fmt: skip
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\n{text}\r\n".encode())
        while b"\r\n\r\n" not in self.data:
            part = self.socket.recv(65536)
            assert part, "the server has gone"
            self.data += part
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        return int(head[9:12])

    def frame(self) -> tuple[int, bytes]:
        head = self._take(2)
        size = head[1]
        if size > 125:
            size = int.from_bytes(self._take(2 if size == 126 else 8), "big")
        return head[0] & 15, self._take(size)

    def messages(self) -> list[dict[str, Any]]:
        """Of the next text."""
        while True:
            opcode, data = self.frame()
            assert opcode != 8, f"closed: {data!r}"
            if opcode == 1:
                return json.loads(data)

    def until(self, kind: str) -> dict[str, Any]:
        """The next message of this type; those before it are let go."""
        end_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < end_s:
            for message in self.messages():
                if message["type"] == kind:
                    return message
        raise AssertionError(f"no {kind} came")

    def say(self, words: object) -> None:
        self.say_bytes(0x81, json.dumps(words).encode())

    def say_bytes(self, first: int, data: bytes) -> None:
        mask = os.urandom(4)
        hidden = bytes(byte ^ mask[k % 4] for k, byte in enumerate(data))
        size = bytes((0x80 | len(data),)) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
        self.socket.sendall(bytes((first,)) + size + mask + hidden)

    def ask(self, words: Mapping[str, object]) -> dict[str, Any]:
        self.say({**words, "id": 7})
        return self.until("answer")

    def close(self) -> None:
        self.socket.close()

    def _take(self, size: int) -> bytes:
        while len(self.data) < size:
            part = self.socket.recv(65536)
            assert part, "the server has gone"
            self.data += part
        taken, self.data = self.data[:size], self.data[size:]
        return taken


Connect = Callable[[], Client]

_drawn: dict[tuple[str, int], Sheet] = {}


def drawn_once(wish: Wish) -> Sheet:
    """Every test shows the same score: engraving it for each would take most of their time."""
    key = (wish.score.id, wish.width)
    if key not in _drawn:
        _drawn[key] = draw(wish)
    return _drawn[key]


@pytest.fixture
def pretended() -> Pretended:
    return Pretended(assets.SCORE)


@pytest.fixture
def server(pretended: Pretended) -> Iterator[PageServer]:
    running = PageServer(pretended, 0, draw=drawn_once)
    yield running
    running.close()


@pytest.fixture
def lan_server(pretended: Pretended) -> Iterator[PageServer]:
    """As with --lan: a token is needed."""
    running = PageServer(pretended, 0, Gate(lan=True, token="let-me-in", guests=False), draw=drawn_once)
    yield running
    running.close()


@pytest.fixture
def connect(server: PageServer) -> Iterator[Callable[[], Client]]:
    made: list[Client] = []

    def one() -> Client:
        made.append(Client(server.port))
        return made[-1]

    yield one
    for client in made:
        client.close()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    program = found()
    if program is None:
        pytest.skip("no Chromium is installed to open the page in")
    with browsing(program, tmp_path_factory.mktemp("browser")) as page:
        yield page
