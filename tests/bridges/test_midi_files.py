from __future__ import annotations

from pathlib import Path

import pytest

from repetiteur.bridges.midi_files import write_midi
from repetiteur.bridges.performances import read_performance
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Controller, NoteOff, NoteOn


def test_what_was_written_reads_back(tmp_path: Path) -> None:
    played = (
        Controller(0.2, 64, 127), NoteOn(0.50004, 60, 80), NoteOn(0.7, 64, 1), NoteOff(1.25, 60),
        NoteOn(1.25, 60, 127), NoteOff(7200.5, 60), NoteOff(7200.5, 64),
    )  # fmt: skip
    write_midi(tmp_path / "a.mid", reversed(played))
    back = read_performance(tmp_path / "a.mid")
    assert [type(item) for item in back[:5]] == [type(item) for item in played[:5]]
    assert [item.t_s for item in back] == pytest.approx([item.t_s for item in played], abs=0.00006)
    assert back[1] == NoteOn(pytest.approx(0.5, abs=0.0001), 60, 80)  # pyright: ignore[reportArgumentType]
    assert [item.velocity for item in back if isinstance(item, NoteOn)] == [80, 1, 127]


def test_a_file_that_was_there_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    place = tmp_path / "a.mid"
    place.write_text("something else")
    write_midi(place, [NoteOn(0.0, 60, 80), NoteOff(1.0, 60)])
    assert len(read_performance(place)) == 2
    assert list(tmp_path.iterdir()) == [place]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_midi(tmp_path / "no" / "a.mid", [NoteOn(0.0, 60, 80)])
