from __future__ import annotations

from pathlib import Path

import pytest

from repetiteur.bridges.assets import SCORE
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.session_controls import SessionControls
from repetiteur.realtime.clock import ManualClock
from repetiteur.realtime.inputs import SetProperty
from repetiteur.realtime.session import Session


@pytest.fixture
def session() -> Session:
    return Session(load_score(SCORE), clock=ManualClock())


def test_the_loaded_score_is_told(session: Session) -> None:
    info = SessionControls(session, load_score).score_info()
    score = session.score
    assert (info.id, info.title, info.parts) == (score.id, score.title, score.parts)
    assert (info.bars, info.notes) == (32, len(score.notes))


def test_another_score_is_loaded_before_it_is_told(session: Session, tmp_path: Path) -> None:
    other = tmp_path / "other.musicxml"
    other.write_bytes(SCORE.read_bytes())
    controls = SessionControls(session, load_score)
    session.start()
    assert controls.load_score(str(other)) is None
    assert controls.score_info().id == load_score(other).id
    session.stop()


def test_a_score_that_is_not_there_is_told_with_the_remedy(session: Session) -> None:
    outcome = SessionControls(session, load_score).load_score("nowhere.musicxml")
    assert outcome is not None
    what, remedy = outcome
    assert "nowhere.musicxml" in what
    assert remedy


def test_commands_are_stamped_and_carried_out(session: Session) -> None:
    controls = SessionControls(session, load_score)
    controls.submit(SetProperty(1e9, "tempo", 0.5))  # a stamp from who knows where
    session.start()
    session.stop()
    assert controls.property("tempo") == 0.5
    assert controls.now_s() == 0.0
