"""Following from sound, measured: ears that hear what they are told to, whatever the sound is."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from repetiteur.benchmarks import by_ear
from repetiteur.benchmarks.drive import drive_by_ear
from repetiteur.benchmarks.heard import listen_by_ear, reports
from repetiteur.benchmarks.peers import by_ear as peers_by_ear
from repetiteur.benchmarks.peers import process
from repetiteur.benchmarks.takes import Kind, read_takes
from repetiteur.benchmarks.truth import build_truth, until
from repetiteur.bridges import hearing
from repetiteur.bridges.hearing import make_ears
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.terminal import evaluate
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.events import Note
from repetiteur.realtime.inputs import Chunk

pytestmark = pytest.mark.usefixtures("ears_of_the_set")
RATE_HZ, LASTS_S = 16_000, 18.0


@pytest.fixture
def at_no_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy this machine is, every figure is the same."""
    monkeypatch.setattr("repetiteur.benchmarks.drive.time", SimpleNamespace(thread_time_ns=lambda: 0))


def _args(command: Any, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    return parser.parse_args(words)


def _evaluate(folder: Path, *words: str) -> dict[str, Any]:
    out = folder / "out"
    args = _args(evaluate, str(folder), "--audio", "--jobs", "1", "--out", str(out), *words)
    assert evaluate.run(args) == 0
    return json.loads((out / "report-audio.json").read_text(encoding="utf-8"))


@pytest.mark.usefixtures("at_no_cost")
def test_recordings_from_files_to_reports(sound_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = _evaluate(sound_set)
    shown = capsys.readouterr().out
    assert "bias" in shown and "µs/10 ms" in shown and "µs/note" not in shown
    assert "≤200" in (sound_set / "out" / "report-audio.html").read_text(encoding="utf-8")
    assert [group["name"] for group in document["groups"]] == [
        "piano, recorded", "other instruments, recorded"
    ]  # fmt: skip
    piano, _ = document["takes"]
    assert piano["name"] == "a_piano"
    assert piano["position"]["onsets"] == 14
    assert piano["position"]["within_100"] == 1.0
    verdicts = piano["verdicts"]
    assert (verdicts["match"]["hits"], verdicts["match"]["true"]) == (15, 15)
    assert verdicts["deletion"]["f1"] == 1.0
    insertion = verdicts["insertion"]
    assert (insertion["hits"], insertion["predicted"], insertion["true"]) == (1, 2, 1), "one note was none"
    assert verdicts["false_alarms"] == 1
    assert piano["checks"]["unknown_played_notes"] == 0


def test_an_extra_note_that_is_not_heard_is_overlooked(
    sound_set: Path, notes_of_the_set: list, ideal_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = ideal_encoder([note for note in notes_of_the_set if note[0] != 90], LASTS_S + 1.0)
    monkeypatch.setattr(hearing, "load_encoder", lambda *_: encoder)
    (piano,) = _evaluate(sound_set, "--take", "piano")["takes"]
    assert any("pitch 90 not heard" in line for line in piano["doubtful"])
    assert piano["verdicts"]["insertion"]["hits"] == piano["verdicts"]["false_alarms"] == 0


@pytest.mark.usefixtures("at_no_cost")
def test_only_what_lies_within_a_shortened_take_is_scored(sound_set: Path) -> None:
    document = _evaluate(sound_set, "--take", "piano", "--seconds", "8")
    (piano,) = document["takes"]
    assert piano["position"]["onsets"] == 7  # from 1.5 to 7.5 s
    assert piano["position"]["within_100"] == 1.0
    assert piano["verdicts"]["match"]["true"] == 8
    assert piano["verdicts"]["deletion"]["true"] == piano["verdicts"]["deletion"]["predicted"] == 0
    assert piano["minutes"] == pytest.approx(8 / 60)


def test_too_short_to_be_scored_is_told(sound_set: Path) -> None:
    with pytest.raises(InputError, match="a_piano"):
        _evaluate(sound_set, "--take", "piano", "--seconds", "1")


@pytest.mark.usefixtures("at_no_cost")
def test_takes_made_to_sound_are_a_group_of_their_own(
    sound_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_ear, "render", lambda *_: sound_set / "take.flac")
    document = _evaluate(sound_set, "--take", "one_take", "--rendered", "some.sf2")
    (group,) = document["groups"]
    assert group["name"] == "concert, some"
    assert group["position"]["within_100"] == 1.0


def test_no_recording_of_that_name(sound_set: Path) -> None:
    with pytest.raises(InputError, match="no such recording"):
        _evaluate(sound_set, "--take", "one_take")


def test_kinds_of_recordings(sound_set: Path) -> None:
    kinds = {take.id: take.kind for take in read_takes(sound_set, list(Kind))}
    assert kinds == {"one_take": Kind.CONCERT, "a_piano": Kind.PIANO, "a_flute": Kind.OTHERS}
    assert [take.id for take in read_takes(sound_set)] == ["one_take"]


def test_nothing_is_known_before_its_sound_is_there(sound_set: Path) -> None:
    score = load_score(sound_set / "score.mid")
    size = RATE_HZ // 100
    silence = np.zeros(size, np.float32)
    chunks = [Chunk(k / 100, silence, RATE_HZ) for k in range(int(LASTS_S * 100))]
    run = drive_by_ear(score, chunks, make_ears())
    assert len(run.step_cost_s) == len(chunks)
    assert (run.step_cost_s > 0).all()
    assert (np.diff(run.ready_s) >= 0).all()
    told = [(event, ready_s) for event, ready_s in zip(run.events, run.ready_s, strict=True)
            if isinstance(event, Note)]  # fmt: skip
    assert told
    assert all(np.ceil(event.at * 100 - 1e-6) / 100 <= ready_s for event, ready_s in told)
    assert (np.diff(reports(run.events, run.ready_s).ready_s) >= 0).all()


def test_a_note_nobody_played_has_a_number_beyond_the_table(desk: Any) -> None:
    stream = desk.stream()
    stream.note(7, 1.03, 60)
    stream.note(8, 1.3, 72)
    stream.note(9, 2.1, 60)
    ready_s = np.array([event.at for event in stream.events])
    heard = listen_by_ear(stream.events, ready_s, [(1.0, 60), (2.0, 60)])
    assert heard.number == {7: 0, 8: 2, 9: 3}


def test_the_beginning_of_a_truth(desk: Any) -> None:
    notes = desk.line()
    rows = [
        desk.row(note, note.q, 1, None if k == 3 else desk.played(k, note.q, note.pitch))
        for k, note in enumerate(notes)
    ]
    extra = [desk.row(None, played=desk.played(90, at_s, 99)) for at_s in (2.5, 9.0)]
    truth = build_truth([*extra, *rows], desk.score(notes))
    early = until(truth, 6.0)
    assert early.onsets[:, 1].tolist() == [0.0, 1.0, 2.0, 4.0, 5.0]
    assert len(early.played) == 6
    assert {early.played[number] for number in early.labels.extra} == {(2.5, 99)}
    pitch = {note.id: note.pitch for note in notes}
    assert len(early.labels.matches) == 5
    assert all(early.played[number][1] == pitch[name] for name, _, number in early.labels.matches)
    assert early.labels.missed == {("n3", 1)}
    assert ("n8", 1) in early.undecided and ("n8", 1) not in early.due
    assert until(truth, np.inf).labels == truth.labels


# arzt is told the score and says that it is where the take is; skf dies.
FAKE = """
import json, sys
if sys.argv[1] == "probe":
    print(json.dumps({"matchmaker": "9"}))
    sys.exit()
for line in sys.stdin:
    job = json.loads(line)
    if sys.argv[1] == "skf":
        sys.exit(3)
    assert job["sound"].endswith("take.flac") and job["seconds"] == 12 and job["soundfont"] is None
    places = [row[0] for row in job["score"]]
    times = [place + 0.52 for place in places]
    print(json.dumps({"available_s": times, "stamp_s": times, "place_beat": places,
                      "cost_s": [0.01] * len(times), "matches": None, "trouble": ""}), flush=True)
"""


def test_peers_on_the_same_sound(
    sound_set: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = sound_set / "fake.py"
    fake.write_text(FAKE, encoding="utf-8")
    monkeypatch.setattr(peers_by_ear, "CHILD", fake)
    monkeypatch.setattr(process, "START_S", 0.0)
    words = "--take", "piano", "--seconds", "12", "--peers", sys.executable, "--peer", "arzt", "--peer", "skf"
    (group,) = _evaluate(sound_set, *words)["peers"]["groups"]
    assert "skf stopped early on a_piano" in capsys.readouterr().out
    row = {row["follower"]: row for row in group["standings"]}
    assert list(row) == ["repetiteur", "arzt", "skf"]
    assert row["arzt"]["position"]["median_ms"] == pytest.approx(30.0)
    assert row["arzt"]["cpu_p50_ms"] == pytest.approx(0.1), "a step a second: 10 ms of it cost a hundredth"
    assert row["skf"]["position"]["reached"] == 0.0
    assert any(margin["measure"] == "≤200 ms" for margin in group["margins"])
