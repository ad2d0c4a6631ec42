"""Choosing parts."""

from __future__ import annotations

import pytest

from repetiteur.realtime.errors import InputError


@pytest.fixture
def trio(load, note, measure):
    def loaded(choose=None):
        return load(
            ("Flute", measure(note("C6", 8, name="f"), metre=True)),
            ("Violin", measure(note("C5", 8, name="v"), metre=True)),
            ("Violin", measure(note(None, 8), metre=True)),
            choose=choose,
        )

    return loaded


def test_all_sounding_parts_by_default(trio):
    score = trio()
    assert score.parts == ("Flute", "Violin")
    assert any("no notes" in doubt.what for doubt in score.doubts)


@pytest.mark.parametrize("wanted", [["violin"], ["Vio"], ["2"]])
def test_by_name_piece_or_number(trio, load, note, measure, wanted):
    score = load(
        ("Flute", measure(note("C6", 8, name="f"), metre=True)),
        ("Violin", measure(note("C5", 8, name="v"), metre=True)),
        choose=wanted,
    )
    assert score.parts == ("Violin",)
    assert score.note_ids == ("v",)
    assert score.notes["part"].tolist() == [0]


def test_unknown_and_silent_parts(trio):
    with pytest.raises(InputError, match=r"no part 'tuba'.*1 Flute, 2 Violin"):
        trio(["tuba"])
    with pytest.raises(InputError, match=r"'Violin \(2\)' has no notes"):
        trio(["3"])
