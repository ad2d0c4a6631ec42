from __future__ import annotations

from repetiteur.benchmarks.likeness import Likeness


def test_a_passage_is_alike_as_long_as_another_place_reads_the_same(desk) -> None:
    pitches = [60, 62, 64, 65, 67, 69, 71, 72]
    notes = [desk.written(f"n{k}", float(k), (pitches * 2)[k]) for k in range(16)]
    notes[14] = desk.written("n14", 14.0, 50)
    notes[15] = desk.written("n15", 15.0, 51)
    likeness = Likeness(desk.score(notes))
    assert likeness.chords_alike(0.0) == 7  # one chord in five is forgiven, two are not
    assert likeness.chords_alike(14.0) == 0
