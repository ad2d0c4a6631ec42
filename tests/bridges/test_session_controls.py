"""What the servers see of a session."""

from __future__ import annotations

from typing import Any

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.session_controls import SessionControls
from repetiteur.realtime.inputs import Command, Loop, LoopOff, Pause, Reset
from repetiteur.realtime.score import Score


class Pretended:
    """A session that keeps what it is told."""

    def __init__(self, score: Score) -> None:
        self.score = score
        self.told: list[Command] = []

    def now_s(self) -> float:
        return 3.0

    def submit(self, command: Command) -> None:
        self.told.append(command)


@pytest.fixture
def session() -> Any:
    return Pretended(load_score(assets.SCORE))


def test_a_loop_is_known_until_it_is_left(session: Any) -> None:
    controls = SessionControls(session, load_score)
    assert controls.loop() is None
    controls.submit(Loop(0.0, "2", "4"))
    controls.submit(Pause(0.0))
    assert controls.loop() == (1, 3)
    assert session.told[0] == Loop(3.0, "2", "4")
    for leaving in (LoopOff(0.0), Reset(0.0)):
        controls.submit(Loop(0.0, "2", "4"))
        controls.submit(leaving)
        assert controls.loop() is None


@pytest.mark.parametrize(("first", "last"), [("4", "2"), ("2", "900"), ("x", "4")])
def test_a_loop_that_cannot_be_leaves_the_one_before(session: Any, first: str, last: str) -> None:
    controls = SessionControls(session, load_score)
    controls.submit(Loop(0.0, "2", "4"))
    controls.submit(Loop(0.0, first, last))
    assert controls.loop() == (1, 3)


def test_a_loop_belongs_to_its_score(session: Any) -> None:
    controls = SessionControls(session, load_score)
    controls.submit(Loop(0.0, "2", "4"))
    session.score = load_score(assets.SCORE)
    assert controls.loop() is None
