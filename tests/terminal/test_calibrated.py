"""What was calibrated is used where the words say nothing, and said."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from repetiteur.bridges.audio_capture import Capture
from repetiteur.bridges.audio_ports import AudioPort, AudioPorts
from repetiteur.bridges.calibrations import Calibration, calibrations_file, remember
from repetiteur.bridges.terminal import calibrated
from repetiteur.bridges.terminal.calibrated import KnownInput, known_input
from repetiteur.bridges.terminal.options import live_ears_arguments


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """What is known with these words, and what was said of it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    piano = AudioPort(0, "Stage Piano", "ALSA", 2, 48_000.0, 0.01, True)
    monkeypatch.setattr(calibrated, "audio_ports", lambda pyaudio: AudioPorts((piano,), ()))

    def known(*words: str) -> tuple[KnownInput, str, Any]:
        parser = argparse.ArgumentParser()
        live_ears_arguments(parser)
        args = parser.parse_args(words)
        return known_input(None, "stage", args), capsys.readouterr().err, args.a4

    return known


def test_nothing_is_known_of_a_new_input(ask: Any) -> None:
    assert ask() == (KnownInput("Stage Piano", None, Capture()), "", None)
    asked = KnownInput("Stage Piano", None, Capture(late_s=0.012))
    assert ask("--latency", "12", "--a4", "auto") == (asked, "", "auto")


def test_what_is_known_is_used_and_said(ask: Any) -> None:
    remember("Stage Piano", Calibration(441.5, 14.0, -60.0, "2026-11-21"))
    known, said, _ = ask()
    assert known == KnownInput("Stage Piano", 441.5, Capture(late_s=0.014))
    assert said == "A4 = 441.5 Hz and latency 14 ms, as Stage Piano was calibrated on 2026-11-21\n"


def test_words_come_first(ask: Any) -> None:
    remember("Stage Piano", Calibration(441.5, 14.0, -60.0, "2026-11-21"))
    known, said, a4 = ask("--a4", "438", "--latency", "0", "--block", "2.5")
    assert (known.capture, a4, said) == (Capture(0.0025), 438.0, "")


def test_a_spoilt_file_stops_nobody(ask: Any) -> None:
    calibrations_file().parent.mkdir(parents=True)
    calibrations_file().write_text("spoilt")
    known, said, _ = ask()
    assert known == KnownInput("Stage Piano", None, Capture())
    assert said.count("\n") == 1 and "calibrate again" in said
