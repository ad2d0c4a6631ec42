from __future__ import annotations

import json
import os
from contextlib import closing
from pathlib import Path

import mido
import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.journal import JournalWriter
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.terminal import main as program
from repetiteur.bridges.terminal.playing import followed
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.timeline import with_ticks

SCORE, PERFORMANCE = str(assets.SCORE), str(assets.PERFORMANCE)


def report(*words: str | Path) -> int:
    return program.main(["report", *map(str, words)])


def test_it_writes_the_report_and_the_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, marked = tmp_path / "r.html", tmp_path / "m.musicxml"
    assert report(SCORE, PERFORMANCE, "-o", page, "--musicxml", marked, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["missed"], told["wrong"], told["extra"], told["fits"]) == (2, 2, 3, True)
    text = page.read_text("utf-8")
    assert "99 % of the notes were right." in text and "Started again from bar 21." in text
    assert marked.read_bytes().count(b"<notehead") == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.musicxml", "r.html"]


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        assert report(SCORE, PERFORMANCE, "-o", tmp_path / name) == 0
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_journal_is_a_performance_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    score = load_score(SCORE)
    with closing(JournalWriter(tmp_path / "s.journal", SCORE)) as journal:
        for _ in followed(Engine(score), with_ticks(read_performance(PERFORMANCE)), journal):
            pass
    assert report(SCORE, PERFORMANCE, "-o", tmp_path / "a.html", "--json") == 0
    from_midi = capsys.readouterr().out
    assert report(SCORE, tmp_path / "s.journal", "-o", tmp_path / "b.html", "--json") == 0
    assert capsys.readouterr().out == from_midi


def test_another_piece_is_told_plainly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = mido.MidiFile()
    track = other.add_track()
    for k in range(80):
        track.append(mido.Message("note_on", note=40 + (k * 17) % 41, velocity=70, time=200))
        track.append(mido.Message("note_off", note=40 + (k * 17) % 41, time=90))
    other.save(tmp_path / "other.mid")
    assert report(SCORE, tmp_path / "other.mid", "-o", tmp_path / "r.html") == 1
    plainly = "This does not seem to be a performance of this score."
    assert capsys.readouterr().out.startswith(plainly)
    assert plainly in (tmp_path / "r.html").read_text("utf-8")


def test_a_score_without_notation_becomes_a_roll(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(PERFORMANCE, PERFORMANCE, "-o", tmp_path / "r.html") in (0, 1)
    assert "A MIDI file holds no notation to engrave" in capsys.readouterr().out
    assert "black-key" in (tmp_path / "r.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ([SCORE, "nowhere.mid"], "no such file"),
        (["nowhere.musicxml", PERFORMANCE], "no such file"),
        ([SCORE, PERFORMANCE, "-o", "nowhere/r.html"], "no such folder"),
        ([SCORE, PERFORMANCE, "-o", "."], "this is a folder"),
        ([SCORE, PERFORMANCE, "-o", SCORE], "this would write over what is read"),
        ([SCORE, PERFORMANCE, "-o", "r.html", "--musicxml", "r.html"], "not a name for a MusicXML file"),
        ([SCORE, PERFORMANCE, "-o", "r.xml", "--musicxml", "r.xml"], "both files have this name"),
        ([PERFORMANCE, PERFORMANCE, "-o", "r.html", "--musicxml", "m.musicxml"], "and this is MIDI"),
    ],
)
def test_bad_input_is_one_line(
    words: list[str], problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert report(*words) == 2
    told = capsys.readouterr()
    assert problem in told.err and told.err.count("\n") == 1 and not told.out
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_one_may_not_write_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tmp_path.chmod(0o500)
    assert report(SCORE, PERFORMANCE, "-o", tmp_path / "r.html") == 2
    assert "cannot be written" in capsys.readouterr().err
