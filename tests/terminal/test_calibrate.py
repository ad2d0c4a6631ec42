"""``calibrate`` from its words to what it says, in a room made of numbers: time passes while it records."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repetiteur.bridges import audio_check, audio_ports
from repetiteur.bridges.calibrations import remembered
from repetiteur.bridges.terminal.main import main
from repetiteur.realtime import clock

RATE_HZ = 16_000
BLOCK = 160
BEFORE_S, PLAYING_S, AFTER_S = 4.0, 5.0, 4.0


def noise(seconds: float, dbfs: float = -60.0) -> np.ndarray:
    return np.random.default_rng(2).standard_normal(round(RATE_HZ * seconds)) * 10 ** (dbfs / 20)


def chords(seconds: float, a4_hz: float, peak: float = 0.3) -> np.ndarray:
    time_s = np.arange(round(RATE_HZ * seconds)) / RATE_HZ
    sound = np.zeros(len(time_s))
    for start, chord in enumerate(((60, 64, 67), (60, 65, 69), (59, 62, 67), (60, 64, 72), (57, 60, 65))):
        since_s = np.clip(time_s - 0.7 * start, 0.0, None)
        for pitch in chord:
            for partial in (1, 2, 3, 4):
                hz = partial * a4_hz * 2 ** ((pitch - 69) / 12)
                sound += np.sin(2 * np.pi * hz * since_s) * np.exp(-4 * since_s) / partial
    return peak * sound / np.abs(sound).max()


class Room:
    """PyAudio with a microphone that hears a scene, and a loudspeaker that it hears a little later."""

    paFloat32, paInputOverflow, paContinue = 1, 2, 0  # noqa: N815

    def __init__(self, scene: np.ndarray, echo: float = 0.0, late_s: float = 0.05) -> None:
        self._scene = scene
        self._echo = echo
        self._on_its_way = np.zeros(round(late_s * RATE_HZ), np.float32)
        self._in: Any = None
        self._out: Any = None
        self.samples = 0

    def step(self) -> None:
        """10 ms pass."""
        played = np.zeros(BLOCK, np.float32)
        if self._out is not None:
            now_s = self.now_s()
            times = {"current_time": now_s, "output_buffer_dac_time": now_s + 0.02}
            played = np.frombuffer(self._out(None, BLOCK, times, 0)[0], np.float32)
        self._on_its_way = np.concatenate([self._on_its_way, self._echo * played])
        here = np.zeros(BLOCK)
        scene = self._scene[self.samples : self.samples + BLOCK]
        here[: len(scene)] = scene
        here += self._on_its_way[:BLOCK]
        self._on_its_way = self._on_its_way[BLOCK:]
        self.samples += BLOCK
        times = {"input_buffer_adc_time": 0.0, "current_time": 0.0}
        self._in(here.astype(np.float32).tobytes(), BLOCK, times, 0)

    def now_s(self) -> float:
        return self.samples / RATE_HZ

    def PyAudio(self) -> Room:  # noqa: N802
        return self

    def get_device_count(self) -> int:
        return 2

    def get_device_info_by_index(self, number: int) -> dict[str, Any]:
        return {"name": ("Microphone", "Speaker")[number], "maxInputChannels": 1 - number,
                "maxOutputChannels": number, "defaultSampleRate": RATE_HZ, "index": number, "hostApi": 0,
                "defaultLowInputLatency": 0.01, "defaultLowOutputLatency": 0.01}  # fmt: skip

    def get_host_api_info_by_index(self, number: int) -> dict[str, Any]:
        return {"name": "ALSA"}

    def get_default_input_device_info(self) -> dict[str, Any]:
        return {"index": 0}

    def get_default_output_device_info(self) -> dict[str, Any]:
        raise OSError("none")

    def open(self, **how: Any) -> Room:
        if "input" in how:
            self._in = how["stream_callback"]
        else:
            self._out = how["stream_callback"]
        return self

    def start_stream(self) -> None: ...

    def close(self) -> None: ...

    def terminate(self) -> None: ...


@pytest.fixture
def calibrate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command in that room: its status, and what it said."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    def run(room: Room, *words: str) -> tuple[int, str]:
        class PassingTime:
            """Stands in for waiting."""

            def __enter__(self) -> None: ...

            def __exit__(self, *_: object) -> None: ...

            def notify(self) -> None: ...

            def wait(self, _seconds: float) -> bool:
                room.step()
                return True

        monkeypatch.setattr(audio_check.threading, "Condition", PassingTime)
        monkeypatch.setattr(audio_ports, "pyaudio_library", lambda: room)
        monkeypatch.setattr(clock.LiveClock, "now_s", lambda self: room.now_s())
        status = main(["calibrate", "--seconds", str(PLAYING_S), *words])
        return status, capsys.readouterr().out

    return run


def scene(a4_hz: float = 440.0, peak: float = 0.3, with_test_sound_s: float = 0.0) -> np.ndarray:
    heard = noise(BEFORE_S + with_test_sound_s + PLAYING_S + AFTER_S)
    first = round((BEFORE_S + with_test_sound_s + 0.1) * RATE_HZ)
    music = chords(PLAYING_S - 0.2, a4_hz, peak)
    heard[first : first + len(music)] += music
    return heard


def test_a_good_room(calibrate: Any) -> None:
    status, out = calibrate(Room(scene(442.0)))
    assert status == 0
    lines = out.splitlines()
    assert lines[0].startswith("noise     -60 dBFS, quiet; a gate would open at")
    assert lines[1] == "level     peaks at -10 dBFS, fine"
    assert lines[2].startswith("tuning    A4 = 442.") or lines[2].startswith("tuning    A4 = 441.9")
    assert lines[3] == "latency   not measured: name an output with --play"
    assert lines[4] == "system    nothing points to a system that changes the sound"
    kept = remembered("Microphone")
    assert kept is not None and kept.late_ms is None
    assert kept.a4_hz == pytest.approx(442.0, abs=0.5)


def test_the_latency_is_what_nobody_says(calibrate: Any) -> None:
    """50 ms on the way, of which the output tells of 20; 10 ms are the block's."""
    test_sound_s = 1.71 + 1.0 + 4.0 + 1.0
    room = Room(scene(with_test_sound_s=test_sound_s), echo=0.2)
    status, out = calibrate(room, "--audio", "micro", "--play", "speak", "--json")
    found = json.loads(out)
    assert found["suspicions"] == [] and status == 0
    assert found["latency"]["gain_db"] == pytest.approx(-14.0, abs=0.3)
    assert found["latency"]["round_trip_s"] - found["latency"]["late_s"] == pytest.approx(0.02, abs=1e-6)
    assert found["latency"]["late_s"] == pytest.approx(0.03, abs=1e-3)
    kept = remembered("Microphone")
    assert kept is not None and kept.late_ms == pytest.approx(30.0, abs=1.0)


