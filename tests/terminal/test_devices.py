"""What ``devices`` shows, from a device library with everything a studio has."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from repetiteur.bridges import audio_ports, midi_systems
from repetiteur.bridges.audio_ports import AudioPort, find_port, words_for
from repetiteur.bridges.terminal.main import main
from repetiteur.realtime.errors import InputError


class Cards:
    """PyAudio: name, system, inputs, outputs."""

    def __init__(self, *cards: tuple[str | bytes, str, int, int]) -> None:
        self._cards = cards
        self._systems = sorted({card[1] for card in cards})

    def PyAudio(self) -> Cards:  # noqa: N802
        return self

    def get_device_count(self) -> int:
        return len(self._cards)

    def get_device_info_by_index(self, number: int) -> dict[str, Any]:
        name, system, inputs, outputs = self._cards[number]
        return {"index": number, "name": name, "hostApi": self._systems.index(system),
                "maxInputChannels": inputs, "maxOutputChannels": outputs, "defaultSampleRate": 48_000.0,
                "defaultLowInputLatency": 0.0087, "defaultLowOutputLatency": 0.0}  # fmt: skip

    def get_host_api_info_by_index(self, number: int) -> dict[str, Any]:
        return {"name": self._systems[number]}

    def get_default_input_device_info(self) -> dict[str, Any]:
        if not self._cards:
            raise OSError("no default")
        return {"index": 0}

    get_default_output_device_info = get_default_input_device_info

    def terminate(self) -> None: ...


class Cables:
    """python-rtmidi: inputs and outputs."""

    class RtMidiError(OSError):
        pass

    def __init__(self, inputs: list[str], outputs: list[str]) -> None:
        self._ports = {"in": inputs, "out": outputs}

    def get_compiled_api(self) -> list[int]:
        return [1]

    def MidiIn(self, api: int, name: str) -> Ports:  # noqa: N802
        return Ports(self._ports["in"])

    def MidiOut(self, api: int, name: str) -> Ports:  # noqa: N802
        return Ports(self._ports["out"])


class Ports:
    def __init__(self, names: list[str]) -> None:
        self._names = names

    def get_ports(self) -> list[str]:
        return self._names

    def delete(self) -> None: ...


STUDIO = Cards(
    ("USB Microphone", "Windows WASAPI", 1, 0),
    ("USB Microphone", "MME", 1, 0),
    ("Monitor of Speakers", "Windows WASAPI", 2, 0),
    ("Speakers", "Windows WASAPI", 0, 2),
    (b"Caf\xe9", "Windows WASAPI", 2, 0),
)


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_ports, "pyaudio_library", lambda: STUDIO)
    cables = Cables(["Piano:Piano MIDI 1 20:0"], ["Synth 24:0"])
    monkeypatch.setattr(midi_systems, "rtmidi_library", lambda: cables)


@pytest.mark.usefixtures("studio")
def test_a_person_reads_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["MIDI inputs", '  --midi "Piano:Piano MIDI 1"']
    assert "  Synth" in lines
    assert ('  --audio "USB Microphone (Windows WASAPI)"   48000 Hz, 1 channel, Windows WASAPI, 9 ms, '
            "the system's own choice") in lines  # fmt: skip
    monitor = next(line for line in lines if "Monitor" in line)
    assert "2 channels" in monitor and monitor.endswith("hears what this computer plays")
    assert "  --play Speakers   48000 Hz, 2 channels, Windows WASAPI" in lines


@pytest.mark.usefixtures("studio")
def test_a_program_reads_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["midi"], told["midi_out"], told["missing"]) == (["Piano:Piano MIDI 1"], ["Synth"], [])
    assert [port["loopback"] for port in told["audio"]] == [False, False, True, False]
    assert told["audio"][0] == {
        "number": 0, "name": "USB Microphone", "system": "Windows WASAPI", "channels": 1, "rate_hz": 48_000.0,
        "latency_s": 0.0087, "default": True, "loopback": False, "words": "USB Microphone (Windows WASAPI)",
    }  # fmt: skip
    assert told["audio_out"][0]["words"] == "Speakers"


@pytest.mark.usefixtures("studio")
def test_the_words_find_exactly_that_device(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices"]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines() if "--audio" in line]
    typed = [shlex.split(line.split("   ")[0])[1] for line in lines]
    inputs = audio_ports.ports_of(STUDIO).inputs
    found = [find_port(words, inputs) for words in typed]
    assert found == list(inputs) and len(found) == 4


def test_where_nothing_is_there_it_is_said_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> Any:
        raise InputError("MIDI", "python-rtmidi is not installed", "pip install python-rtmidi")

    monkeypatch.setattr(audio_ports, "pyaudio_library", Cards)
    monkeypatch.setattr(midi_systems, "rtmidi_library", missing)
    assert main(["devices"]) == 0
    out = capsys.readouterr().out
    assert "  python-rtmidi is not installed: pip install python-rtmidi" in out.splitlines()
    assert "plug a microphone or an interface in" in out
    assert main(["devices", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["audio"] == [] and told["missing"][0]["remedy"] == "pip install python-rtmidi"


def port(name: str, system: str = "ALSA") -> AudioPort:
    return AudioPort(0, name, system, 2, 48_000.0, 0.01, False)


@pytest.mark.parametrize(
    ("wanted", "name", "system"),
    [
        ("piano", "Piano", "ALSA"),
        ("pia", "Piano Two", "ALSA"),
        ("piano (oss)", "Piano", "OSS"),
        ("MIC", "Mic", "Core Audio"),
        ("mic (mme)", "Mic", "MME"),
        ("oss", "Piano", "OSS"),
    ],
)
def test_whole_names_and_quick_systems_come_first(wanted: str, name: str, system: str) -> None:
    pianos = [("Piano Two", "ALSA"), ("Piano", "OSS"), ("Piano", "ALSA")]
    mics = [("Mic", "MME"), ("Mic", "Core Audio")]
    ports = [port(*each) for each in pianos + mics]
    found = find_port(wanted, ports)
    assert found is not None and (found.name, found.system) == (name, system)


def test_names_that_are_unique_need_no_system() -> None:
    ports = [port("Piano"), port("Mic", "MME"), port("Mic", "Core Audio")]
    assert [words_for(each, ports) for each in ports] == ["Piano", "Mic (MME)", "Mic (Core Audio)"]
