from __future__ import annotations

import numpy as np

from repetiteur.benchmarks.transcription.breakdown import breakdown, likeness, sounding
from repetiteur.benchmarks.transcription_metrics import notes_of

TRUE = notes_of([(1.0, 2.0, 30, 30), (1.0, 2.0, 60, 70), (3.0, 4.0, 64, 90)])


def test_misses_and_false_notes_by_what_they_are() -> None:
    heard = notes_of([(1.0, 2.0, 60, 20), (3.0, 4.0, 64, 90), (3.0, 4.0, 88, 10)])
    groups = {(group.by, group.name): group for group in breakdown([(TRUE, heard)]).groups}

    def counts(by: str, name: str) -> tuple[int, int, int, int]:
        group = groups[by, name]
        return group.true, group.missed, group.heard, group.false

    assert counts("register", "below 40") == (1, 1, 0, 0)
    assert counts("register", "from 80") == (0, 0, 1, 1)
    assert counts("velocity", "below 40") == (1, 1, 2, 1)
    assert counts("sounding", "2 to 3") == (2, 1, 1, 0)
    assert counts("sounding", "1") == (1, 0, 2, 1)


def test_how_many_notes_sound() -> None:
    assert sounding(TRUE, np.array([0.5, 0.96, 1.5, 2.0, 3.0])).tolist() == [0, 2, 2, 0, 1]


def test_what_false_notes_are_like() -> None:
    false = notes_of([
        (1.2, 1.3, 60, 50),  # sounds already
        (1.0, 1.3, 72, 50),
        (1.0, 1.3, 49, 50),  # 19 above 30
        (3.0, 3.1, 52, 50),
        (3.0, 3.1, 65, 50),
        (3.0, 3.1, 69, 50),
        (6.0, 6.1, 76, 50),  # an octave above what is long over
    ])  # fmt: skip
    assert likeness(TRUE, false) == {
        "the same key again": 1,
        "octave above": 1,
        "another harmonic above": 1,
        "octave below": 1,
        "a semitone beside": 1,
        "like nothing that sounds": 2,
    }
