from __future__ import annotations

import io
import sys

import pytest

from repetiteur.bridges.terminal.note_lines import NoteLines, note_name
from repetiteur.realtime.events import Event, Note, NoteEnd, NoteStatus

PROVISIONAL, CONFIRMED, WITHDRAWN = NoteStatus.PROVISIONAL, NoteStatus.CONFIRMED, NoteStatus.WITHDRAWN


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def note(number: int, at: float, status: NoteStatus, pitch: int, onset: float, velocity: int = 70) -> Note:
    return Note(0, at, number, status, pitch, onset, velocity, 0.9)


CHORD_AND_STRAY: list[Event] = [
    note(0, 1.04, PROVISIONAL, 64, 1.0),
    note(1, 1.05, PROVISIONAL, 60, 1.01),
    note(2, 1.05, PROVISIONAL, 72, 1.01),
    note(0, 1.16, CONFIRMED, 64, 1.0),
    note(1, 1.17, CONFIRMED, 60, 1.01, 30),
    note(2, 1.23, WITHDRAWN, 72, 1.01),
    note(3, 1.24, PROVISIONAL, 61, 1.2),
    NoteEnd(0, 1.3, 0, 1.29),
]


def test_what_began_together_is_one_line_once_it_is_sure(capsys: pytest.CaptureFixture[str]) -> None:
    lines = NoteLines()
    for event in CHORD_AND_STRAY[:6]:
        lines.send([event])
    assert capsys.readouterr().out == ""
    for event in CHORD_AND_STRAY[6:]:
        lines.send([event])
    assert capsys.readouterr().out == f"     1.00 s  {'C4 E4':<24} mf\n"
    lines.close()
    assert capsys.readouterr().out == ""
    lines.send([note(4, 2.2, CONFIRMED, 62, 2.0)])
    lines.close()
    assert capsys.readouterr().out.split() == ["2.00", "s", "D4", "mf"]


def test_a_terminal_shows_what_is_not_sure_yet_in_its_last_line(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    lines = NoteLines()
    for event in CHORD_AND_STRAY:
        lines.send([event])
    pieces = screen.getvalue().split("\r\x1b[2K")
    assert [piece.strip("\x1b[2m").strip() for piece in pieces[1:4]] == [
        "E4", "C4 E4", "C4 E4 C5"]  # fmt: skip
    assert pieces[-2].endswith("mf\n") and "C♯4" in pieces[-1]
    lines.close()
    assert screen.getvalue().endswith("\r\x1b[2K\x1b[2m\x1b[22m")


def test_names() -> None:
    assert [note_name(pitch) for pitch in (21, 60, 70, 108)] == ["A0", "C4", "B♭4", "C8"]
