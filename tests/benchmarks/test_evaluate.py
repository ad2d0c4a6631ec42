"""The whole command on a set of one take, made on the spot."""

from __future__ import annotations

import argparse
import json
from itertools import pairwise
from pathlib import Path

import pytest

from repetiteur.benchmarks.synthetic import play, synthetic_score
from repetiteur.bridges.planting.strokes import performed
from repetiteur.bridges.terminal import bench, evaluate
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import NoteOn


def _args(command, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    return parser.parse_args(words)


def test_one_take_from_files_to_reports(measuring_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = measuring_set / "report"
    assert evaluate.run(_args(evaluate, str(measuring_set), "--midi", "--jobs", "1", "--out", str(out))) == 0
    assert "one_take" in capsys.readouterr().out
    assert "<html" in (out / "report.html").read_text(encoding="utf-8")
    take = json.loads((out / "report.json").read_text(encoding="utf-8"))["takes"][0]
    assert take["verdicts"]["fair_match"]["true"] == 15
    assert take["verdicts"]["fair_insertion"]["true"] == take["verdicts"]["fair_deletion"]["true"] == 1
    assert take["position"]["onsets"] == 14
    assert take["checks"]["unknown_score_notes"] == take["checks"]["unknown_played_notes"] == 0
    assert sorted(path.name for path in out.iterdir()) == ["report.html", "report.json"]


def test_json_alone_on_stdout(measuring_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = (str(measuring_set), "--json", "--jobs", "1", "--out", str(measuring_set / "report"))
    evaluate.run(_args(evaluate, *words))
    assert json.loads(capsys.readouterr().out)["groups"][0]["takes"] == 1


def test_no_take_of_that_name(measuring_set: Path) -> None:
    with pytest.raises(InputError):
        evaluate.run(_args(evaluate, str(measuring_set), "--take", "another"))


@pytest.mark.parametrize("words", [("--out", "FILE"), ("--out", "FILE/in"), ("--json", "FOLDER")])
def test_where_nothing_can_be_written_is_told_before_measuring(
    measuring_set: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, str]
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("measured first")

    monkeypatch.setattr("repetiteur.benchmarks.campaign.in_parallel", never)
    monkeypatch.chdir(measuring_set)
    before = sorted(measuring_set.rglob("*"))
    place = words[1].replace("FILE", "manifest.json").replace("FOLDER", str(measuring_set))
    with pytest.raises(InputError):
        evaluate.run(_args(evaluate, str(measuring_set), words[0], place))
    assert sorted(measuring_set.rglob("*")) == before


def test_planted_mistakes_on_one_take(measuring_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.run(_args(bench, "mistakes", str(measuring_set), "--jobs", "1", "--json")) == 0
    recipes = {row["recipe"]: row for row in json.loads(capsys.readouterr().out)["all"]}
    assert recipes["none"]["missed"]["true"] == recipes["none"]["extra"]["true"] == 0
    assert recipes["none"]["notes"] == 16


def test_latency_needs_both_files_or_neither() -> None:
    with pytest.raises(InputError):
        bench.run(_args(bench, "latency", "score.mid"))


def test_made_up_scores_have_the_size_that_was_asked_for() -> None:
    score = synthetic_score(500)
    assert 500 <= len(score.notes) < 510
    music = performed(play(score, 100, 50, 1.0))
    assert sum(isinstance(item, NoteOn) for item in music) == 50
    assert all(one.t_s <= two.t_s for one, two in pairwise(music))
