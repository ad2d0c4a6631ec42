"""What peers that follow sound are handed, with a stand-in for matchmaker."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from repetiteur.benchmarks.peers import by_ear

partitura: Any = pytest.importorskip("partitura")
soundfile: Any = pytest.importorskip("soundfile")

HOP, RATE_HZ = 100, 1000
SCORE = [
    [2.0, 1.0, 2.0, 1.0, 60, 1, False],
    [3.0, 0.0, 3.0, 0.0, 61, 1, True],
    [3.0, 2.0, 3.0, 2.0, 70, 0, False],
]


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """As it is run: beside ``child.py``, outside any package."""
    monkeypatch.syspath_prepend(str(by_ear.CHILD.parent))
    for name in ("child", "sound_child"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    module = __import__("sound_child")
    for name in ("child", "sound_child"):
        monkeypatch.delitem(sys.modules, name)
    return module


class Follower:
    """A beat a hop, and the loudest sample of the hop as its time stamp."""

    queue: Any

    def run(self, verbose: bool) -> Any:
        beat = 0.0
        while (item := self.queue.get()) is not self.queue.end:
            yield beat
            beat += 1.0
            assert item[0].shape == (3 * HOP,)


class Matchmaker:
    """As much of the real one as is used."""

    seen: Any = None

    def __init__(self, score_file: str, *, input_type: str, method: str, stream: Any, tempo: float,
                 unfold_score: bool) -> None:  # fmt: skip
        assert (input_type, unfold_score) == ("audio", False)
        Matchmaker.seen = SimpleNamespace(
            part=partitura.load_score(score_file).parts[0], method=method, tempo=tempo, heard=[]
        )
        self.hop_length, self.sample_rate = HOP, RATE_HZ
        self.score_follower = Follower()

    def processor(self, frame: tuple[np.ndarray, float]) -> tuple[np.ndarray, float]:
        Matchmaker.seen.heard.append(frame[0][-HOP:].copy())
        return np.concatenate((frame[0], np.zeros(HOP))), frame[1]


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    module = ModuleType("matchmaker")
    module.Matchmaker = Matchmaker  # type: ignore[attr-defined]
    stream = ModuleType("matchmaker.io.stream")
    stream.STREAM_END = object()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "matchmaker", module)
    monkeypatch.setitem(sys.modules, "matchmaker.io.stream", stream)
    sound = tmp_path / "take.wav"
    stereo = np.repeat(np.linspace(-0.5, 0.5, 550)[:, None], 2, axis=1)
    soundfile.write(sound, stereo, RATE_HZ, subtype="FLOAT")
    return {"score": SCORE, "quarter_bpm": None, "sound": str(sound), "seconds": None, "soundfont": None,
            "limit_s": 60.0}  # fmt: skip


def test_hop_by_hop_and_never_ahead_of_the_sound(child: ModuleType, job: dict[str, Any]) -> None:
    result = child.run("arzt", job)
    assert result["trouble"] == ""
    assert result["available_s"] == pytest.approx([0.2, 0.3, 0.4, 0.5, 0.6])  # the first hop makes no step
    assert result["stamp_s"] == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])
    assert result["place_beat"] == [2.0, 3.0, 4.0, 5.0, 6.0], "in quarters of the job"
    assert len(Matchmaker.seen.heard) == 6
    assert np.concatenate(Matchmaker.seen.heard)[:550] == pytest.approx(np.linspace(-0.5, 0.5, 550), abs=1e-6)


def test_only_the_beginning(child: ModuleType, job: dict[str, Any]) -> None:
    assert len(child.run("arzt", job | {"seconds": 0.25})["place_beat"]) == 2


def test_the_score_as_it_was_played(child: ModuleType, job: dict[str, Any]) -> None:
    child.run("skf", job | {"quarter_bpm": 90.0})
    assert (Matchmaker.seen.method, Matchmaker.seen.tempo) == ("skf", 90.0)
    table = Matchmaker.seen.part.note_array()
    assert table["pitch"].tolist() == [60, 70]
    assert table["onset_beat"].tolist() == [0.0, 1.0]
    assert table["duration_beat"].tolist() == [1.0, 2.0]
    child.run("skf", job)
    assert Matchmaker.seen.tempo == 120.0


def test_partitura_is_itself_again(child: ModuleType, job: dict[str, Any]) -> None:
    before = partitura.load_score, partitura.save_wav_fluidsynth
    child.run("arzt", job)
    assert (partitura.load_score, partitura.save_wav_fluidsynth) == before


def test_seconds_of_a_score_and_of_a_performance(child: ModuleType, job: dict[str, Any]) -> None:
    part, first_q = child.part_of(job, partitura)
    assert first_q == 2.0
    assert child.notes_of(part, np.array([[0.0, 60.0], [1.0, 120.0]])) == [(0.0, 0.5, 60), (0.5, 1.5, 70)]
    performance = partitura.utils.music.performance_from_part(part, bpm=60)
    assert child.notes_of(performance, 60.0) == [(0.0, 1.0, 60), (1.0, 3.0, 70)]


@pytest.mark.skipif(shutil.which("fluidsynth") is None, reason="no fluidsynth")
@pytest.mark.skipif(not Path("/usr/share/sounds/sf2/TimGM6mb.sf2").exists(), reason="no soundfont")
def test_notes_sound_when_they_are_due(child: ModuleType) -> None:
    sound = child.sounding([(0.5, 1.0, 60)], 8000, "/usr/share/sounds/sf2/TimGM6mb.sf2")
    assert np.argmax(np.abs(sound) > 0.002) / 8000 == pytest.approx(0.5, abs=0.03)
