"""partitura reads the same notes from the same page (where it reads them at all)."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest

from repetiteur.benchmarks.score_loading import write_score
from repetiteur.bridges import assets
from repetiteur.bridges.scores import load_score


@pytest.fixture(scope="module")
def partitura():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("partitura")


def theirs(partitura, path):
    score = partitura.load_score(str(path), force_note_ids="keep", quiet=True)
    told = {}
    for part in score.parts:
        quarters = part.quarter_map
        first = float(quarters(part.first_point.t))
        for note in part.notes_tied:
            told[note.id] = (round(float(quarters(note.start.t)) - first, 4), note.midi_pitch)
    return told


def ours(path):
    score = load_score(path)
    return {
        name: (round(float(note["onset_q"]), 4), int(note["pitch"]))
        for name, note in zip(score.note_ids, score.notes, strict=True)
    }


def test_made_up_score(partitura, tmp_path):
    write_score(tmp_path / "long.musicxml", 300)
    assert ours(tmp_path / "long.musicxml") == theirs(partitura, tmp_path / "long.musicxml")


def test_bundled_score_and_ids_where_the_file_has_none(partitura, tmp_path):
    assert ours(assets.SCORE) == theirs(partitura, assets.SCORE)
    text = assets.SCORE.read_text(encoding="utf-8")
    nameless = tmp_path / "nameless.musicxml"
    nameless.write_text(re.sub(r'(<note[^>]*?) id="[^"]*"', r"\1", text), encoding="utf-8")
    mine = ours(nameless)
    assert mine == theirs(partitura, nameless)
    assert all(name.startswith("p0n") for name in mine)


def test_midi_ids(partitura):
    score = partitura.load_score(str(assets.PERFORMANCE), quiet=True)
    pitches = {note.id: note.midi_pitch for part in score.parts for note in part.notes_tied}
    assert {name: pitch for name, (_, pitch) in ours(assets.PERFORMANCE).items()} == pitches


@pytest.mark.filterwarnings("ignore:reference not found")
def test_repeats_are_played_like_partituras_longest_unfolding(partitura, tmp_path):
    path = tmp_path / "long.musicxml"
    write_score(path, 32 * 28 * 2)
    part = partitura.load_score(str(path), quiet=True).parts[0]
    unfolded = partitura.score.unfold_part_maximal(part, update_ids=False)
    score = load_score(path)
    segments = score.play_order.segments
    travelled = sum(segments[k].end_q - segments[k].start_q for k in score.play_order.notated)
    quarters = unfolded.quarter_map
    assert np.isclose(travelled, float(quarters(unfolded.last_point.t)) - float(quarters(0)))
