"""What becomes of printed notes."""

from __future__ import annotations

import numpy as np

from repetiteur.realtime.score import NoteKind, Ornament


def row(score, name):
    return score.notes[score.note_ids.index(name)]


def test_pitch_onset_and_duration(load, note, measure):
    score = load(
        measure(note("C4", 2, name="a") + note("F#5", 1, name="b") + note("Bb3", 5, name="c"), metre=True)
    )
    assert score.note_ids == ("a", "b", "c")
    assert score.notes["pitch"].tolist() == [60, 78, 58]
    assert score.notes["onset_q"].tolist() == [0.0, 1.0, 1.5]
    assert score.notes["duration_q"].tolist() == [1.0, 0.5, 2.5]


def test_chords_backup_and_forward(load, note, measure):
    chord = note("C4", 4, name="a") + note("E4", 4, "<chord/>", name="b") + note("G4", 4, name="c")
    second = "<backup><duration>8</duration></backup><forward><duration>6</duration></forward>"
    score = load(measure(chord + second + note("C3", 2, voice="2", name="d"), metre=True))
    onsets = {name: float(row(score, name)["onset_q"]) for name in score.note_ids}
    assert onsets == {"a": 0.0, "b": 0.0, "c": 2.0, "d": 3.0}
    assert row(score, "d")["voice"] == 2


def test_changing_divisions_keep_triplets_exact(load, note, measure):
    thirds = "<attributes><divisions>3</divisions></attributes>" + note("D4", 1) * 12
    score = load(
        measure(note("C4", 8), metre=True) + measure(thirds, "2") + measure(note("E4", 12, name="z"), "3")
    )
    assert float(row(score, "z")["onset_q"]) == 8.0
    assert np.allclose(np.diff(score.notes["onset_q"][1:]), 1 / 3)


def test_ties_join_across_bars_and_keep_the_first_id(load, note, measure):
    first = measure(note("C4", 8, '<tie type="start"/>', name="a"), metre=True)
    middle = measure(note("C4", 8, '<tie type="stop"/><tie type="start"/>', name="b"), "2")
    last = measure(note("C4", 4, '<tie type="stop"/>', name="c") + note("C4", 4, name="d"), "3")
    score = load(first + middle + last)
    assert score.note_ids == ("a", "d")
    assert score.notes["duration_q"].tolist() == [10.0, 2.0]


def test_a_tie_over_a_short_rest_holds_on_but_a_far_one_does_not(load, note, measure):
    near = (
        note("C4", 1, '<tie type="start"/>', name="a")
        + note(None, 1)
        + note("C4", 6, '<tie type="stop"/>', name="b")
    )
    far = note("C4", 1, name="c") + note(None, 6) + note("C4", 1, '<tie type="stop"/>', name="d")
    score = load(measure(near, metre=True) + measure(far, "2"))
    assert score.note_ids == ("a", "c", "d")
    assert float(row(score, "a")["duration_q"]) == 4.0
    assert any("ties" in doubt.what for doubt in score.doubts)


def test_ties_stay_in_their_part(load, note, measure):
    one = measure(note("C4", 4, '<tie type="start"/>', name="a") + note("D4", 4, name="b"), metre=True)
    two = measure(note(None, 4) + note("C4", 4, '<tie type="stop"/>', name="c"), metre=True)
    assert set(load(("Flute", one), ("Oboe", two)).note_ids) == {"a", "b", "c"}


def test_grace_notes_come_before_their_note_in_order(load, note, measure):
    graces = note("D4", 0, "<grace/>", name="g1") + note("E4", 0, "<grace/>", name="g2")
    chord = note("G4", 0, "<chord/><grace/>", name="g3")
    score = load(measure(note("C4", 4, name="a") + graces + chord + note("F4", 4, name="b"), metre=True))
    assert score.note_ids == ("a", "g1", "g2", "g3", "b")
    assert [int(row(score, name)["grace_order"]) for name in ("g1", "g2", "g3")] == [0, 1, 1]
    assert all(row(score, name)["kind"] == NoteKind.GRACE for name in ("g1", "g2", "g3"))
    assert float(row(score, "g1")["onset_q"]) == 2.0
    assert float(row(score, "g1")["duration_q"]) == 0.0


