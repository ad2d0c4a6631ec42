"""The commands with real devices: a piano is heard and written down, a room is calibrated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repetiteur.bridges.terminal import calibrate
from repetiteur.bridges.terminal.main import main
from repetiteur.models.encoder.weights import SHIPPED

MELODY = ((60, 0.4), (64, 0.9), (67, 1.4), (72, 1.9))  # pitch, onset


def struck(rate_hz: int, lasts_s: float = 3.5) -> np.ndarray:
    """Something like a piano."""
    seconds = np.arange(round(rate_hz * lasts_s)) / rate_hz
    sound = np.zeros(len(seconds))
    for pitch, onset_s in MELODY:
        base_hz = 440.0 * 2 ** ((pitch - 69) / 12)
        since_s = np.clip(seconds - onset_s, 0.0, None)
        for partial in range(1, 11):
            hz = partial * base_hz * np.sqrt(1 + 0.0004 * partial**2)
            fading = np.exp(-since_s * (1.5 + partial)) * (since_s > 0)
            sound += np.sin(2 * np.pi * hz * since_s) * fading / partial**1.2
    return (0.3 * sound / np.abs(sound).max()).astype(np.float32)[:, None]


@pytest.mark.skipif(not SHIPPED.exists(), reason="no trained weights are here")
def test_a_player_is_written_down(jack: Any, pyaudio: Any, program: Any) -> None:
    jack.player("Stage Piano", struck(jack.rate_hz), "fast")
    heard = program(jack, "transcribe", "--audio", "stage", "--json")

    def pitches(self: Any) -> set[int]:
        return {row["pitch"] for row in self.rows() if row.get("status") == "confirmed"}

    heard.wait_for(lambda self: pitches(self) >= {pitch for pitch, _ in MELODY}, "the melody")
    assert "listening to Stage Piano" in heard.said()
    assert heard.end() in (0, 1), "1: on a busy machine PortAudio tells of sound that was lost"
    assert (jack.folder / "live.heard.mid").exists()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Shorter silences than a person needs."""
    spans_s = {"SILENCE_S": 0.5, "SETTLES_S": 0.1, "STEADY_S": 1.2, "AROUND_CLICKS_S": 0.5}
    for name, seconds in spans_s.items():
        monkeypatch.setattr(calibrate, name, seconds)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.mark.usefixtures("hasty")
def test_a_loop_is_calibrated_and_remembered(
    jack: Any, pyaudio: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cable from output to input: silent, with a delay that is known."""
    late = round(0.05 * jack.rate_hz)
    jack.card("Loop", "loop", str(late), "0.5")
    assert main(["calibrate", "--audio", "loop", "--play", "loop", "--seconds", "0.5", "--json"]) in (0, 1)
    found = json.loads(capsys.readouterr().out)
    assert found["device"] == "Loop" and found["room"]["quiet"] == "dead"
    assert found["pitch"] is None
    assert found["latency"]["gain_db"] == pytest.approx(-6.02, abs=0.1)
    assert found["latency"]["round_trip_s"] > late / jack.rate_hz
    kept = json.loads((tmp_path / "repetiteur" / "inputs.json").read_text("utf-8"))
    assert kept["inputs"]["Loop"]["late_ms"] == pytest.approx(1000 * found["latency"]["late_s"], abs=0.1)


@pytest.mark.usefixtures("hasty")
def test_a_cable_that_is_not_there_is_told(
    jack: Any, pyaudio: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    jack.card("Loop", "loop", "0", "0.0")
    assert main(["calibrate", "--audio", "Loop", "--play", "Loop", "--seconds", "0.5", "--forget"]) == 1
    assert "did not come back" in capsys.readouterr().out
    assert not (jack.folder / "repetiteur").exists()
