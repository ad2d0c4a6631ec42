from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from repetiteur.bridges.planting.complete import Meant, complete_performance
from repetiteur.bridges.planting.injection import Planted, published, released, until
from repetiteur.bridges.planting.strokes import Stroke, ringing, with_pedal
from repetiteur.bridges.planting.stumbling import human
from repetiteur.bridges.terminal import bench
from repetiteur.realtime.inputs import Controller

MEANT = [
    Meant(
        Stroke(0.25 * (number // 3), 0.2, 50 + 5 * (number % 3) + number // 3 % 4, 64),
        number // 3 / 2,
        0.0,
        True,
    )
    for number in range(1200)
]


@pytest.mark.parametrize("injector", [published, released, human])
def test_the_truth_accounts_for_every_note(injector) -> None:
    for seed in range(5):
        planted: Planted = injector(MEANT, seed)
        played = Counter(stroke.pitch for stroke in planted.strokes)
        played.subtract(pitch for _, pitch in planted.extra)
        played.update(pitch for _, pitch in planted.missed)
        meant = Counter(note.stroke.pitch for note in MEANT)
        if injector is human:  # bars begun again are played twice
            assert all(played[pitch] >= many for pitch, many in meant.items())
        else:
            assert played == meant
        onsets = [stroke.onset_s for stroke in planted.strokes]
        assert onsets == sorted(onsets)


@pytest.mark.parametrize("injector", [published, released, human])
def test_the_same_seed_plants_the_same(injector) -> None:
    assert injector(MEANT, 3) == injector(MEANT, 3)
    assert injector(MEANT, 3) != injector(MEANT, 4)


def test_every_extra_note_is_really_played_at_that_time() -> None:
    for injector in (published, released, human):
        planted = injector(MEANT, 1)
        there = {(stroke.onset_s, stroke.pitch) for stroke in planted.strokes}
        assert planted.extra
        assert planted.missed
        assert set(planted.extra) <= there


def test_a_completed_performance_has_no_mistakes(desk) -> None:
    notes = [*desk.line(), desk.written("twin", 5.0, 65)]
    rows = [
        desk.row(note, note.q, 1, desk.played(k, note.q, note.pitch)) for k, note in enumerate(notes[:16])
    ]
    rows[7] = desk.row(notes[7], 7.0, 1)
    rows += [desk.row(notes[16], 5.0, 1), desk.row(None, played=desk.played(50, 3.3, 99))]
    meant = complete_performance(rows, desk.score(notes))
    assert [note.stroke.pitch for note in meant] == [note.pitch for note in notes[:16]]
    assert meant[7].stroke.onset_s == pytest.approx(7.0)


def test_faults_of_the_table_do_not_become_mistakes(desk) -> None:
    """A match gone astray sounds when due; so does a note the table does not know; nothing after the end."""
    notes = desk.line()
    rows = [
        desk.row(note, note.q, 1, desk.played(k, note.q, note.pitch)) for k, note in enumerate(notes[:14])
    ]
    rows[5] = desk.row(notes[5], 5.0, 1, desk.played(5, 9.2, notes[5].pitch))
    del rows[9]
    rows += [desk.row(note, note.q, 1) for note in notes[14:]]
    meant = complete_performance(rows, desk.score(notes))
    assert [note.stroke.pitch for note in meant] == [note.pitch for note in notes[:14]]
    assert [note.stroke.onset_s for note in meant] == pytest.approx([note.q for note in notes[:14]])


@pytest.mark.parametrize("injector", [published, released, human])
def test_only_plain_notes_are_left_out(injector) -> None:
    optional = [replace(note, is_plain=False) for note in MEANT]
    assert not injector(optional, 2).missed


def test_a_performance_is_cut_with_its_mistakes() -> None:
    strokes = tuple(Stroke(float(k), 0.5, 60, 64) for k in range(4))
    planted = Planted(strokes, ((0.5, 70), (2.5, 71)), ((1.0, 60), (3.0, 60)))
    assert until(planted, 2.0) == Planted(strokes[:2], ((0.5, 70),), ((1.0, 60),))
    assert until(planted, 9.0) == planted


def test_what_the_pedal_holds_rings_until_its_key_is_struck_again() -> None:
    strokes = [Stroke(0.0, 0.2, 60, 64), Stroke(0.5, 0.2, 64, 64), Stroke(1.0, 0.2, 60, 64)]
    pedal = [Controller(0.1, 64, 127), Controller(2.0, 64, 0)]
    rung = with_pedal(strokes, pedal)
    assert [stroke.rings_s for stroke in rung] == pytest.approx([0.8, 1.3, 0.8])
    late = [replace(stroke, onset_s=stroke.onset_s * 0.5) for stroke in rung]  # played on another day
    assert [stroke.duration_s for stroke in ringing(late)] == pytest.approx([0.5, 1.5, 1.0])
    assert ringing(strokes) == strokes


@pytest.mark.usefixtures("ears_of_the_set")
def test_planted_mistakes_heard_both_ways(
    sound_set: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("repetiteur.benchmarks.mistakes.render", lambda *_: sound_set / "take.flac")
    parser = argparse.ArgumentParser()
    bench.arguments(parser)
    words = "mistakes", str(sound_set), "--rendered", "some.sf2", "--seconds", "8", "--jobs", "1"
    assert bench.run(parser.parse_args([*words, "--without-ladder", "--json"])) == 0
    rows = json.loads(capsys.readouterr().out)["all"]
    assert [row["heard"] for row in rows] == ["MIDI", "sound", "sound, rules alone", "sound, heard once"] * 4
    midi, sound, rules, once = rows[:4]
    assert rules["correct"] == once["correct"] == sound["correct"]
    assert midi["recipe"] == sound["recipe"] == "none"
    assert midi["correct"] == sound["correct"] | {"f1": 1.0} and midi["correct"]["true"] == 8
    assert midi["extra"]["predicted"] == 0
    assert sound["extra"]["predicted"] == 2, "this sound has one note too many, and the one nobody played"
    assert bench.run(parser.parse_args(words)) == 0
    assert "heard as" in capsys.readouterr().out