def test_cue_notes_are_optional(load, note, measure):
    score = load(measure(note("C4", 4, "<cue/>", name="a") + note("D4", 4, name="b"), metre=True))
    assert [NoteKind(int(kind)) for kind in score.notes["kind"]] == [NoteKind.CUE, NoteKind.PLAIN]


def test_ornaments(load, note, measure):
    signs = {
        "<ornaments><trill-mark/></ornaments>": Ornament.TRILL,
        "<ornaments><inverted-mordent/></ornaments>": Ornament.MORDENT,
        "<ornaments><delayed-turn/></ornaments>": Ornament.TURN,
        '<ornaments><tremolo type="single">3</tremolo></ornaments>': Ornament.TREMOLO,
        "<arpeggiate/>": Ornament.ARPEGGIO,
        '<slide type="start"/>': Ornament.GLISSANDO,
        "<ornaments><trill-mark/></ornaments><arpeggiate/>": Ornament.TRILL | Ornament.ARPEGGIO,
        "<articulations><staccato/></articulations>": Ornament.NONE,
    }
    content = "".join(note("C4", 1, notations=sign) for sign in signs)
    score = load(measure(content, metre=True))
    assert [Ornament(int(flags)) for flags in score.notes["ornament"]] == list(signs.values())


def test_transposing_instruments_sound_where_they_sound(load, note, measure):
    horn = "<attributes><transpose><diatonic>-4</diatonic><chromatic>-7</chromatic></transpose></attributes>"
    down = "<transpose><chromatic>0</chromatic><octave-change>-1</octave-change></transpose>"
    bass = f"<attributes>{down}</attributes>"
    score = load(
        ("Horn", measure(horn + note("C5", 8, name="h"), metre=True)),
        ("Bass", measure(bass + note("C3", 8, name="b"), metre=True)),
    )
    assert {name: int(row(score, name)["pitch"]) for name in ("h", "b")} == {"h": 65, "b": 36}


def test_quarter_tones_and_percussion_are_doubted(load, note, measure):
    quarter = note("C4", 4).replace("<alter>0</alter>", "<alter>0.5</alter>")
    drum = "<note><unpitched/><duration>2</duration></note>"
    score = load(measure(quarter + drum + note("C4", 2), metre=True))
    assert len(score.notes) == 2
    told = " ".join(doubt.what for doubt in score.doubts)
    assert "quarter tones" in told and "percussion" in told


def test_ids_shared_by_two_parts_are_told_apart(load, note, measure):
    part = measure(note("C4", 4, name="n1") + note("D4", 4), metre=True)
    score = load(("Flute", part), ("Oboe", part))
    assert len(set(score.note_ids)) == 4
    assert {"n1", "p1-n1"} <= set(score.note_ids)
    assert any("share an id" in doubt.what for doubt in score.doubts)


def test_fermatas_marks_and_breaks(load, note, measure):
    mark = "<direction><direction-type><rehearsal>B</rehearsal></direction-type></direction>"
    score = load(
        measure(note("C4", 4) + note("D4", 4, notations="<fermata/>"), metre=True)
        + measure('<print new-system="yes"/>' + mark + note("E4", 8), "2")
        + measure('<print new-page="yes"/>' + note("E4", 8), "3")
    )
    assert score.fermatas.tolist() == [2.0]
    assert [(mark.label, mark.q) for mark in score.marks] == [("B", 4.0)]
    assert [(turn.what, turn.q) for turn in score.turns] == [("system", 4.0), ("page", 8.0)]


def test_a_negative_duration_moves_back_as_players_of_the_file_do(load, note, measure):
    score = load(
        measure(note("C4", 6) + note("D4", -2, name="odd") + note("E4", 4, name="after"), metre=True)
    )
    assert float(row(score, "after")["onset_q"]) == 2.0
