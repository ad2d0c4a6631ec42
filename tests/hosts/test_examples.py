"""The examples in Python do what they say. Those of other languages are among the receivers."""

from __future__ import annotations

import importlib.util
import runpy
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.terminal.playing import followed
from repetiteur.models.encoder.weights import SHIPPED
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.timeline import with_ticks

if TYPE_CHECKING:
    from .receiving import Receiver

EXAMPLES = Path(__file__).parents[2] / "examples"

def run(example: str, monkeypatch: pytest.MonkeyPatch, *words: object) -> None:
    """As a program of its own, but in this process, which is warm already."""
    monkeypatch.setattr(sys, "argv", [example, *map(str, words)])
    runpy.run_path(str(EXAMPLES / example), run_name="__main__")


def test_a_list_of_notes_is_followed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("follow_midi_notes.py", monkeypatch, assets.SCORE)
    told = capsys.readouterr().out
    bars = [line.split("bar ")[1].split()[0] for line in told.splitlines() if "bar " in line]
    assert list(dict.fromkeys(bars)) == list(load_score(assets.SCORE).bar_labels)
    assert "ms off" not in told


@pytest.mark.skipif(not SHIPPED.exists(), reason="no trained weights are here")
def test_an_array_of_samples_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    soundfile = pytest.importorskip("soundfile")
    samples, rate_hz = soundfile.read(assets.SOUND, dtype="float32")
    soundfile.write(tmp_path / "take.wav", samples[: 8 * rate_hz], rate_hz)
    run("follow_sound.py", monkeypatch, assets.SCORE, tmp_path / "take.wav")
    told = capsys.readouterr().out
    beats = [line.split("bar ")[1] for line in told.splitlines() if "bar " in line]
    played = [f"{bar} beat {beat}" for bar in (1, 2, 3) for beat in (1, 2, 3)]
    assert beats[:8] == played[1:]  # the very first is past when it is heard


def test_the_light_belongs_to_the_place(receiver: Receiver) -> None:
    lights_module = _loaded("lighting_cues")
    assert lights_module.levels_at(-1.0) == (0, 0, 0)
    assert lights_module.levels_at(2.0) == (20, 20, 60)
    assert lights_module.levels_at(60.0) == (255, 255, 255)
    packet = b"Art-Net\0\x00\x50\x00\x0e\0\0\x01\x00\x00\x04\x01\x02\x03\x00"
    assert lights_module.artnet(1, (1, 2, 3)) == packet

    lights = lights_module.Lights("127.0.0.1")
    lights._where = ("127.0.0.1", receiver.port)
    timed = followed(Engine(load_score(assets.SCORE)), with_ticks(read_performance(assets.PERFORMANCE)))
    heard: list[bytes] = []
    for _, events in timed:
        lights.send(events)
        heard += _waiting(receiver)
    lights.close()
    heard += _waiting(receiver)
    levels = [tuple(packet[18:21]) for packet in heard]
    assert levels[0] == (0, 0, 0) and levels[-1] == (0, 0, 0)
    assert (255, 255, 255) in levels
    assert len(levels) > 50


def _waiting(receiver: Receiver) -> list[bytes]:
    receiver.socket.setblocking(False)
    packets = []
    try:
        while True:
            packets.append(receiver.socket.recv(2048))
    except BlockingIOError:
        return packets


def _loaded(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
