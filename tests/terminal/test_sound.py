"""Following a recording and an audio input, from the words of the command line to the events."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repetiteur.bridges import assets, audio_ports, hearing, midi_systems
from repetiteur.bridges.journal import first_difference, read_journal
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.terminal.main import main
from repetiteur.bridges.terminal.recording import Recording
from repetiteur.realtime.inputs import HeardNote, NoteOff, NoteOn

ON_A_CARD = {"hostApi": 0, "maxOutputChannels": 0, "defaultLowInputLatency": 0.01}

soundfile: Any = pytest.importorskip("soundfile")

RATE_HZ = 16_000
LASTS_S = 10.0
SCORE = str(assets.SCORE)


def beginning() -> list[tuple[int, float, float, int]]:
    """Pitch, onset, offset and velocity of the bundled performance's first ten seconds."""
    notes, down = [], {}
    for item in read_performance(assets.PERFORMANCE):
        if isinstance(item, NoteOn):
            down[item.pitch] = item
        elif isinstance(item, NoteOff) and item.pitch in down:
            begun = down.pop(item.pitch)
            if begun.t_s < LASTS_S - 0.5 and item.t_s > begun.t_s + 0.05:
                notes.append((item.pitch, begun.t_s, item.t_s, begun.velocity))
    return notes


