"""A real Ardour, without a screen or a sound card: a session moves its playhead and leaves markers
in it, read back from Ardour itself. Skipped where Ardour is not installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from repetiteur.bridges.hosts.dialects import ARDOUR
from repetiteur.bridges.hosts.host_sink import HostSink, Timeline
from repetiteur.bridges.terminal.words import Speller, sentence
from repetiteur.bridges.wire import osc, osc_packets
from repetiteur.bridges.wire.endpoint import LOCAL, Endpoint
from repetiteur.realtime.events import Mistake, MistakeKind, State, StateChanged
from repetiteur.realtime.inputs import GotoBar, NoteOff, NoteOn
from repetiteur.realtime.score import Score
from repetiteur.realtime.session import Session

RATE_HZ = 44_100
PATIENCE_S = 60.0
_SHELL = next((name for name in ("ardour9-lua", "ardour8-lua", "ardour7-lua") if shutil.which(name)), "")

pytestmark = pytest.mark.skipif(not _SHELL, reason="needs Ardour 7 or newer")


class Ardour:
    """One that runs in its own Lua shell, with its dummy sound; driven and asked over its own OSC."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._printed: list[str] = []
        self._more = threading.Condition()
        self._shell = subprocess.Popen(
            [_SHELL, "-i"], env=os.environ | {"HOME": str(folder)}, text=True, bufsize=1, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOCAL, 0))
        self._socket.settimeout(0.2)

    def open_session(self) -> None:
        """A new one, with the OSC surface on as its preferences would do it."""
        self.run('io.stdout:setvbuf("no")')
        self.run('AudioEngine:set_backend("None (Dummy)", "", "")')
        self.run(f'create_session("{self._folder}/session", "demo", {RATE_HZ})')
        self.run("close_session()")
        file = self._folder / "session" / "demo.ardour"
        off = '<Protocol name="Open Sound Control (OSC)" active="0"/>'
        text = file.read_text("utf-8")
        assert off in text
        file.write_text(text.replace(off, off.replace('"0"', '"1"')), "utf-8")
        self.run(f'load_session("{self._folder}/session", "demo")')
        assert self.becomes(self._answers)

    def run(self, line: str) -> list[str]:
        """One line in its Lua shell, and what that prints."""
        assert self._shell.stdin is not None
        done = f"done {time.monotonic_ns()}"
        with self._more:
            first = len(self._printed)
            self._shell.stdin.write(f'{line}\nprint("{done}")\n')
            assert self._more.wait_for(lambda: done in self._printed, PATIENCE_S), self._printed[-20:]
            return self._printed[first : self._printed.index(done)]

    def say(self, address: str, *arguments: int | float | str) -> None:
        self._socket.sendto(osc.packet(address, arguments), (LOCAL, ARDOUR.port))

    def ask(self, address: str) -> float:
        self._forget()
        end_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < end_s:
            self.say(address)
            with suppress(TimeoutError):
                packet = self._socket.recv(65536)
                if packet.startswith(address.encode() + b"\0"):
                    (message,) = osc_packets.decode(packet)
                    return float(message.arguments[0])
        raise AssertionError(f"no answer to {address}")

    def playhead_s(self) -> float:
        return self.ask("/transport_frame") / RATE_HZ

    def rolls(self) -> bool:
        return self.ask("/transport_speed") != 0.0

    def becomes(self, fits: Callable[[], bool], within_s: float = 20.0) -> bool:
        """Whether it is so in time."""
        end_s = time.monotonic() + within_s
        while not (so := fits()) and time.monotonic() < end_s:
            time.sleep(0.02)
        return so

    def markers(self) -> dict[str, float]:
        """Seconds of each, as its own Lua sees them."""
        lines = self.run(
            "for mark in Session:locations():list():iter() do "
            'if mark:is_mark() then print("mark", mark:start():samples(), mark:name()) end end'
        )
        found = [line.split("\t") if "\t" in line else line.split(" ", 2) for line in lines]
        return {words[2]: int(words[1]) / RATE_HZ for words in found if words[0] == "mark"}

    def close(self) -> None:
        self._socket.close()
        assert self._shell.stdin is not None
        with suppress(OSError, subprocess.TimeoutExpired):
            self._shell.stdin.write("quit()\n")
            self._shell.wait(8.0)
        self._shell.kill()
        self._shell.wait()
        self._reader.join()

    def _answers(self) -> bool:
        self.say("/set_surface/port", 0)  # answer to where a question comes from
        self.say("/transport_frame")
        with suppress(TimeoutError, ConnectionError):
            return self._socket.recv(65536).startswith(b"/transport_frame")
        return False

    def _forget(self) -> None:
        """Late answers to former questions."""
        self._socket.setblocking(False)
        with suppress(BlockingIOError, ConnectionError):
            while True:
                self._socket.recv(65536)
        self._socket.settimeout(0.2)

    def _read(self) -> None:
        assert self._shell.stdout is not None
        for line in self._shell.stdout:
            with self._more:
                self._printed.append(line.rstrip("\n"))
                self._more.notify_all()


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((LOCAL, port))
        except OSError:
            return False
    return True


@pytest.fixture(scope="module")
def ardour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ardour]:
    if not _is_free(ARDOUR.port):
        pytest.skip("another Ardour is running")
    it = Ardour(tmp_path_factory.mktemp("ardour"))
    try:
        it.open_session()
        yield it
    finally:
        it.close()


def test_a_session_moves_its_playhead_and_marks_its_timeline(ardour: Ardour, quick: Score) -> None:
    session = Session(quick)
    session.add_sink(HostSink(ARDOUR, Endpoint(LOCAL, ARDOUR.port), lambda: quick))
    session.start()
    try:
        _play(session, quick, 0, 12)  # three bars, a second each
        assert ardour.becomes(ardour.rolls)
        assert ardour.playhead_s() == pytest.approx(2.8, abs=0.5)
        session.submit(GotoBar(session.now_s(), "6"))
        assert ardour.becomes(lambda: not ardour.rolls())
        assert ardour.becomes(lambda: abs(ardour.playhead_s() - 5.0) < 0.01)
        _play(session, quick, 20, 24)
        assert ardour.becomes(ardour.rolls)
        assert ardour.playhead_s() == pytest.approx(5.8, abs=0.5)
        assert ardour.becomes(lambda: not ardour.rolls())  # nobody plays any more
    finally:
        session.stop()
    markers = ardour.markers()
    assert markers["A"] == pytest.approx(2.0, abs=0.3)
    assert "B 2" not in markers  # it was leapt over


def test_mistakes_are_marked_in_the_recording(ardour: Ardour, quick: Score) -> None:
    host = HostSink(ARDOUR, Endpoint(LOCAL, ARDOUR.port), lambda: quick, Timeline.RECORDING)
    opening = [StateChanged(0, 0.0, State.ARMED)]
    host.send(opening)
    assert ardour.becomes(ardour.rolls)
    assert ardour.becomes(lambda: ardour.playhead_s() >= 0.5)
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
