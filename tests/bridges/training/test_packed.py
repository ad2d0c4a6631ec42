"""The file for a machine without a network: what is in it, and a run from it with numpy and torch alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from repetiteur.bridges.training.lessons import lessons_from_folders
from repetiteur.bridges.training.packed import read_packed
from repetiteur.realtime.errors import InputError


@pytest.fixture
def packed(train, data, sounds, tmp_path) -> Path:
    path = tmp_path / "packed.npz"
    status, told, _ = train("pack", "--data", data, "--sounds", sounds, "--out", path)
    assert status == 0 and f"written: {path}" in told
    return path


def test_notes_come_back_to_a_tenth_of_a_millisecond(packed, data, sounds):
    original = lessons_from_folders(data, sounds)
    for one, other in zip(original.performances, read_packed(packed).performances, strict=True):
        assert one.name == other.name
        for field in ("onset_s", "offset_s"):
            assert np.abs(one.notes[field] - other.notes[field]).max() <= 0.000051
        for field in ("pitch", "velocity"):
            assert np.array_equal(one.notes[field], other.notes[field])


def test_instruments_come_back_as_often_and_nearly_as_they_were(packed, data, sounds):
    original, found = lessons_from_folders(data, sounds), read_packed(packed)
    names = [piano.name for piano in original.instruments]
    assert [piano.name for piano in found.instruments] == names and found.held_out.name == "fluidr3"
    assert len({id(piano) for piano in found.instruments}) == 3
    piano, copy = original.instruments[0], found.instruments[0]
    assert len(copy.samples) == 30 and len(found.instruments[-1].samples) == 15
    keys = np.flatnonzero(copy.keyboard.speed == 1)
    assert keys.tolist() == list(range(0, 88, 3))
    for key in (0, 30, 60):
        sound = piano.samples[key, 1] * piano.scales[key, 1]
        again = copy.samples[key // 3, 1] * copy.scales[key // 3, 1]
        error = (sound - again)[:2000]  # before the end is faded out
        assert 10 * np.log10(np.square(sound).sum() / np.square(error).sum()) > 35


def test_a_file_that_is_no_pack_is_told(packed, tmp_path):
    def complaint(path: Path) -> str:
        with pytest.raises(InputError) as told:
            read_packed(path)
        return str(told.value)

    content = packed.read_bytes()
    packed.write_bytes(content[:-3000])
    assert "damaged, or no training pack" in complaint(packed)
    packed.write_bytes(b"something else")
    assert "damaged, or no training pack" in complaint(packed)
    np.savez(packed, about=np.frombuffer(b'{"format": "another"}', np.uint8))
    assert "its format is 'another'" in complaint(packed)
    assert "cannot be read" in complaint(tmp_path / "nowhere.npz")


WITHOUT = """
import sys
for name in ("numba", "llvmlite", "soundfile", "mido", "rtmidi", "pyaudio"):
    sys.modules[name] = None
from repetiteur.bridges.training import run
from repetiteur.models.encoder import examination
from repetiteur.bridges.terminal.main import main
run.QUESTIONS, examination.HOPS = 2, 150
import torch
torch.set_num_threads(1)
sys.exit(main(["train", "encoder", "--packed", sys.argv[1], "--out", sys.argv[2], "--steps", "1",
               "--width", "2", "--batch", "1", "--device", "cpu"]))
"""


def test_training_from_it_needs_neither_numba_nor_sound_files(packed, tmp_path):
    pytest.importorskip("torch")
    out = tmp_path / "run"
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, packed, out], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (out / "encoder.safetensors").stat().st_size > 1000 and (out / "checkpoint.pt").exists()
