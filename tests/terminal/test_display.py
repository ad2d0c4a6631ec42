from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest

from repetiteur.bridges.terminal.display import Display
from repetiteur.realtime.events import (
    Bar,
    Event,
    Fault,
    Hello,
    Match,
    Mistake,
    MistakeKind,
    Note,
    NoteStatus,
    Position,
    Retract,
    State,
    StateChanged,
)
from repetiteur.realtime.score import Score

EVENTS: tuple[Event, ...] = (
    Hello(0, 0.0, "0", 1, "scale", 4, 16),
    StateChanged(1, 0.0, State.FOLLOWING),
    Bar(2, 0.5, "1", 0, 1),
    Position(3, 0.5, "1", 0, 1.0, 0.0, 0.0, 100.0, 1.0),
    Note(4, 0.5, 0, NoteStatus.CONFIRMED, 67, 0.5, 64),
    Match(5, 0.5, 0, "s0", 0.0, 1, 0.0, 0.0),
    Note(6, 1.0, 1, NoteStatus.CONFIRMED, 70, 1.0, 64),
    Mistake(7, 1.2, MistakeKind.WRONG, "s1", 69, 1, 70, 1.0, 1, 1.0, 0.9),
    Mistake(8, 1.4, MistakeKind.MISSED, "s2", 71, None, None, 2.0, 1, 1.3, 0.9),
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO, score: Score, *batches: tuple[Event, ...]) -> str:
    display = Display(score, target="127.0.0.1:9000", stream=stream)
    for batch in batches:
        display.send(batch)
    display.close()
    display.close()
    return stream.getvalue()


def test_plain_lines_without_a_terminal(scale: Score) -> None:
    lines = shown(io.StringIO(), scale, EVENTS).splitlines()
    assert lines[0] == "Scale: 4 bars, 16 notes"
    assert "OSC goes to 127.0.0.1:9000" in lines
    assert "    bar 1 beat 2: played B♭4 instead of A4" in lines
    assert "    bar 1 beat 3: left out B4" in lines
    assert not any("\x1b" in line for line in lines)


def test_plain_lines_tell_what_is_taken_back_and_what_is_broken(scale: Score) -> None:
    more = (Retract(9, 2.0, 8), Retract(10, 2.0, 5), Fault(11, 2.0, "no cable", "plug it in"))
    lines = shown(io.StringIO(), scale, EVENTS, more).splitlines()
    assert lines[-2:] == ["    taken back: bar 1 beat 3: left out B4", "  trouble: no cable; plug it in"]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Terminal()


def test_the_panel_shows_it_all(terminal: Terminal, scale: Score) -> None:
    last = shown(terminal, scale, EVENTS).rpartition("╭")[2]
    for words in ("Scale", "following", "quarter = 100", "1 right", "1 left out", "1 wrong", "G4 ✓",
                  "B♭4 wrong", "(B4) missed", "beat 2: played B♭4 instead of A4", "OSC →"):  # fmt: skip
        assert words in last


def test_the_panel_takes_back(terminal: Terminal, scale: Score) -> None:
    last = shown(terminal, scale, EVENTS, (Retract(9, 2.0, 7), Retract(10, 2.0, 5))).rpartition("╭")[2]
    assert "0 right" in last
    assert "0 wrong" in last
    assert "played B♭4" not in last
    assert "B♭4 wrong" not in last
    assert "G4 ✓" not in last


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_another_score_on_the_way(stream: Callable[[], io.StringIO], scale: Score) -> None:
    scores = [scale]
    out = stream()
    display = Display(scale, score_now=lambda: scores[-1], stream=out)
    display.send(EVENTS)
    scores.append(replace(scale, title="Another"))
    display.send((Hello(9, 3.0, "0", 1, "another", 4, 16), *EVENTS[1:]))
    display.close()
    assert "Another" in out.getvalue()
    assert display.tally.counts["wrong"] == 1


def test_every_state_and_an_unheard_of_bar_can_be_drawn(terminal: Terminal, scale: Score) -> None:
    display = Display(scale, stream=terminal)
    display.send((Position(0, 0.0, "12a", 3, 4.5, 99.0, 99.0, 61.0, 0.1),))
    for state in State:
        display.send((StateChanged(1, 0.0, state), Fault(2, 0.0, "odd", "none")))
        display._view._draw()  # type: ignore[union-attr]
    display.close()
    assert "odd; none" in terminal.getvalue()
