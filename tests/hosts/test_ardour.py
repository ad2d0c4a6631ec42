"""A real Ardour, without a screen or a sound card: a session moves its playhead and leaves markers
in it, read back from Ardour itself. Skipped where Ardour or JACK are not installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from repetiteur.bridges.hosts.dialects import ARDOUR
from repetiteur.bridges.hosts.host_sink import HostSink, Timeline
from repetiteur.bridges.terminal.words import Speller, sentence
from repetiteur.bridges.wire import osc, osc_packets
from repetiteur.bridges.wire.endpoint import LOCAL, Endpoint
from repetiteur.realtime.events import Event, Mistake, MistakeKind, State, StateChanged
from repetiteur.realtime.inputs import GotoBar, NoteOff, NoteOn
from repetiteur.realtime.score import Score
from repetiteur.realtime.session import Session

RATE_HZ = 44_100
SUPERCLOCK_HZ = 282_240_000  # in which Ardour 7 writes times
TRIES = 4  # its start races with JACK's now and then
_HOUSES = sorted(Path("/usr/lib").glob("ardour[0-9]*"))
_HEADLESS = [path for house in _HOUSES for path in house.glob("hardour-*")]

pytestmark = pytest.mark.skipif(
    not (_HEADLESS and shutil.which("jackd")), reason="needs Ardour (hardour) and jackd"
)


class Ardour:
    """One that runs; asked over its own OSC."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOCAL, 0))
        self._socket.settimeout(1.0)

    def say(self, address: str, *arguments: int | float | str) -> None:
        self._socket.sendto(osc.packet(address, arguments), (LOCAL, ARDOUR.port))

    def ask(self, address: str) -> float:
        self._forget()
        self.say(address)
        while True:
            packet = self._socket.recv(65536)
            if packet.startswith(address.encode() + b"\0"):
                (message,) = osc_packets.decode(packet)
                return float(message.arguments[0])

    def _forget(self) -> None:
        """Late answers to former questions."""
        self._socket.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                self._socket.recv(65536)
        self._socket.settimeout(1.0)

    def playhead_s(self) -> float:
        return self.ask("/transport_frame") / RATE_HZ

    def rolls(self) -> bool:
        return self.ask("/transport_speed") != 0.0

    def becomes(self, fits: Callable[[], bool], within_s: float = 20.0) -> bool:
        """Whether it is so soon."""
        end_s = time.monotonic() + within_s
        while not (so := fits()) and time.monotonic() < end_s:
            time.sleep(0.05)
        return so

    def markers(self) -> dict[str, float]:
        """Seconds of each, out of the session file it saves."""
        file = self.folder / "demo.ardour"
        before = file.stat().st_mtime_ns
        self.say("/save_state")
        assert self.becomes(lambda: file.exists() and file.stat().st_mtime_ns != before and _is_whole(file))
        marks = [item for item in ET.parse(file).iter("Location") if item.get("flags") == "IsMark"]
        return {item.get("name", ""): _seconds(item.get("start", "")) for item in marks}

    def close(self) -> None:
        self._socket.close()


def _is_whole(file: Path) -> bool:
    """It has been written to the end."""
    try:
        ET.parse(file)
    except ET.ParseError:
        return False
    return True


def _seconds(written: str) -> float:
    """``a282240000`` in Ardour 7, samples before."""
    return int(written[1:]) / SUPERCLOCK_HZ if written.startswith("a") else int(written) / RATE_HZ


def _free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((LOCAL, port))
        except OSError:
            return False
    return True


def _new_session(folder: Path, env: dict[str, str]) -> None:
    (maker,) = Path("/usr/bin").glob(f"{_HOUSES[-1].name}-new_session")
    words = maker, "-s", str(RATE_HZ), folder, "demo"
    subprocess.run(words, env=env, check=True, capture_output=True, timeout=60.0)
    file = folder / "demo.ardour"
    off = '<Protocol name="Open Sound Control (OSC)" active="0"/>'
    on = off.replace('active="0"', 'active="1"')  # as its preferences would
    text = file.read_text("utf-8")
    assert off in text
    file.write_text(text.replace(off, on), "utf-8")


