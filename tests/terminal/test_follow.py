"""The live commands from end to end, with a device library that plays by itself."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from repetiteur.bridges import midi_systems
from repetiteur.bridges.assets import SCORE
from repetiteur.bridges.journal import first_difference
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.terminal.main import main


class SelfPlaying:
    """One port, "Piano"; whoever listens to it hears the beginning of the score, then Ctrl-C."""

    class RtMidiError(OSError):
        pass

    def __init__(self, pitches: list[int]) -> None:
        self.pitches = pitches
        self.player: threading.Thread | None = None

    def get_compiled_api(self) -> list[int]:
        return [2]

    def MidiIn(self, api: int, name: str) -> SelfPlaying:  # noqa: N802 (the library's name)
        return self

    def get_ports(self) -> list[str]:
        return ["Piano 20:0"]

    def open_port(self, number: int, name: str) -> None:
        pass

    def open_virtual_port(self, name: str) -> None:
        pass

    def set_callback(self, callback: Callable[[tuple[list[int], float]], None]) -> None:
        def play() -> None:
            for pitch in self.pitches:
                callback(([0x90, pitch, 80], 0.0))
                callback(([0x80, pitch, 0], 0.0))
            os.kill(os.getpid(), signal.SIGINT)

        self.player = threading.Thread(target=play)
        self.player.start()

    def cancel_callback(self) -> None:
        if self.player is not None:
            self.player.join()

    def close_port(self) -> None:
        pass

    def delete(self) -> None:
        pass


@pytest.fixture
def piano(monkeypatch: pytest.MonkeyPatch) -> SelfPlaying:
    system = SelfPlaying([int(pitch) for pitch in load_score(SCORE).notes["pitch"][:12]])
    monkeypatch.setattr(midi_systems, "rtmidi_library", lambda: system)
    return system


def lines(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_follow_prints_the_event_stream(piano: SelfPlaying, capfd: pytest.CaptureFixture[str]) -> None:
    status = main(["follow", str(SCORE), "--midi", "piano", "--osc-in", "0", "--json"])
    out, err = capfd.readouterr()
    events = lines(out)
    assert status == 0
    assert events[0]["type"] == "hello"
    assert [event["seq"] for event in events] == list(range(len(events)))
    assert sum(event["type"] == "note" for event in events) == len(piano.pitches)
    assert events[-1] == events[-1] | {"type": "state", "state": "ended"}
    assert "listening to Piano" in err


def test_follow_sends_osc(piano: SelfPlaying, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(20.0)
        target = f"127.0.0.1:{receiver.getsockname()[1]}"
        words = ["follow", str(SCORE), "--virtual", "--osc", target, "--osc-in", "0", "--msgpack", "0"]
        assert main(words) == 0
        assert receiver.recv(65536).startswith(b"/repetiteur/hello\0")
    assert "heard 12 notes" in capsys.readouterr().out


def test_record_keeps_a_journal_that_plays_again(piano: SelfPlaying, tmp_path: Path) -> None:
    journal = tmp_path / "take.journal"
    assert main(["record", str(SCORE), "--midi", "Piano", "--journal", str(journal)]) == 0
    assert first_difference(journal) is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["follow", "nowhere.musicxml", "--midi", "Piano"], "nowhere.musicxml"),
        (["follow", "SCORE", "--midi", "Organ", "--osc-in", "0"], "Organ: not found; there are: Piano"),
        (["record", "SCORE", "--midi", "Organ", "--journal", "FOLDER/take.journal"], "not found"),
        (["record", "SCORE", "--midi", "Piano", "--journal", "FOLDER/no/take.journal"], "no such folder"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_leaves_nothing(
    piano: SelfPlaying, capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str], told: str
) -> None:
    piano.pitches = []
    with pytest.MonkeyPatch.context() as no_interrupt:
        no_interrupt.setattr(os, "kill", lambda *_: None)
        here = [word.replace("SCORE", str(SCORE)).replace("FOLDER", str(tmp_path)) for word in words]
        assert main(here) == 2
    err = capsys.readouterr().err
    assert told in err
    assert len([line for line in err.splitlines() if line.startswith("repetiteur:")]) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use_is_told(piano: SelfPlaying, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert main(["follow", str(SCORE), "--midi", "Piano", "--osc-in", str(port)]) == 2
    assert str(port) in capsys.readouterr().err


def test_a_missing_library_is_told_with_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(midi_systems, "import_module", missing)
    assert main(["follow", str(SCORE), "--midi", "Piano"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("repetiteur: MIDI: python-rtmidi is not installed; pip install")
    assert told.count("\n") == 1
