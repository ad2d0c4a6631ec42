"""A made-up folder of performances, made-up sampled pianos, and how long a run over them may take."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

PIECES = 4
NOTES = np.dtype([("onset", "f4"), ("dur", "f4"), ("pitch", "u1"), ("vel", "u1")])
PEDAL = np.dtype([("t", "f4"), ("cc", "u1"), ("value", "u1")])


def piece_names() -> list[str]:
    """So many that are learnt, and one that is kept for examinations."""

    def is_kept(name: str) -> bool:
        return hashlib.sha256(name.encode()).digest()[0] % 12 == 0

    names = [f"piece{number}" for number in range(200)]
    learnt, kept = ([name for name in names if is_kept(name) == side] for side in (False, True))
    return [*learnt[:PIECES], kept[0]]


def a_performance(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    notes = np.zeros(120, NOTES)
    notes["onset"], notes["dur"] = np.sort(random.uniform(0, 20, 120)), random.uniform(0.1, 1, 120)
    notes["pitch"], notes["vel"] = random.integers(21, 109, 120), random.integers(10, 120, 120)
    pedal = np.array([(2.0, 64, 127), (3.0, 67, 127), (4.0, 64, 0)], PEDAL)
    return notes, pedal


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """As a folder of training performances is."""
    random = np.random.default_rng(0)
    folder = tmp_path / "data"
    (folder / "npz").mkdir(parents=True)
    pieces = []
    for piece in piece_names():
        arrays = {}
        for player in ("A01", "B02"):
            notes, pedal = a_performance(random)
            arrays |= {f"{player}/notes": notes, f"{player}/pedal": pedal}
        np.savez_compressed(folder / "npz" / f"{piece}.npz", **arrays)
        perfs = [{"name": "A01"}, {"name": "B02"}]
        pieces.append({"piece": piece, "npz": f"npz/{piece}.npz", "perfs": perfs})
    (folder / "manifest.json").write_text(json.dumps({"pieces": pieces}))
    return folder


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """Sampled pianos under names that are known: two to train with, another instrument, one held out."""
    from repetiteur.bridges.training.sample_banks import save

    time_s = np.arange(6000) / 16_000
    keys = 27.5 * 2 ** (np.arange(88)[:, None] / 12)
    for number, name in enumerate(("timgm_1", "csound_1", "flute", "fluidr3")):
        wave = np.sin(2 * np.pi * keys * time_s) * np.exp(-time_s * (3 + number)) * (time_s > 0.004)
        layers = np.array([40, 80, 120])
        notes = wave[:, None, :] * (layers / 127)[None, :, None] ** 1.5
        save(tmp_path / "sounds" / name, notes.astype(np.float32), layers)
    return tmp_path / "sounds"


@pytest.fixture
def short_lessons(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two steps make a log line and an examination, and all are over in a moment."""
    torch = pytest.importorskip("torch")
    from repetiteur.bridges.training import run
    from repetiteur.models.encoder import examination, training

    monkeypatch.setattr(run, "TOLD_EVERY", 1)
    monkeypatch.setattr(run, "EXAMINED_EVERY", 2)
    monkeypatch.setattr(run, "QUESTIONS", 2)
    monkeypatch.setattr(examination, "HOPS", 200)
    monkeypatch.setattr(training, "LEARNT_AFTER", 2)
    monkeypatch.setattr(training.Recipe.__init__, "__defaults__", _with_hops(training.Recipe, 120))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _with_hops(recipe: type, hops: int) -> tuple[object, ...]:
    """The defaults of a recipe, but for how long a stretch is."""
    defaults = [
        field.default for field in dataclasses.fields(recipe) if field.default is not dataclasses.MISSING
    ]
    return tuple(hops if value == 700 else value for value in defaults)


@pytest.fixture
def train(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """``repetiteur train`` with some arguments: exit status, what it printed, what it complained of."""
    from repetiteur.bridges.terminal.main import main

    def run(*words: object) -> tuple[int, str, str]:
        try:
            status = main(["train", *map(str, words)])
        except SystemExit as error:
            status = int(error.code or 0)
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run
