"""A run of the Ladder writes what it should, goes on, and tells in one line what is wrong with a folder."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from repetiteur.bridges.terminal.main import main
from repetiteur.bridges.training.log import read_log

pytest.importorskip("torch")

VIEWS = Path(__file__).parents[2] / "models" / "ladder" / "views.py"


def views() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ladder_views", VIEWS)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    folder = tmp_path / "lessons"
    folder.mkdir()
    for seed, name in enumerate(("learnt-00000", "learnt-00001", "examined-00000")):
        lesson = views().some_lesson(np.random.default_rng(seed), 6)
        content = io.BytesIO()
        np.savez_compressed(content, **lesson.arrays())
        (folder / f"{name}.npz").write_bytes(content.getvalue())
    return folder


def train(lessons: Path, out: Path, *words: str) -> int:
    small = "--width", "8", "--heads", "2", "--rungs", "1", "--batch", "2"
    return main(["train", "ladder", "--lessons", str(lessons), "--out", str(out), *small, *words])


def test_a_run_writes_all_it_should_and_goes_on(lessons: Path, tmp_path: Path) -> None:
    from repetiteur.models.ladder.weights import load_weights

    out = tmp_path / "run"
    assert train(lessons, out, "--steps", "3") == 0
    assert {path.name for path in out.iterdir()} == {
        "log.jsonl", "curves.svg", "checkpoint.pt", "ladder.safetensors",
    }  # fmt: skip
    assert train(lessons, out, "--steps", "5") == 0
    assert [line["step"] for line in read_log(out / "log.jsonl")] == [3, 5]
    weights = load_weights(out / "ladder.safetensors")
    assert (weights.training["steps"], weights.shape.width) == (5, 8)


def test_another_recipe_does_not_go_on(lessons: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "run"
    assert train(lessons, out, "--steps", "1") == 0
    assert train(lessons, out, "--steps", "2", "--seed", "4") == 2
    assert "made with seed 1 (now 4)" in capsys.readouterr().err


def test_a_folder_without_lessons_and_a_damaged_one_are_told(lessons: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "empty").mkdir()
    assert train(tmp_path / "empty", tmp_path / "run") == 2
    assert "no lesson" in capsys.readouterr().err
    (lessons / "learnt-00001.npz").write_bytes(b"RIFF")
    assert train(lessons, tmp_path / "run") == 2
    assert "damaged" in capsys.readouterr().err


def test_heads_must_divide_the_width(lessons: Path, tmp_path: Path, capsys) -> None:
    assert train(lessons, tmp_path / "run", "--heads", "3") == 2
    assert "divide" in capsys.readouterr().err
