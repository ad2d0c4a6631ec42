"""Takes followed in another piece's score, and what is counted of it."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import mido
import numpy as np
import pytest

from repetiteur.benchmarks.drive import Drive
from repetiteur.benchmarks.mistakes import HeardAs
from repetiteur.benchmarks.strangers import _measured, pairs, pooled
from repetiteur.benchmarks.takes import read_takes
from repetiteur.bridges.terminal import bench
from repetiteur.realtime.events import Mistake, MistakeKind, Retract, State, StateChanged


@pytest.fixture
def two_pieces(measuring_set: Path) -> Path:
    """The second in another key, and quite another tune."""
    tune = mido.MidiFile(measuring_set / "score.mid")
    for message in tune.tracks[0]:
        if message.type == "note_on":
            message.note = 30 + (message.note * 7) % 25
    tune.save(measuring_set / "other.mid")
    shutil.copy(measuring_set / "other.mid", measuring_set / "other_perf.mid")
    manifest = measuring_set / "manifest.json"
    items = json.loads(manifest.read_text("utf-8"))["items"]
    files = {"score_mid": "other.mid", "perf_mid": "other_perf.mid", "align": "align.tsv"}
    items.append(items[0] | {"id": "other_take", "title": "Other", "files": files})
    manifest.write_text(json.dumps({"items": items}), encoding="utf-8")
    return measuring_set


def test_each_take_has_the_score_of_another_piece(two_pieces: Path) -> None:
    takes = read_takes(two_pieces)
    assert [(one.id, other.id) for one, other in pairs(takes)] == [
        ("one_take", "other_take"), ("other_take", "one_take"),
    ]  # fmt: skip
    assert pairs(takes[:1]) == []


def test_the_terminal_tells_of_all_of_them(two_pieces: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    bench.arguments(parser)
    words = "strangers", str(two_pieces), "--jobs", "1"
    assert bench.run(parser.parse_args([*words, "--json"])) == 0
    told = json.loads(capsys.readouterr().out)
    assert sorted(take["name"] for take in told["takes"]) == ["one_take", "other_take"]
    assert [row["heard"] for row in told["all"]] == ["MIDI"]
    assert told["all"][0]["lost_s"] > 0.3 * told["all"][0]["lasts_s"]
    assert bench.run(parser.parse_args(words)) == 0
    assert "another piece" in capsys.readouterr().out


def test_what_is_counted() -> None:
    mistake = MistakeKind.MISSED, "n1", 60, None, None, 1.0, 1, 4.0, 0.5
    events = (
        StateChanged(0, 0.0, State.ARMED),
        StateChanged(1, 2.0, State.FOLLOWING),
        Mistake(2, 4.0, *mistake),
        Retract(3, 5.0, 2),
        StateChanged(4, 6.0, State.LOST),
        StateChanged(5, 8.0, State.FOLLOWING),
        Mistake(6, 9.0, *mistake),
        StateChanged(7, 12.0, State.LOST),
    )
    found = _measured("a", HeardAs.MIDI, Drive(events, np.zeros(8), np.zeros(0), np.zeros(0)))
    assert (found.lasts_s, found.lost_s, found.noticed_s) == (10.0, 2.0, (4.0,))
    assert (found.mistakes, found.matches) == (1, 0)
    both = pooled([found, found])[0]
    assert (both.lost_share, both.mistakes_per_minute, both.noticed_s) == (0.2, 6.0, (4.0, 4.0))