def test_what_should_be_put_right_is_status_1_and_said(calibrate: Any) -> None:
    soft = scene(peak=0.01)
    status, out = calibrate(Room(soft), "--forget")
    assert status == 1 and re.search("too soft: turn the input up by some (30|31) dB", out)
    assert remembered("Microphone") is None
    loud = np.clip(scene(peak=2.0), -1.0, 1.0)
    status, out = calibrate(Room(loud), "--forget")
    assert status == 1 and "turn the input down by" in out
    gated = scene()
    for at_s in (1.5, 2.5, 5.0, 6.0, 11.5):
        first = round(at_s * RATE_HZ)
        gated[first : first + RATE_HZ // 10] = 0.0
    status, out = calibrate(Room(gated), "--forget")
    assert status == 1 and "surely gate: sound was cut off" in out


def test_no_test_sound_came_back(calibrate: Any) -> None:
    status, out = calibrate(Room(noise(20.0), echo=0.0), "--play", "Speaker", "--forget")
    assert status == 1
    assert "the test sound did not come back" in out
    assert "nothing was heard but noise" in out and "not found: play some chords" in out


def test_what_is_not_there_is_one_line(calibrate: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert calibrate(Room(noise(1.0)), "--audio", "Organ")[0] == 2
    assert calibrate(Room(noise(1.0)), "--play", "Microphone")[0] == 2
