"""What a run reads: performances, sampled pianos, and one line for everything that is wrong with them."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from repetiteur.bridges.training.lessons import is_held_out, lessons_from_folders
from repetiteur.bridges.training.performances import base_name, read_performances
from repetiteur.models.studio.performance import PLAYED, Performance
from repetiteur.realtime.errors import InputError


def test_performances_are_as_they_sound(data):
    found = read_performances(data)
    assert len(found) == 10 and found[0].name.endswith("/A01")
    with np.load(next((data / "npz").glob(f"{found[0].name.split('/')[0]}.npz"))) as arrays:
        raw = arrays["A01/notes"]
    notes = found[0].notes
    assert notes.dtype == PLAYED and np.allclose(notes["onset_s"], raw["onset"])
    key_up_s = raw["onset"].astype(float) + raw["dur"]
    held = (key_up_s > 2) & (key_up_s < 4)
    following = np.array([_struck_again_s(raw, note) for note in raw])
    assert (notes["offset_s"][held] == np.minimum(4, following[held])).all() and held.sum() > 3
    free = key_up_s > 4
    assert np.allclose(notes["offset_s"][free], np.minimum(key_up_s, following)[free])


def _struck_again_s(raw: np.ndarray, note: np.void) -> float:
    later = raw["onset"][(raw["pitch"] == note["pitch"]) & (raw["onset"] > note["onset"])]
    return float(later.min(initial=np.inf))


def test_a_piece_belongs_to_one_side_however_its_repeats_are_played():
    names = ("sonata_no_repeat/A", "sonata_repeat1/B", "sonata/C")
    pieces = [Performance(name, np.zeros(0, PLAYED)) for name in names]
    assert {base_name(piece) for piece in pieces} == {"sonata"}
    assert len({is_held_out(piece) for piece in pieces}) == 1


def test_lessons_keep_some_pieces_and_one_piano_apart(data, sounds):
    lessons = lessons_from_folders(data, sounds)
    assert len(lessons.examined()) == 2 and len(lessons.learnt()) == 8
    names = [piano.name for piano in lessons.instruments]
    assert names.count("timgm_1") == 12 and names.count("flute") == 1 and "fluidr3" not in names
    assert lessons.held_out.name == "fluidr3"
    assert lessons.summary().startswith("10 performances, 0.1 h, on csound_1, flute, timgm_1;")


def complaint(data, sounds) -> str:
    with pytest.raises(InputError) as told:
        lessons_from_folders(data, sounds)
    return str(told.value)


def test_a_folder_without_performances_is_told(data, sounds, tmp_path):
    assert "manifest.json" in complaint(tmp_path / "nowhere", sounds)
    for content in ("{", "[]", '{"pieces": [{"piece": "x"}]}', '{"pieces": 3}'):
        (data / "manifest.json").write_text(content)
        assert "no list of training pieces" in complaint(data, sounds)
    (data / "manifest.json").write_text('{"pieces": []}')
    assert "no performance" in complaint(data, sounds)


def test_missing_and_damaged_pieces_are_told(data, sounds):
    path = sorted((data / "npz").iterdir())[0]
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert f"{path}: damaged" in complaint(data, sounds)
    path.write_bytes(content[:900] + bytes(200) + content[1100:])
    assert f"{path}: damaged" in complaint(data, sounds)
    path.unlink()
    assert f"{path}: cannot be read (No such file" in complaint(data, sounds)
    np.savez(path, other=np.zeros(3))
    assert f"{path}: damaged, or not as the manifest says" in complaint(data, sounds)


def test_too_few_pieces_are_told(data, sounds):
    manifest = json.loads((data / "manifest.json").read_text())
    (data / "manifest.json").write_text(json.dumps({"pieces": manifest["pieces"][:1]}))
    assert "too few pieces" in complaint(data, sounds)


def test_missing_and_damaged_pianos_are_told(data, sounds, tmp_path):
    assert "no sampled instrument" in complaint(data, tmp_path / "nowhere")
    np.save(sounds / "flute" / "scales.npy", np.zeros((3, 3)))
    assert "flute: not a sampled piano" in complaint(data, sounds)
    (sounds / "flute" / "samples.npy").write_bytes(b"")
    assert "flute: not a sampled piano" in complaint(data, sounds)
    shutil.rmtree(sounds / "flute")
    shutil.rmtree(sounds / "fluidr3")
    assert "no held-out piano" in complaint(data, sounds)
