"""Peers made up on the spot, through the whole command: none of the real ones is needed."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import pytest

from repetiteur.benchmarks.peers import process
from repetiteur.benchmarks.peers.process import PeerProcess, choose, find_peers
from repetiteur.benchmarks.peers.roster import ROSTER
from repetiteur.bridges.terminal import bench, evaluate
from repetiteur.realtime.errors import InputError

# TOLTW takes the next score note of that pitch; arzt dies; pthmm hangs; OLTW says nothing but nan.
FAKE = """
import json, sys, time
if sys.argv[1] == "probe":
    print(json.dumps({"matchmaker": "9", "parangonar": "9"}))
    sys.exit()
for line in sys.stdin:
    job = json.loads(line)
    if sys.argv[1] == "arzt":
        sys.exit(3)
    if sys.argv[1] == "pthmm" and len(job["played"]) > 1:
        time.sleep(60)
    out = {"available_s": [], "cost_s": [], "stamp_s": [], "place_beat": [], "matches": [], "trouble": ""}
    here = -1
    for number, (onset, _, pitch, _) in enumerate(job["played"]):
        rest = [k for k in range(here + 1, len(job["score"])) if job["score"][k][4] == pitch]
        if rest:
            here = rest[0]
            out["matches"].append([here, number])
        out["available_s"].append(onset)
        out["stamp_s"].append(onset)
        out["cost_s"].append(0.002)
        out["place_beat"].append(None if sys.argv[1] == "OLTW" else job["score"][max(here, 0)][0])
    print(json.dumps(out), flush=True)
"""


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "fake.py"
    path.write_text(FAKE, encoding="utf-8")
    monkeypatch.setattr(process, "CHILD", path)
    monkeypatch.setattr(process, "START_S", 0.0)
    monkeypatch.setattr(process, "OVERTIME_S", 20.0)
    return path


def _args(command, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    return parser.parse_args(words)


def _words(folder: Path, *peers: str) -> tuple[str, ...]:
    named = [word for peer in peers for word in ("--peer", peer)]
    return (str(folder), "--jobs", "1", "--peers", sys.executable, *named)


def test_peers_beside_ours_on_the_same_take(
    measuring_set: Path, fake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (*_words(measuring_set, "TOLTW", "OLTW", "arzt"), "--out", str(measuring_set / "out"))
    assert evaluate.run(_args(evaluate, *words)) == 0
    shown = capsys.readouterr().out
    assert "arzt stopped early on one_take: died, exit code 3" in shown
    document = json.loads((measuring_set / "out" / "report.json").read_text(encoding="utf-8"))["peers"]
    (group,) = document["groups"]
    row = {row["follower"]: row for row in group["standings"]}
    assert list(row) == ["repetiteur", "arzt", "TOLTW", "OLTW"]
    assert {follower: row[follower]["troubled"] for follower in row} == {
        "repetiteur": 0, "arzt": 1, "TOLTW": 0, "OLTW": 0
    }  # fmt: skip
    assert row["TOLTW"]["position"]["within_25"] == 1.0
    assert row["TOLTW"]["position"]["median_ms"] == pytest.approx(2.0)
    assert [row["TOLTW"]["labels"][what]["f1"] for what in ("match", "insertion", "deletion")] == [1, 1, 1]
    assert row["arzt"]["position"]["reached"] == row["OLTW"]["position"]["reached"] == 0.0
    assert row["arzt"]["labels"] is None
    assert row["OLTW"]["labels"]["match"]["f1"] == 1.0
    best = {(item["measure"], item["against"]): item["follower"] for item in group["margins"]}
    assert best["≤25 ms", "online"] == "TOLTW"
    assert ("match F1", "offline") not in best


def test_jumps_with_peers(measuring_set: Path, fake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.run(_args(bench, "jumps", *_words(measuring_set, "TOLTW", "arzt"), "--json")) == 0
    peers = json.loads(capsys.readouterr().out)["peers"]
    assert set(peers) == {"TOLTW", "arzt"}


def test_peers_on_the_bundled_piece(fake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("peers", "--source", "midi", "--peers", sys.executable, "--peer", "TOLTW", "--peer", "arzt")
    assert bench.run(_args(bench, *words, "--json")) == 1  # one died
    ours, died, theirs = json.loads(capsys.readouterr().out)["midi"]
    assert (ours["follower"], died["follower"], theirs["follower"]) == ("repetiteur", "arzt", "TOLTW")
    assert "died" in died["trouble"]
    assert died["off"] == 1.0
    assert ours["onsets"] == theirs["onsets"] == died["onsets"]
    assert ours["p50_ms"] < 2.0
    assert ours["off"] < 0.02
    assert theirs["off"] > 0.5  # it runs ahead at the first wrong note
    assert theirs["cpu_p50_ms"] == pytest.approx(2.0)  # as it says


def test_ours_alone_where_there_are_no_peers(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.run(_args(bench, "peers", "--source", "sound", "--json")) == 0
    told = capsys.readouterr()
    (ours,) = json.loads(told.out)["sound"]
    assert ours["off"] < 0.1
    assert "no other follower beside it" in told.err


def test_a_peer_that_hangs_is_ended_and_started_again(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = [0.0, 1.0, 60, 64]
    score = [[0.0, 1.0, 0.0, 1.0, 60, 1, False]]
    with PeerProcess(Path(sys.executable), "pthmm", limit_s=0.1) as peer:
        monkeypatch.setattr(process, "OVERTIME_S", 0.2)
        assert "hung" in peer.run({"score": score, "played": [note, note]})["trouble"]
        monkeypatch.setattr(process, "OVERTIME_S", 20.0)
        assert peer.run({"score": score, "played": [note]})["place_beat"] == [0.0]


def test_only_peers_that_are_there_can_be_named() -> None:
    assert {peer.package for peer in choose({"parangonar": "3"}, None)} == {"parangonar"}
    assert [peer.name for peer in choose({"parangonar": "3", "matchmaker": "1"}, ["arzt"])] == ["arzt"]
    for packages, names in (({"parangonar": "3"}, ["arzt"]), ({}, None)):
        with pytest.raises(InputError):
            choose(packages, names)
    assert len({peer.name for peer in ROSTER}) == len(ROSTER)


def test_no_python_no_peers(tmp_path: Path) -> None:
    assert find_peers(None, None) == ()
    with pytest.raises(InputError):
        find_peers(None, ["arzt"])
    with pytest.raises(InputError):
        find_peers(tmp_path / "no-python", None)