@pytest.fixture
def recording(tmp_path: Path, ideal_encoder: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Noise, in which the encoder hears the beginning of the bundled performance."""
    sound = np.random.default_rng(0).uniform(-0.1, 0.1, int(LASTS_S * RATE_HZ))
    soundfile.write(tmp_path / "take.wav", sound, RATE_HZ)
    monkeypatch.setattr(hearing, "load_encoder", lambda a4_hz: ideal_encoder(beginning(), LASTS_S))
    return tmp_path / "take.wav"


def rows(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_recording_is_followed(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", SCORE, str(recording), "--fast", "--json"]) == 0
    out, err = capsys.readouterr()
    told = rows(out)
    assert err == ""
    assert [row["seq"] for row in told] == list(range(len(told)))
    assert [row["at"] for row in told] == sorted(row["at"] for row in told)
    notes = [row for row in told if row["type"] == "note"]
    last = {row["id"]: row["status"] for row in notes}
    assert list(last) == list(range(len(beginning()))) and set(last.values()) == {"confirmed"}
    assert len(notes) == 2 * len(last), "each told provisionally and confirmed, once"
    assert sum(row["type"] == "note_end" for row in told) == len(last)
    assert sum(row["type"] == "match" for row in told) > 0.85 * len(last)


def test_as_it_was_played_tells_the_same(
    recording: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Recording, "__call__", lambda self, due_s: None)
    assert main(["replay", SCORE, str(recording), "--json"]) == 0
    live = capsys.readouterr().out
    assert main(["replay", SCORE, str(recording), "--json", "--fast"]) == 0
    assert live == capsys.readouterr().out


def test_a_recording_is_kept_as_the_notes_heard_and_plays_again(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = tmp_path / "take.journal"
    assert main(["replay", SCORE, str(recording), "--fast", "--json", "--journal", str(journal)]) == 0
    first = capsys.readouterr().out
    recording.unlink()
    assert sum(isinstance(entry, HeardNote) for entry in read_journal(journal)) == 2 * len(beginning())
    for words in ([str(journal)], [SCORE, str(journal)]):
        assert main(["replay", *words, "--fast", "--json"]) == 0
        assert capsys.readouterr().out == first


def test_a_report_from_a_recording(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = recording.with_name("page.html")
    main(["report", SCORE, str(recording), "-o", str(page), "--json"])
    assert page.exists()
    assert json.loads(capsys.readouterr().out)["heard"] == len(beginning())


def test_troubles_of_the_sound_are_faults_and_status_1(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound, _ = soundfile.read(recording, dtype="float32")
    sound[8000:8003] = np.nan, np.inf, -np.inf
    soundfile.write(recording, sound, RATE_HZ, subtype="FLOAT")
    recording.write_bytes(recording.read_bytes()[: recording.stat().st_size * 3 // 4])
    assert main(["replay", SCORE, str(recording), "--fast", "--json"]) == 1
    out, err = capsys.readouterr()
    (fault,) = [row for row in rows(out) if row["type"] == "fault"]
    assert fault["what"].startswith("3 samples are no sound") and fault["at"] == 0.51
    assert "cut short" in err and len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"once upon a time", "not a MIDI file"),
        (b"RIFF\x10\0\0\0RMIDdata", "wrapped in RIFF"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "cannot be read as sound"),
        (b"fLaC and nothing more", "cannot be read as sound"),
    ],
)
def test_what_cannot_be_followed_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, told: str
) -> None:
    path = tmp_path / "take.wav"
    path.write_bytes(content)
    assert main(["replay", SCORE, str(path), "--fast", "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and told in err and len(err.splitlines()) == 1


class Microphone:
    """PyAudio with one microphone that gives ten seconds of silence at once; then somebody hits Ctrl-C."""

    paFloat32, paInputOverflow, paContinue = 1, 2, 0  # noqa: N815

    def PyAudio(self) -> Microphone:  # noqa: N802
        return self

    def get_device_count(self) -> int:
        return 1

    def get_device_info_by_index(self, number: int) -> dict[str, Any]:
        rate_hz = float(RATE_HZ)
        return {"name": "Microphone", "maxInputChannels": 1, "defaultSampleRate": rate_hz, "index": number,
                **ON_A_CARD}  # fmt: skip

    def get_host_api_info_by_index(self, number: int) -> dict[str, Any]:
        return {"name": "ALSA"}

    def get_default_input_device_info(self) -> dict[str, Any]:
        raise OSError("none")

    get_default_output_device_info = get_default_input_device_info

    def open(self, **how: Any) -> Microphone:
        self._heard = how["stream_callback"]
        return self

    def start_stream(self) -> None:
        for number in range(900):
            times = {"input_buffer_adc_time": 100.0 + number / 100, "current_time": 100.01 + number / 100}
            lost = self.paInputOverflow if number == 500 else 0
            self._heard(np.zeros(160, np.float32).tobytes(), 160, times, lost)
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()

    def close(self) -> None: ...

    def terminate(self) -> None: ...


@pytest.mark.usefixtures("recording")
def test_an_audio_input_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audio_ports, "pyaudio_library", Microphone)
    journal = tmp_path / "live.journal"
    words = ["follow", SCORE, "--audio", "micro", "--osc-in", "0", "--json", "--journal", str(journal)]
    assert main(words) == 0
    out, err = capfd.readouterr()
    told = rows(out)
    assert "listening to Microphone" in err
    assert [row["seq"] for row in told] == list(range(len(told)))
    assert [row["at"] for row in told] == sorted(row["at"] for row in told)
    heard = {row["id"] for row in told if row.get("status") == "confirmed"}
    assert len(heard) >= sum(onset_s < 8.5 for _, onset_s, _, _ in beginning())
    assert {row["id"] for row in told if row["type"] == "note_end"} == heard
    assert first_difference(journal) is None


class SilentKeys:
    """python-rtmidi with a keyboard that nobody plays."""

    class RtMidiError(OSError):
        pass

    def get_compiled_api(self) -> list[int]:
        return [2]

    def MidiIn(self, api: int, name: str) -> SilentKeys:  # noqa: N802
        return self

    def open_virtual_port(self, name: str) -> None: ...

    def set_callback(self, callback: Any) -> None: ...

    def ignore_types(self, *kinds: bool) -> None: ...

    def cancel_callback(self) -> None: ...

    def close_port(self) -> None: ...

    def delete(self) -> None: ...


def test_sound_and_midi_go_together(
    recording: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nobody plays the MIDI keyboard, so the ears are followed."""
    monkeypatch.setattr(audio_ports, "pyaudio_library", Microphone)
    monkeypatch.setattr(midi_systems, "rtmidi_library", SilentKeys)
    words = ["follow", SCORE, "--audio", "micro", "--virtual", "Keys", "--osc-in", "0", "--json"]
    assert main(words) == 0
    out, err = capfd.readouterr()
    assert "listening to Keys and Microphone" in err
    assert sum(row["type"] == "match" for row in rows(out)) > 20


def test_a_session_needs_something_to_listen_to(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["follow", SCORE, "--osc-in", "0"]) == 2
    assert "add --midi NAME, --virtual or --audio NAME" in capsys.readouterr().err


def test_an_audio_input_that_is_not_there_is_one_line(
    monkeypatch: pytest.MonkeyPatch, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audio_ports, "pyaudio_library", Microphone)
    assert main(["follow", SCORE, "--audio", "harp", "--osc-in", "0"]) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("repetiteur:")]
    assert len(lines) == 1 and "there are: Microphone" in lines[0]


def test_the_demo_by_ear(capfd: pytest.CaptureFixture[str]) -> None:
    """With the weights that ship: all planted mistakes are found, and next to nothing is made up."""
    assert main(["demo", "--audio", "--fast"]) == 0
    out = capfd.readouterr().out
    assert "planted 7 mistakes, found 7" in out and "not followed" not in out
    assert out.count("✗") <= 2
