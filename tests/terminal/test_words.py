from __future__ import annotations

import numpy as np
import pytest

from repetiteur.bridges.terminal.words import Speller, beat, counted, duration, place, sentence
from repetiteur.realtime.events import Mistake, MistakeKind
from repetiteur.realtime.score import Score


def mistake(
    kind: MistakeKind, expected: int | None, played: int | None, q: float = 6.0, pass_: int = 1
) -> Mistake:
    score_note = None if expected is None else "s6"
    note = None if played is None else 3
    return Mistake(0, 1.0, kind, score_note, expected, note, played, q, pass_, 1.0, 1.0)


def in_key(score: Score, sharps: int) -> Speller:
    """The same scale moved into the key of that many sharps, or flats below zero."""
    notes = score.notes.copy()
    notes["pitch"] = notes["pitch"] + (7 * (sharps - 1)) % 12
    from dataclasses import replace

    return Speller(replace(score, notes=notes))


def test_spelling_follows_the_key(scale: Score) -> None:
    in_g = Speller(scale)
    assert [in_g.spell(pitch, 0.0) for pitch in (60, 61, 65, 66, 70, 75)] == [
        "C4",
        "C♯4",
        "F4",
        "F♯4",
        "B♭4",
        "D♯5",
    ]
    assert in_key(scale, -4).spell(68, 0.0) == "A♭4"
    assert in_key(scale, 4).spell(68, 0.0) == "G♯4"
    assert in_key(scale, 0).spell(63, 0.0) == "E♭4"


def test_octaves_change_at_c_however_it_is_spelled(scale: Score) -> None:
    flat, sharp = in_key(scale, -6), in_key(scale, 5)
    assert flat.spell(59, 0.0) == "C♭4"
    assert sharp.spell(65, 0.0) == "E♯4"
    assert [sharp.spell(pitch, 0.0) for pitch in (0, 127)] == ["B♯-2", "G9"]


def test_every_spelling_sounds_as_the_pitch(scale: Score) -> None:
    steps = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    signs = {"♭": -1, "♯": 1}
    for sharps in range(-5, 7):
        speller = in_key(scale, sharps)
        for pitch in range(128):
            name = speller.spell(pitch, 5.0)
            alter = signs.get(name[1], 0)
            octave = int(name[1 + (alter != 0) :])
            assert 12 * (octave + 1) + steps[name[0]] + alter == pitch


@pytest.mark.parametrize(
    ("number", "words"),
    [(1.0, "1"), (2.5, "2½"), (3 + 1 / 3, "3⅓"), (4.75, "4¾"), (1.1, "1.10"), (2.9999, "3"), (0.5, "0½")],
)
def test_beats(number: float, words: str) -> None:
    assert beat(number) == words


def test_sentences(scale: Score) -> None:
    speller = Speller(scale)
    wrong = mistake(MistakeKind.WRONG, 78, 77)
    assert sentence(wrong, scale, speller) == "bar 2 beat 3: played F5 instead of F♯5"
    missed = mistake(MistakeKind.MISSED, 78, None, q=14.0, pass_=2)
    assert sentence(missed, scale, speller) == "bar 3a (2nd time) beat 3: left out F♯5"
    extra = mistake(MistakeKind.EXTRA, None, 60, q=np.float64(0.5))
    assert sentence(extra, scale, speller) == "bar 1 beat 1½: an extra C4"


def test_counting_and_ordinals(scale: Score) -> None:
    assert counted(1, "note") == "1 note"
    assert counted(0, "note") == "0 notes"
    assert duration(74.4) == "1 min 14 s"
    ordinals = [place(scale, 0.0, k).split("(")[1].split()[0] for k in (2, 3, 4, 11, 21)]
    assert ordinals == ["2nd", "3rd", "4th", "11th", "21st"]
