from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest

from repetiteur.bridges import hearing
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.terminal import main as program
from repetiteur.bridges.terminal import transcribe
from repetiteur.bridges.wire.json_lines import decode, encode
from repetiteur.realtime.hearing.ears import Ears
from repetiteur.realtime.inputs import NoteOff, NoteOn

ON_A_CARD = {"hostApi": 0, "maxOutputChannels": 0, "defaultLowInputLatency": 0.01}

soundfile: Any = pytest.importorskip("soundfile")

RATE_HZ = 16_000
NOTES = [(60, 0.5, 0.9, 80), (64, 0.5, 1.2, 40), (60, 0.9, 1.4, 100)]


@pytest.fixture
def recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound file, and us in its folder."""
    monkeypatch.chdir(tmp_path)
    sound = np.random.default_rng(0).uniform(-0.1, 0.1, 2 * RATE_HZ)
    soundfile.write(tmp_path / "song.wav", sound, RATE_HZ)
    return tmp_path / "song.wav"


@pytest.fixture
def trained(ideal_encoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An encoder that hears NOTES, whatever there is to hear."""
    monkeypatch.setattr(hearing, "load_encoder", lambda a4_hz: ideal_encoder(NOTES, 3.0))


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


LOUD = [(60, 80), (64, 43), (60, 91)]
"""Pitches and velocities as told: the encoder says 80, 40 and 100, but all of it is equally loud."""


