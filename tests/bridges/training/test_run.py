"""``repetiteur train encoder`` from end to end, very small: log, curves, checkpoint, weights, going on."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.usefixtures("short_lessons")
SMALL = ("--width", 4, "--batch", 1, "--device", "cpu")


@pytest.fixture
def encoder(train, data, sounds, tmp_path):
    """Trains into ``tmp_path / "run"``."""

    def run(*words):
        return train("encoder", "--data", data, "--sounds", sounds, "--out", tmp_path / "run", *SMALL, *words)

    return run


def log_of(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def test_a_run_writes_all_it_should_and_goes_on(encoder, tmp_path):
    from repetiteur.models.encoder.engine import load_encoder

    folder = tmp_path / "run"
    status, told, progress = encoder("--steps", 2)
    assert status == 0 and told == f"written: {folder / 'encoder.safetensors'}\n"
    assert "csound_1, flute, timgm_1; examined on fluidr3" in progress
    assert "onset F1 by look-ahead: 10 ms" in progress
    first = log_of(folder)
    assert [line["step"] for line in first] == [1, 2]
    assert first[1]["hours"] == pytest.approx(2 * 1.2 / 3600, abs=1e-3)
    assert {"onset", "frame", "offset", "velocity", "pace"} <= set(first[0])
    assert set(first[1]["marks"]) == {"0", "1", "3", "4", "7", "15"} and "marks" not in first[0]
    assert "<svg" in (folder / "curves.svg").read_text()

    evidence = load_encoder(folder / "encoder.safetensors").hear(np.zeros(16_000, np.float32))
    assert evidence.shape[1:] == (88, 11) and np.isfinite(evidence).all()

    status, told, _ = encoder("--steps", 3, "--json")
    assert status == 0
    third, written = map(json.loads, told.splitlines())
    assert third["step"] == 3 and written == {"written": str(folder / "encoder.safetensors")}
    longer = log_of(folder)
    assert [line["step"] for line in longer] == [1, 2, 3] and longer[:2] == first
    assert torch.load(folder / "checkpoint.pt", weights_only=True)["done"] == 3
    assert not list(folder.glob("*.part"))


def test_what_was_logged_after_the_checkpoint_is_logged_again(encoder, tmp_path):
    log = tmp_path / "run" / "log.jsonl"
    encoder("--steps", 2)
    with log.open("a") as more:
        more.write('{"step": 3, "hours": 1.0}\n{"step": 4, "hou')
    encoder("--steps", 3)
    assert [line["step"] for line in log_of(log.parent)] == [1, 2, 3]
    assert log_of(log.parent)[2]["hours"] < 1


def test_ctrl_c_keeps_what_was_learnt(encoder, tmp_path, monkeypatch):
    import signal

    from repetiteur.models.encoder.training import Trainer

    step = Trainer.step

    def interrupted(trainer, *lesson):
        if trainer.done == 2:
            signal.raise_signal(signal.SIGINT)
        return step(trainer, *lesson)

    monkeypatch.setattr(Trainer, "step", interrupted)
    status, told, _ = encoder("--steps", 50)
    assert status == 130
    assert told.splitlines()[-1] == (
        f"stopped after step 3, kept in {tmp_path / 'run' / 'checkpoint.pt'}; the same command goes on"
    )
    assert torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)["done"] == 3
    monkeypatch.setattr(Trainer, "step", step)
    assert encoder("--steps", 4)[0] == 0
    assert [line["step"] for line in log_of(tmp_path / "run")] == [1, 2, 3, 4]


def test_another_recipe_does_not_go_on(encoder, tmp_path):
    assert encoder("--steps", 1)[0] == 0
    status, _, complaint = encoder("--steps", 2, "--width", 5, "--seed", 8)
    assert status == 2 and len(complaint.splitlines()) == 2  # what it was going to learn, and the complaint
    assert "checkpoint.pt: it was made with seed 1 (now 8), width 4 (now 5)" in complaint
    assert "--out" in complaint


def test_a_damaged_checkpoint_is_told(encoder, tmp_path):
    assert encoder("--steps", 1)[0] == 0
    checkpoint = tmp_path / "run" / "checkpoint.pt"
    checkpoint.write_bytes(checkpoint.read_bytes()[:5000])
    status, _, complaint = encoder("--steps", 2)
    assert status == 2 and "checkpoint.pt: damaged" in complaint and len(complaint.splitlines()) == 2


def test_a_full_disk_is_told_and_the_checkpoint_before_stays(encoder, tmp_path, monkeypatch):
    assert encoder("--steps", 2)[0] == 0
    checkpoint = tmp_path / "run" / "checkpoint.pt"
    before = checkpoint.read_bytes()

    def full(path, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    monkeypatch.setattr("repetiteur.bridges.training.run.shorten_log", lambda *_: None)
    status, _, complaint = encoder("--steps", 4)
    assert status == 2 and "checkpoint.pt: the disk is full" in complaint.splitlines()[-1]
    assert checkpoint.read_bytes() == before and not list(checkpoint.parent.glob("*.part"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--steps", 0), "--steps"), (("--steps", "many"), "--steps"), (("--width", -3), "--width"),
        (("--width", 5000), "--width"), (("--batch", 0), "--batch"), (("--rate", "nan"), "--rate"),
        (("--rate", 2), "--rate"), (("--seed", "x"), "--seed"), (("--device", "tpu"), "--device"),
    ],
)  # fmt: skip
def test_numbers_that_make_no_sense_are_told(encoder, words, said):
    status, _, complaint = encoder(*words)
    assert status == 2 and said in complaint and complaint.count("\n") == 1


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_told(encoder):
    status, _, complaint = encoder("--device", "cuda")
    assert status == 2 and "no GPU" in complaint and complaint.count("\n") == 1
