"""Sound cards and MIDI cables without hardware: real servers with real clients, which the device
libraries cannot tell from devices. Whatever of it is not installed is skipped."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

HERE = Path(__file__).parent
PATIENCE_S = 180.0  # for other programs on a busy machine
# JACK keeps eight names, a dead server's too; a client that has not noticed that its server is gone would
# talk to the next one of that name. So the names take turns.
POOL = deque(f"rep{number}" for number in range(6))


def wait_for(enough: Callable[[], Any], what: str) -> Any:
    """The first answer that is not nothing."""
    until_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < until_s:
        if answer := enough():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"never came: {what}")


class Servers:
    """Programs started here; all end with the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, *words: str | Path) -> subprocess.Popen[bytes]:
        with (self.folder / f"{Path(words[0]).name}.log").open("ab") as log:
            process = subprocess.Popen(
                list(map(str, words)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
            )
        self._running.append(process)
        return process

    def end(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(10.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def end_all(self) -> None:
        while self._running:
            self.end(self._running.pop(0))  # a JACK server waits for clients that end before it


def _answers() -> bool:
    """Whether the server does. What a killed one left behind can hold up whoever asks: then it does not."""
    try:
        return subprocess.run(["jack_lsp"], capture_output=True, timeout=5.0, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


class Jack(Servers):
    """A server of our own with a clock and nothing else, and clients that are its sound cards."""

    def __init__(self, folder: Path, rate_hz: int = 48_000, period: int = 1024) -> None:
        super().__init__(folder)
        self.rate_hz = rate_hz
        self._words = ("-r", "-S", "-t", "10000")  # -S: a slow client is waited for, nothing is lost
        self._driver = ("-d", "dummy", "-r", str(rate_hz), "-p", str(period))
        self.server: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        for name in tuple(POOL):
            POOL.rotate(-1)
            os.environ["JACK_DEFAULT_SERVER"] = name
            self.server = self.start("jackd", *self._words, "-n", name, *self._driver)
            until_s = time.monotonic() + 10.0
            while self.server.poll() is None and time.monotonic() < until_s:
                if _answers():
                    return
                time.sleep(0.1)
            self.end(self.server)
        pytest.skip("jackd does not start here")

    def card(self, name: str, *words: str | Path) -> subprocess.Popen[bytes]:
        """A sound card: see ``jack_client.py``."""
        client = self.start(sys.executable, HERE / "jack_client.py", name, *words)
        assert client.stdout is not None and client.stdout.readline() == b"ready\n"
        return client

    def player(self, name: str, sound: np.ndarray, *words: str) -> subprocess.Popen[bytes]:
        """A card that hears this (samples by channels), once somebody listens."""
        place = self.folder / f"{name}.f32"
        np.asarray(sound, np.float32).tofile(place)
        return self.card(name, "play", place, str(sound.shape[1]), *words)


@pytest.fixture
def jack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jack]:
    if not (shutil.which("jackd") and shutil.which("jack_lsp")):
        pytest.skip("needs jackd")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "")
    # ALSA would only complain of cards that are not there.
    (tmp_path / "asound.conf").write_text("pcm.!default { type null }\n")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
    server = Jack(tmp_path)
    try:
        server.begin()
        yield server
    finally:
        server.end_all()


class Pulse(Servers):
    """A sound server whose one sink is heard by one microphone, through ALSA."""

    microphone = "vmic"

    def begin(self) -> None:
        socket = self.folder / "native"
        socket.unlink(missing_ok=True)
        modules = (
            f"module-native-protocol-unix auth-anonymous=1 socket={socket}",
            "module-null-sink sink_name=room rate=44100 channels=2 format=float32le",
        )
        self.server = self.start(
            "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "-L", modules[0], "-L", modules[1]
        )
        wait_for(lambda: socket.exists() or self.server.poll() is not None, "PulseAudio")
        if self.server.poll() is not None:
            pytest.skip("PulseAudio does not start here")

    def unplug(self) -> None:
        self.server.kill()
        self.server.wait()


@pytest.fixture
def pulse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pulse]:
    if not shutil.which("pulseaudio"):
        pytest.skip("needs pulseaudio")
    tmp_path.chmod(0o700)
    for name in ("XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/native")
    monkeypatch.setenv("PULSE_LATENCY_MSEC", "10")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
    (tmp_path / "asound.conf").write_text(
        "</usr/share/alsa/alsa.conf>\n"
        f'pcm.{Pulse.microphone} {{ type pulse device "room.monitor" hint.description "Microphone" }}\n'
    )
    server = Pulse(tmp_path)
    try:
        server.begin()
        yield server
    finally:
        server.end_all()


class Program:
    """``repetiteur`` in a process of its own, writing JSON."""

    def __init__(self, servers: Servers, *words: str | Path) -> None:
        code = "import sys; from repetiteur.bridges.terminal.main import main; sys.exit(main())"
        path = os.pathsep.join([str(HERE.parents[1] / ".dev"), *sys.path])
        self._out = servers.folder / "out.json"
        self._err = servers.folder / "err.txt"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code, *map(str, words)], stdout=out, stderr=err, cwd=servers.folder,
                env=os.environ | {"PYTHONPATH": path, "XDG_CONFIG_HOME": str(servers.folder)},
            )  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """What it wrote so far, in whole lines."""
        text = self._out.read_text("utf-8")
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def said(self) -> str:
        return self._err.read_text("utf-8")

    def wait_for(self, enough: Callable[[Program], Any], what: str) -> Any:
        def ask() -> Any:
            answer = enough(self)
            assert answer or self.process.poll() is None, self.said()
            return answer

        return wait_for(ask, what)

    def end(self) -> int:
        """As Ctrl-C; its exit status."""
        self.process.send_signal(2)
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def program() -> Iterator[Callable[..., Program]]:
    running: list[Program] = []

    def start(servers: Servers, *words: str | Path) -> Program:
        running.append(Program(servers, *words))
        return running[-1]

    yield start
    for each in running:
        each.process.kill()
        each.process.wait()


@pytest.fixture(scope="session")
def pyaudio() -> Any:
    if find_spec("pyaudio") is None:
        pytest.skip("needs PyAudio")
    return __import__("pyaudio")


@pytest.fixture(scope="session")
def until() -> Callable[[Callable[[], Any], str], Any]:
    return wait_for