@pytest.mark.usefixtures("trained")
def test_fast_json_is_notes_and_their_ends_and_nothing_else(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main(["transcribe", str(recording), "--fast", "--json"]) == 0
    out, err = capsys.readouterr()
    rows = lines(out)
    assert err == ""
    assert {row["type"] for row in rows} == {"note", "note_end"}
    assert [row["seq"] for row in rows] == list(range(len(rows)))
    last = {row["id"]: row["status"] for row in rows if row["type"] == "note"}
    assert list(last.values()) == ["confirmed"] * 3
    first = rows[0]
    assert (first["status"], first["pitch"], first["onset"], first["velocity"]) == (
        "provisional",
        60,
        0.5,
        80,
    )


@pytest.mark.usefixtures("trained")
def test_the_lines_are_those_of_the_wire(recording: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert program.main(["transcribe", str(recording), "--fast", "--json"]) == 0
    out, _ = capsysbinary.readouterr()
    rows = out.splitlines(keepends=True)
    assert rows and [encode(decode(row)) for row in rows] == rows


@pytest.mark.usefixtures("trained")
def test_other_programs_read_the_same_notes_from_the_midi_file(recording: Path) -> None:
    partitura = pytest.importorskip("partitura")
    assert program.main(["transcribe", str(recording), "--fast"]) == 0
    written = recording.with_name("song.heard.mid")
    notes = sorted(partitura.load_performance_midi(str(written)).note_array(),
                   key=lambda note: (note["onset_sec"], note["pitch"]))  # fmt: skip
    assert [(int(note["pitch"]), int(note["velocity"])) for note in notes] == LOUD
    for note, (_, onset_s, offset_s, _) in zip(notes, NOTES, strict=True):
        assert note["onset_sec"] == pytest.approx(onset_s, abs=0.001)
        assert note["onset_sec"] + note["duration_sec"] == pytest.approx(offset_s, abs=0.01)
    assert mido.MidiFile(written).length == pytest.approx(1.4, abs=0.01)


@pytest.mark.usefixtures("trained")
def test_the_notes_are_written_as_midi(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["transcribe", str(recording), "--fast"]) == 0
    out, _ = capsys.readouterr()
    assert out.splitlines()[:2] == [f"     0.50 s  {'C4 E4':<24} f", f"     0.90 s  {'C4':<24} f"]
    assert "3 notes heard" in out and "song.heard.mid" in out
    played = read_performance(recording.with_name("song.heard.mid"))
    begun = [(item.pitch, item.t_s, item.velocity) for item in played if isinstance(item, NoteOn)]
    assert [(pitch, velocity) for pitch, _, velocity in begun] == LOUD
    assert [t_s for _, t_s, _ in begun] == [0.5, 0.5, pytest.approx(0.9, abs=0.001)]
    ended = sorted((item.t_s, item.pitch) for item in played if isinstance(item, NoteOff))
    assert ended == [(pytest.approx(0.9, abs=0.01), 60), (pytest.approx(1.2, abs=0.01), 64),
                     (pytest.approx(1.4, abs=0.01), 60)]  # fmt: skip


@pytest.mark.usefixtures("trained")
def test_out_and_lookahead(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = recording.with_name("other.mid")
    words = ["transcribe", str(recording), "--fast", "--json", "--lookahead", "160", "--out", str(place)]
    assert program.main(words) == 0
    statuses = {row["status"] for row in lines(capsys.readouterr().out) if row["type"] == "note"}
    assert statuses == {"confirmed"}
    assert len(read_performance(place)) == 6


@pytest.mark.usefixtures("trained")
def test_as_it_was_played_tells_the_same(
    recording: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    due: list[float] = []
    monkeypatch.setattr(transcribe, "RealTime", lambda: due.append)
    assert program.main(["transcribe", str(recording), "--json"]) == 0
    live = capsys.readouterr().out
    assert program.main(["transcribe", str(recording), "--json", "--fast"]) == 0
    assert live == capsys.readouterr().out
    assert due == sorted(due) and len(due) == 201, "every 10 ms, and once more at the end"


@pytest.mark.usefixtures("trained")
def test_a_file_cut_short_is_heard_to_where_it_goes_and_told(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording.write_bytes(recording.read_bytes()[: recording.stat().st_size // 2])
    assert program.main(["transcribe", str(recording), "--fast", "--json"]) == 1
    out, err = capsys.readouterr()
    assert len(err.splitlines()) == 1 and "cut short" in err
    assert {row["pitch"] for row in lines(out) if row["type"] == "note"} == {60, 64}


def test_without_an_encoder_there_is_one_line(
    recording: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "ENCODER", "repetiteur.models.no_such_encoder")
    assert program.main(["transcribe", str(recording), "--fast"]) == 2
    _, err = capsys.readouterr()
    assert err.startswith("repetiteur: encoder: ") and len(err.splitlines()) == 1


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["none.wav"], "no such file"),
        ([".", "--fast"], "a folder"),
        (["song.wav", "--out", "nowhere/a.mid"], "no file can be written"),
        (["--audio", "Mic", "--fast"], "cannot be hurried"),
    ],
)
def test_what_cannot_be_is_one_line(
    recording: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert program.main(["transcribe", *words]) == 2
    out, err = capsys.readouterr()
    assert out == "" and told in err and len(err.splitlines()) == 1


@pytest.mark.parametrize("words", [[], ["a.wav", "--audio", "Mic"], ["a.wav", "--lookahead", "soon"]])
def test_one_source_and_sensible_numbers(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        program.main(["transcribe", *words])
    assert caught.value.code == 2


class FakeInput:
    """PyAudio with one microphone that hears for two seconds and is then pulled out by Ctrl-C."""

    paFloat32, paInputOverflow, paContinue = 1, 2, 0  # noqa: N815

    def PyAudio(self) -> FakeInput:  # noqa: N802
        return self

    def get_device_count(self) -> int:
        return 2

    def get_device_info_by_index(self, number: int) -> dict[str, Any]:
        return {"name": ("Speaker", "USB Microphone")[number], "maxInputChannels": number * 2,
                "defaultSampleRate": 16_000.0, "index": number, **ON_A_CARD}  # fmt: skip

    def get_host_api_info_by_index(self, number: int) -> dict[str, Any]:
        return {"name": "ALSA"}

    def get_default_input_device_info(self) -> dict[str, Any]:
        raise OSError("none")

    get_default_output_device_info = get_default_input_device_info

    def open(self, **how: Any) -> FakeInput:
        assert how["channels"] == 2 and how["input_device_index"] == 1
        self._heard = how["stream_callback"]
        return self

    def start_stream(self) -> None:
        for number in range(200):
            times = {"input_buffer_adc_time": 5.0 + number / 100, "current_time": 5.01 + number / 100}
            self._heard(np.zeros(320, np.float32).tobytes(), 160, times, 0)

    def close(self) -> None: ...

    def terminate(self) -> None: ...


@pytest.mark.usefixtures("trained", "recording")
def test_live(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from repetiteur.bridges import audio_ports

    taken = 0

    def two_seconds(ended: Any, chunks: Any) -> Any:
        nonlocal taken
        for chunk in chunks:
            if chunk is None:
                return
            taken += len(chunk.samples)
            yield chunk

    monkeypatch.setattr(audio_ports, "pyaudio_library", FakeInput)
    monkeypatch.setattr(transcribe, "_until", two_seconds)
    assert program.main(["transcribe", "--audio", "micro", "--json"]) == 0
    out, err = capsys.readouterr()
    assert "listening to USB Microphone" in err
    assert taken == 32_000
    assert sum(row.get("status") == "confirmed" for row in lines(out)) == 3
    assert program.main(["transcribe", "--audio", "harp"]) == 2
    assert "there are: USB Microphone" in capsys.readouterr().err


def test_ears_are_made_of_what_there_is(monkeypatch: pytest.MonkeyPatch, ideal_encoder: Any) -> None:
    monkeypatch.setattr(hearing, "load_encoder", lambda a4_hz: ideal_encoder([], 1.0))
    ears = hearing.make_ears(lookahead_s=0.08)
    assert isinstance(ears, Ears)
    assert ears.provisional_delay_s == pytest.approx(0.08)
