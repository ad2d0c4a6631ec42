from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.terminal.main import main
from repetiteur.bridges.terminal.planted import (
    Liberty,
    Planted,
    PlantedMistake,
    compare,
    read_planted,
)
from repetiteur.bridges.terminal.recording import Recording
from repetiteur.realtime.events import Mistake, MistakeKind, Position

WRONG = PlantedMistake(MistakeKind.WRONG, "1", 1, 1.0, 60, 61, 4.0)
MISSED = PlantedMistake(MistakeKind.MISSED, "1", 1, 1.0, 60, None, 4.0)
EXTRA = PlantedMistake(MistakeKind.EXTRA, "1", 1, 1.0, None, 61, 4.0)


def told(kind: MistakeKind, expected: int | None, played: int | None, onset: float = 4.1) -> Mistake:
    return Mistake(9, 5.0, kind, None, expected, None, played, 0.0, 1, onset, 1.0)


def at(at_s: float, bar: str, beat: float) -> Position:
    return Position(0, at_s, bar, 0, beat, 0.0, 0.0, 120.0, 1.0)


@pytest.mark.parametrize(
    ("planted", "verdict", "found"),
    [
        (WRONG, told(MistakeKind.WRONG, 60, 61), True),
        (WRONG, told(MistakeKind.EXTRA, None, 61), True),
        (WRONG, told(MistakeKind.WRONG, 60, 62), False),
        (WRONG, told(MistakeKind.WRONG, 59, 61), False),
        (MISSED, told(MistakeKind.MISSED, 60, None), True),
        (MISSED, told(MistakeKind.MISSED, 62, None), False),
        (MISSED, told(MistakeKind.MISSED, 60, None, onset=8.0), False),
        (EXTRA, told(MistakeKind.EXTRA, None, 61), True),
        (EXTRA, told(MistakeKind.WRONG, 60, 61), False),
    ],
)
def test_what_counts_as_found(planted: PlantedMistake, verdict: Mistake, found: bool) -> None:
    comparison = compare(Planted((planted,), ()), [verdict], [])
    assert comparison.found == ((planted, verdict if found else None),)
    assert comparison.unplanned == (() if found else (verdict,))
    assert comparison.complete is found


def test_one_verdict_is_not_found_twice() -> None:
    comparison = compare(Planted((EXTRA, EXTRA), ()), [told(MistakeKind.EXTRA, None, 61)], [])
    assert [verdict is not None for _, verdict in comparison.found] == [True, False]


def test_a_liberty_is_followed_when_the_position_keeps_up() -> None:
    again = Liberty("began bar 5 again", "5", 10.0)
    positions = [at(10.0, "5", 3.2), at(10.2, "5", 3.2), at(10.5, "5", 2.0)]
    assert compare(Planted((), (again,)), [], positions).delays_s == ((again, 0.5),)
    assert compare(Planted((), (again,)), [], positions[:2]).delays_s == ((again, None),)


def test_the_performance_and_its_story_are_made_by_the_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from repetiteur.bridges.assets import make_performance

    made = "PERFORMANCE", "PLANTED", "ALIGNMENT"
    kept = [getattr(assets, name).read_bytes() for name in made]
    for name in made:
        monkeypatch.setattr(assets, name, tmp_path / name)
    make_performance.main()
    assert [getattr(assets, name).read_bytes() for name in made] == kept


def test_all_that_was_planted_is_found(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--fast"]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    count = len(read_planted(assets.PLANTED).mistakes)
    assert f"planted {count} mistakes, found {count}" in out
    assert "not followed" not in out
    assert "OSC" in out


def test_json_is_alone_on_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    main(["demo", "--fast", "--json"])
    out, err = capfd.readouterr()
    assert {json.loads(line)["type"] for line in out.splitlines()} > {"hello", "position", "match", "mistake"}
    assert "planted" in err


def test_lines_where_there_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    monkeypatch.setattr(Recording, "__call__", lambda self, due_s: None)
    assert main(["demo"]) == 0
    out = capfd.readouterr().out
    assert "\x1b" not in out
    assert "OSC goes to 127.0.0.1:9000" in out
    assert "bar 16 (2nd time)" in out
    assert out.index("bar 7 beat 1: played F4 instead of F♯4") < out.index("heard ")
