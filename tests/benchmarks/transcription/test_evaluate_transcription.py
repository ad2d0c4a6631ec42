from __future__ import annotations

import json
import os
import shutil
import stat
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repetiteur.benchmarks.transcription import campaign, listening, rendering
from repetiteur.benchmarks.transcription.rendering import first_seconds, render
from repetiteur.benchmarks.transcription.sound_takes import notes_played, read_labels, recorded, until
from repetiteur.bridges import hearing
from repetiteur.bridges.midi_files import write_midi
from repetiteur.bridges.terminal.main import main
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Controller, NoteOff, NoteOn, Performed

soundfile: Any = pytest.importorskip("soundfile")

NOTES = [(60, 0.5, 0.9, 80), (64, 0.5, 1.2, 40), (67, 1.6, 2.4, 100)]
HEARD = [*NOTES[:2], (72, 1.6, 2.4, 50)]  # an octave or so too high, and one missed
PLAYED: tuple[Performed, ...] = (
    Controller(0.0, 64, 127), NoteOn(0.5, 60, 80, 3), NoteOff(0.9, 60, 3), NoteOn(1.5, 60, 70),
    NoteOff(1.6, 60), Controller(1.8, 64, 0), NoteOn(2.5, 64, 60), Controller(2.6, 7, 100), NoteOff(3.0, 64),
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A measuring set with one recording of a piano and one of a voice, and one MIDI take."""
    sound = np.random.default_rng(0).uniform(-0.1, 0.1, 3 * 16_000)
    soundfile.write(tmp_path / "piano.flac", sound, 16_000)
    table = "onset_s\toffset_s\tpitch\tvelocity\n"
    table += "".join(f"{on}\t{off}\t{pitch}\t{velocity}\n" for pitch, on, off, velocity in NOTES)
    (tmp_path / "notes.tsv").write_text(table)
    aligned = "status\tperf_id\tperf_onset_s\tperf_dur_s\tperf_pitch\tvelocity\n"
    aligned += "match\tp0\t0.5\t\t60\t\ndeletion\t\t0.7\t\t\t\ninsertion\tp1\t0.5\t0.7\t64\t\n"
    (tmp_path / "align.tsv").write_text(aligned)
    write_midi(tmp_path / "take.mid", PLAYED)
    common = {"composer": "X", "title": "Y"}
    items = [
        common | {"id": "piano1", "kind": "audio", "instrument": "piano (close)",
                  "files": {"audio": "piano.flac", "notes": "notes.tsv", "align": "align.tsv"}},
        common | {"id": "voice1", "kind": "audio_notes_only",
                  "files": {"audio": "piano.flac", "align": "align.tsv"}},
        common | {"id": "take1", "kind": "midi", "duration_s": 3.0, "files": {"perf_mid": "take.mid"}},
    ]  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps({"items": items}))
    return tmp_path


@pytest.fixture(autouse=True)
def trained(ideal_encoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = ideal_encoder(HEARD, 4.0)
    monkeypatch.setattr(hearing, "load_encoder", lambda a4_hz: encoder)
    monkeypatch.setattr(campaign, "load_encoder", lambda: encoder)
    listening.ears_at_hand.cache_clear()


def evaluate(folder: Path, *words: str) -> int:
    out = str(folder / "out")
    return main(["evaluate", str(folder), "--transcription", "--jobs", "1", "--out", out, *words])


def test_tables_and_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate(folder) == 0
    out = capsys.readouterr().out
    assert "piano, recorded" in out and "other instruments, recorded" in out
    assert "known so many ms after" in out and "another harmonic above" not in out
    document = json.loads((folder / "out" / "transcription.json").read_text())
    piano, voice = document["groups"]
    assert piano["confirmed"]["onsets"] == {
        "hits": 2, "predicted": 3, "true": 3,
        "precision": pytest.approx(2 / 3), "recall": pytest.approx(2 / 3), "f1": pytest.approx(2 / 3),
    }  # fmt: skip
    assert piano["confirmed"]["whole"]["hits"] == 2
    assert abs(piano["confirmed"]["bias_s"]) < 0.001
    assert piano["confirmed"]["velocity_correlation"] == pytest.approx(1.0)
    assert piano["provisional"]["onsets"]["hits"] == 2
    late = dict(zip(document["latencies_s"], (item["hits"] for item in piano["by_latency"]), strict=True))
    assert late[0.03] == 0 and late[0.05] == 2
    assert sum(piano["breakdown"]["false_notes"].values()) == 1
    assert voice["confirmed"]["whole"]["true"] == 0, "one of its lengths is not known"
    assert [take["name"] for take in document["takes"]] == ["piano1", "voice1"]
    assert all(take["unsettled"] == 0 for take in document["takes"])


def test_json_alone_on_stdout_and_only_the_beginning(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(folder, "--json", "--take", "piano", "--seconds", "1.5") == 0
    document = json.loads(capsys.readouterr().out)
    (piano,) = document["groups"]
    assert piano["confirmed"]["onsets"]["f1"] == 1.0
    assert piano["duration_s"] < 1.8


def test_no_such_recording_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate(folder, "--take", "nobody") == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_labels_of_either_kind(folder: Path) -> None:
    (piano, voice) = recorded(folder, None)
    assert piano.labels is not None and voice.labels is not None
    assert read_labels(piano.labels).pitch.tolist() == [60, 64, 67]
    aligned = read_labels(voice.labels)
    assert aligned.pitch.tolist() == [60, 64]
    assert aligned.offset_s.tolist() == pytest.approx([np.nan, 1.2], nan_ok=True)
    early = until(read_labels(piano.labels), 1.0)
    assert (early.onset_s.tolist(), early.offset_s.tolist()) == ([0.5, 0.5], [0.9, 1.0])


def test_notes_of_a_take_sound_as_long_as_the_pedal_holds_them() -> None:
    notes = notes_played(PLAYED)
    assert notes.onset_s.tolist() == [0.5, 1.5, 2.5]
    assert notes.offset_s.tolist() == [1.5, 1.8, 3.0]
    assert notes.velocity.tolist() == [80, 70, 60]


def test_the_beginning_of_a_take_ends_where_it_is_cut() -> None:
    notes = notes_played(first_seconds(PLAYED, 1.55))
    assert notes.offset_s.tolist() == [1.5, 1.55]
    whole = first_seconds(PLAYED, None)
    assert all(getattr(item, "channel", 0) == 0 for item in whole)
    assert not any(isinstance(item, Controller) and item.number == 7 for item in whole)


FLUIDSYNTH = f"""#!{sys.executable}
import sys, shutil
shutil.copy({{sound!r}}, sys.argv[sys.argv.index("-F") + 1])
open({{calls!r}}, "a").write("called\\n")
"""


@pytest.fixture
def fluidsynth(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of that name that plays the same thing whatever it is given. Returns its log."""
    programs, calls = folder / "bin", folder / "calls"
    programs.mkdir()
    program = programs / "fluidsynth"
    program.write_text(FLUIDSYNTH.format(sound=str(folder / "piano.flac"), calls=str(calls)))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(campaign, "RENDERINGS", folder / "renderings")
    (folder / "some.sf2").write_text("a soundfont")
    return calls


def test_takes_are_made_to_sound_once(
    folder: Path, fluidsynth: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        words = "--rendered", str(folder / "some.sf2"), "--take", "take1", "--json"
        assert evaluate(folder, *words) == 0
        (group,) = json.loads(capsys.readouterr().out)["groups"]
        assert group["name"] == "concert, some"
        assert group["confirmed"]["onsets"]["true"] == 3
        assert group["confirmed"]["onsets"]["hits"] == 1
    assert fluidsynth.read_text() == "called\n"
    assert len(list((folder / "renderings").iterdir())) == 1


@pytest.mark.usefixtures("fluidsynth")
def test_what_cannot_be_rendered_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="no such soundfont"):
        render(PLAYED, folder / "none.sf2", folder)
    (folder / "bin" / "fluidsynth").write_text("#!/bin/sh\necho 'bad font' >&2\nexit 1\n")
    with pytest.raises(InputError, match="bad font"):
        render(PLAYED, folder / "some.sf2", folder)
    monkeypatch.setattr(rendering.shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="not installed"):
        render(PLAYED, folder / "some.sf2", folder)


@pytest.mark.skipif(shutil.which("fluidsynth") is None, reason="no fluidsynth")
@pytest.mark.skipif(not Path("/usr/share/sounds/sf2/TimGM6mb.sf2").exists(), reason="no soundfont")
def test_the_real_program_plays_notes_when_they_are_due(tmp_path: Path) -> None:
    sound, rate_hz = soundfile.read(render(PLAYED, Path("/usr/share/sounds/sf2/TimGM6mb.sf2"), tmp_path))
    first = np.argmax(np.abs(sound).max(axis=1) > 0.002) / rate_hz
    assert first == pytest.approx(0.5, abs=0.02)
    assert len(sound) / rate_hz > 3.0


BASIC_PITCH = """
ICASSP_2022_MODEL_PATH = "the model"
"""
INFERENCE = """
class Model:
    def __init__(self, path):
        assert path == "the model"

def predict(sound, model):
    print("Predicting ...")
    assert isinstance(model, Model)
    return None, None, [(0.51, 0.9, 60, 0.5, None), (0.5, 1.2, 64, 0.4, None), (1.6, 2.4, 67, 0.4, None)]
"""


def test_beside_a_peer(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = folder / "site"
    (site / "basic_pitch").mkdir(parents=True)
    (site / "basic_pitch" / "__init__.py").write_text(BASIC_PITCH)
    (site / "basic_pitch" / "inference.py").write_text(INFERENCE)
    dist = site / "basic_pitch-9.dist-info"
    dist.mkdir()
    (dist / "METADATA").write_text("Metadata-Version: 2.1\nName: basic-pitch\nVersion: 9\n")
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={site} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    assert evaluate(folder, "--take", "piano", "--peers", str(python)) == 0
    out = capsys.readouterr().out
    assert "beside others" in out and "basic-pitch" in out and "-33.3" in out
    document = json.loads((folder / "out" / "transcription.json").read_text())
    theirs = document["groups"][0]["peers"]["basic-pitch"]
    assert theirs["onsets"]["f1"] == 1.0
    assert theirs["bias_s"] == pytest.approx(0.0, abs=1e-9)