@pytest.fixture(scope="module")
def ardour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ardour]:
    if not _free(ARDOUR.port):
        pytest.skip("another Ardour is running")
    home = tmp_path_factory.mktemp("ardour")
    house = _HOUSES[-1].name
    env = os.environ | {
        "HOME": str(home), "JACK_NO_START_SERVER": "1", "JACK_DEFAULT_SERVER": f"rep{os.getpid()}",
        "LD_LIBRARY_PATH": f"/usr/lib/{house}", "ARDOUR_DATA_PATH": f"/usr/share/{house}",
        "ARDOUR_CONFIG_PATH": f"/etc/{house}", "ARDOUR_DLL_PATH": f"/usr/lib/{house}",
        "ARDOUR_SELF": "hardour",
    }  # fmt: skip
    _new_session(home / "session", env)
    name = env["JACK_DEFAULT_SERVER"]
    jackd = ["jackd", "-r", "-S", "-n", name, "-d", "dummy", "-r", str(RATE_HZ), "-p", "1024"]
    hardour = [str(_HEADLESS[-1]), "-c", "ardour", str(home / "session"), "demo"]
    running: list[subprocess.Popen[bytes]] = []
    with (home / "log").open("wb") as log:
        try:
            for _ in range(TRIES):
                running.append(subprocess.Popen(jackd, stdout=log, stderr=log))
                time.sleep(1.0)
                running.append(subprocess.Popen(hardour, env=env, stdout=log, stderr=log))
                there = Ardour(home / "session")
                if _comes_up(there, running[-1]):
                    yield there
                    there.close()
                    return
                there.close()
                _end(running)
            pytest.skip(f"Ardour did not start: {(home / 'log').read_text('utf-8', 'replace')[-500:]}")
        finally:
            _end(running)


def _comes_up(ardour: Ardour, process: subprocess.Popen[bytes]) -> bool:
    """It answers, and its playhead moves; it does not when it has lost its JACK."""
    for _ in range(20):
        if process.poll() is not None:
            return False
        ardour.say("/set_surface/port", 0)  # answer to where a question comes from
        with suppress(TimeoutError, ConnectionError):
            ardour.playhead_s()
            ardour.say("/transport_play")
            moves = ardour.becomes(lambda: ardour.playhead_s() > 0.0, 3.0)
            ardour.say("/transport_stop")
            return moves and ardour.becomes(lambda: not ardour.rolls())
    return False


def _end(running: list[subprocess.Popen[bytes]]) -> None:
    """The last started first."""
    while running:
        process = running.pop()
        process.terminate()
        try:
            process.wait(8.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def test_a_session_moves_its_playhead_and_marks_its_timeline(ardour: Ardour, quick: Score) -> None:
    session = Session(quick)
    session.add_sink(HostSink(ARDOUR, Endpoint(LOCAL, ARDOUR.port), lambda: quick))
    session.start()
    try:
        _play(session, quick, 0, 12)  # three bars, a second each
        assert ardour.becomes(ardour.rolls)
        assert ardour.playhead_s() == pytest.approx(2.9, abs=0.5)
        session.submit(GotoBar(session.now_s(), "6"))
        assert ardour.becomes(lambda: not ardour.rolls())
        assert ardour.becomes(lambda: abs(ardour.playhead_s() - 5.0) < 0.01)
        _play(session, quick, 20, 24)
        assert ardour.becomes(ardour.rolls)
        assert ardour.playhead_s() == pytest.approx(5.9, abs=0.5)
        assert ardour.becomes(lambda: not ardour.rolls())  # nobody plays any more
    finally:
        session.stop()
    markers = ardour.markers()
    assert markers["A"] == pytest.approx(2.0, abs=0.3)
    assert "B 2" not in markers  # it was leapt over


def test_mistakes_are_marked_in_the_recording(ardour: Ardour, quick: Score) -> None:
    host = HostSink(ARDOUR, Endpoint(LOCAL, ARDOUR.port), lambda: quick, Timeline.RECORDING)
    opening: list[Event] = [StateChanged(0, 0.0, State.ARMED)]
    host.send(opening)
    assert ardour.becomes(ardour.rolls)
    time.sleep(0.5)
    mistake = Mistake(1, 0.5, MistakeKind.WRONG, "n4", 66, 3, 65, 4.0, 1, 0.4, 1.0)
    host.send([mistake])
    host.close()
    assert ardour.becomes(lambda: not ardour.rolls())
    assert ardour.markers()[sentence(mistake, quick, Speller(quick))] == pytest.approx(0.5, abs=0.45)


def _play(session: Session, score: Score, first: int, last: int) -> None:
    """These notes in time, a quarter of a second each."""
    begin_s = time.monotonic()
    for number, pitch in enumerate(score.notes["pitch"][first:last].tolist()):
        time.sleep(max(begin_s + number * 0.25 - time.monotonic(), 0.0))
        session.submit(NoteOn(session.now_s(), pitch, 80))
        session.submit(NoteOff(session.now_s(), pitch))
    time.sleep(0.15)
