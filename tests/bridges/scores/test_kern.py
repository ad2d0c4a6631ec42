"""Humdrum kern."""

from __future__ import annotations

import pytest

from repetiteur.bridges.scores.telling import order_in_bars
from repetiteur.realtime.score import NoteKind, Ornament

DUET = """!!!OTL: Little duet
**kern\t**kern\t**dynam
*I"Cello\t*I"Violin\t*
*M3/4\t*M3/4\t*
*MM72\t*MM72\t*
4r\t8cc\tp
.\t8dd\t.
=1!|:\t=1!|:\t=1!|:
2C\t4eeT\t.
.\t4f#\t.
4D;\t[4gg\t.
=2:|!\t=2:|!\t=2:|!
2.E- 2.G\t4gg_\t.
.\t2gg]\t.
==\t==\t==
*-\t*-\t*-
"""

SPLIT = """**kern
*M4/4
=1
4c
*^
4d\t2.F
qqee\t.
8.e\t.
16f\t.
4g\t.
*v\t*v
=2
3%2g
6%4a
=3
0c
=4
*-
"""


def row(score, pitch):
    return next(note for note in score.notes if note["pitch"] == pitch)


def test_two_parts(load_text):
    score = load_text("duet.krn", DUET)
    assert score.title == "Little duet"
    assert score.parts == ("Cello", "Violin")
    assert score.bar_labels == ("0", "1", "2")
    assert score.bars["start_q"].tolist() == [-1.0, 0.0, 3.0]
    assert float(score.bars["missing_q"][0]) == 2.0
    assert score.tempi.tolist() == [(-1.0, 72.0)]
    assert order_in_bars(score) == "0-1 :| 1-2"
    assert score.fermatas.tolist() == [2.0]
    told = [(int(note["pitch"]), float(note["onset_q"]), float(note["duration_q"])) for note in score.notes]
    assert told == [
        (72, -1.0, 0.5), (74, -0.5, 0.5), (48, 0.0, 2.0), (76, 0.0, 1.0), (66, 1.0, 1.0), (50, 2.0, 1.0),
        (79, 2.0, 4.0), (51, 3.0, 3.0), (55, 3.0, 3.0),
    ]  # fmt: skip
    assert row(score, 76)["ornament"] == Ornament.TRILL


def test_ids_name_line_and_field(load_text):
    score = load_text("duet.krn", DUET)
    assert {"note-L6F2", "note-L9F1", "note-L13F1S1", "note-L13F1S2"} <= set(score.note_ids)


def test_split_spines_graces_and_odd_durations(load_text):
    score = load_text("split.krn", SPLIT)
    told = {int(note["pitch"]): (float(note["onset_q"]), float(note["duration_q"])) for note in score.notes}
    assert told[62] == (1.0, 1.0) and told[53] == (1.0, 3.0)
    assert told[64] == (2.0, 0.75) and told[65] == (2.75, 0.25)
    assert row(score, 76)["kind"] == NoteKind.GRACE
    assert float(row(score, 76)["onset_q"]) == 2.0
    assert score.bars["start_q"].tolist() == pytest.approx([0.0, 4.0, 4.0 + 2 * 8 / 3])
    assert score.end_q == pytest.approx(4.0 + 2 * 8 / 3 + 8.0)
    assert {int(note["voice"]) for note in score.notes} == {1, 2}
