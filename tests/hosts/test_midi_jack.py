"""Real MIDI ports, virtual ones over JACK without a sound card: a keyboard plays into ``follow``, and
what comes out is heard again. Skipped where JACK or python-rtmidi are not installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.scores import load_score

if TYPE_CHECKING:
    from .receiving import Receiver

CLOCK, START, STOP = 0xF8, 0xFA, 0xFC
SERVER = f"repmidi{os.getpid()}"

pytestmark = pytest.mark.skipif(
    not (shutil.which("jackd") and find_spec("rtmidi")), reason="needs jackd and python-rtmidi"
)


@pytest.fixture(scope="module")
def jack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A JACK server of our own; the environment for its clients."""
    log = (tmp_path_factory.mktemp("jack") / "log").open("wb")
    env = {"JACK_NO_START_SERVER": "1", "JACK_DEFAULT_SERVER": SERVER}
    before = {name: os.environ.get(name) for name in env}
    os.environ.update(env)  # the library in this process reads it
    server = subprocess.Popen(
        ["jackd", "-r", "-S", "-n", SERVER, "-d", "dummy", "-r", "48000", "-p", "256"], stdout=log, stderr=log
    )
    try:
        end_s = time.monotonic() + 20.0
        while not list(Path("/dev/shm").glob(f"jack_{SERVER}_*")) and time.monotonic() < end_s:
            if server.poll() is not None:
                pytest.skip("jackd does not start here")
            time.sleep(0.02)
        yield env
    finally:
        server.terminate()
        server.wait(10.0)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        log.close()


class Ear:
    """Hears everything that comes out of one port."""

    def __init__(self, name: str) -> None:
        rtmidi = import_module("rtmidi")
        self.heard: list[tuple[float, list[int]]] = []
        self._arrived = threading.Condition()
        self._port: Any = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, f"ear{os.getpid()}")
        _connect(self._port, name)
        self._port.ignore_types(timing=False)
        self._port.set_callback(self._hear)

    def _hear(self, event: tuple[list[int], float], _data: object) -> None:
        with self._arrived:
            self.heard.append((time.monotonic(), event[0]))
            self._arrived.notify_all()

    def messages(self) -> list[list[int]]:
        with self._arrived:
            return [message for _, message in self.heard]

    def wait_for(self, enough: Callable[[list[list[int]]], bool]) -> None:
        with self._arrived:
            assert self._arrived.wait_for(lambda: enough([message for _, message in self.heard]), 20.0)

    def close(self) -> None:
        self._port.cancel_callback()
        self._port.delete()


def _connect(port: Any, name: str) -> None:
    """To the first port with that in its name, once it is there."""
    for _ in range(400):
        found = [number for number, there in enumerate(port.get_ports()) if name in there]
        if found:
            port.open_port(found[0])
            return
        time.sleep(0.1)
    raise AssertionError(f"no port {name}")


def _started(env: dict[str, str], *words: str) -> subprocess.Popen[bytes]:
    program = "import sys; from repetiteur.bridges.terminal.main import main; sys.exit(main())"
    path = os.pathsep.join([str(Path(__file__).parents[2] / ".dev"), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-c", program, *words], env=os.environ | env | {"PYTHONPATH": path},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_killed_session_leaves_nothing_sounding_and_nothing_rolling(
    jack: dict[str, str], end: signal.Signals, receiver: Receiver
) -> None:
    rtmidi = import_module("rtmidi")
    ports = ["--virtual", "rep_in", "--midi-out-virtual", "rep_out", "--midi-through"]
    process = _started(jack, "follow", str(assets.SCORE), *ports, "--osc-in", "0", "--json",
                       "--to", f"reaper=:{receiver.port}")  # fmt: skip
    keyboard: Any = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, f"keys{os.getpid()}")
    ear = None
    try:
        _connect(keyboard, "rep_in")
        ear = Ear("rep_out")
        pitches = load_score(assets.SCORE).notes["pitch"][:3].tolist()
        for pitch in pitches:
            keyboard.send_message([0x90, pitch, 80])
            time.sleep(0.1)
        ear.wait_for(lambda heard: sum(message[0] == 0x90 for message in heard) == 3)
        ear.wait_for(lambda heard: heard.count([CLOCK]) >= 6)
        process.send_signal(end)
        process.wait(20.0)
        ear.wait_for(lambda heard: [0xB0, 120, 0] in heard)
        heard = ear.messages()
        assert [START] in heard
        assert heard.index([START]) < heard.index([CLOCK])
        assert all([0x80, pitch, 0] in heard for pitch in pitches)
        assert [CLOCK] not in heard[heard.index([STOP]) :]
        assert receiver.until(lambda here: bool(here.values("/stop")))
        assert len(receiver.values("/play")) == 1
    finally:
        process.kill()
        process.wait()
        keyboard.delete()
        if ear is not None:
            ear.close()


def test_the_clock_of_a_replay_ticks_with_the_player(jack: dict[str, str]) -> None:
    process = _started(jack, "replay", str(assets.SCORE), str(assets.PERFORMANCE), "--json",
                       "--midi-out-virtual", "rep_clock")  # fmt: skip
    ear = None
    try:
        ear = Ear("rep_clock")
        ear.wait_for(lambda heard: heard.count([CLOCK]) >= 72)
        process.terminate()
        process.wait(20.0)
        ear.wait_for(lambda heard: heard[-1] == [STOP])
        times = [at_s for at_s, message in ear.heard if message == [CLOCK]]
        quarter_s = (times[-1] - times[0]) / (len(times) - 1) * 24
        assert 60.0 / quarter_s == pytest.approx(122.0, abs=25.0)  # as it was played
    finally:
        process.kill()
        process.wait()
        if ear is not None:
            ear.close()
