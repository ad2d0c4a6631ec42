"""What viewers are told of each event, and that a snapshot says the same as everything before it."""

from __future__ import annotations

import json

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.report.gather import follow
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.web.ghosts import Ghosts
from repetiteur.bridges.web.present import MISTAKES, Present
from repetiteur.realtime.events import Beat, Fault, Health, Jump, NoteEnd, Position, Retract, Turn
from repetiteur.realtime.score import Score
from repetiteur.realtime.timeline import with_ticks

from .pretending import Story


@pytest.fixture(scope="module")
def score() -> Score:
    return load_score(assets.SCORE)


@pytest.fixture
def story(score: Score) -> Story:
    return Story(score)


@pytest.fixture
def present(score: Score) -> Present:
    return Present(score)


def codes(present: Present) -> str:
    return present.snapshot()["notes"]


def test_verdicts_are_told_by_the_number_of_the_note(present: Present, story: Story) -> None:
    assert present.take(story.right(2, 12.34)) == [
        {"type": "verdict", "n": 2, "is": "r", "at": 0.0, "late_ms": 12.3}
    ]
    (told,) = present.take(story.wrong(5, 65))
    assert (told["n"], told["is"], told["ghost"]["near"]) == (5, "w", 5)
    assert told["mistake"]["told"].startswith("played F4 instead of")
    assert codes(present)[:7] == "..r..w."


def test_what_is_taken_back_is_gone_everywhere(present: Present, story: Story) -> None:
    for event in (story.right(0), story.wrong(1, 61), story.missed(2), story.extra(1.0, 90)):
        present.take(event)
    for seq in range(4):
        (told,) = present.take(story.tell(Retract, seq))
        assert told["seq"] == seq
    now = present.snapshot()
    assert set(now["notes"]) == {"."}
    assert (now["ghosts"], now["mistakes"]) == ([], [])
    assert set(now["counts"].values()) == {0}
    assert present.take(story.tell(Retract, 999)) == []


def test_a_note_given_another_verdict_has_the_last_one(present: Present, story: Story) -> None:
    present.take(story.missed(0))
    present.take(story.tell(Retract, 0))
    present.take(story.right(0))
    assert codes(present)[0] == "r"


def test_going_back_makes_the_sheet_fresh_from_there(present: Present, story: Story, score: Score) -> None:
    present.take(story.position(6.0))
    for event in (story.right(0), story.wrong(30, 61)):
        present.take(event)
    q = float(score.notes["onset_q"][30])
    *_, again = present.take(story.tell(Jump, q + 2.0, q - 0.5, 1.0))
    assert again["type"] == "again" and 0 < again["n"] <= 30
    assert (codes(present)[0], codes(present)[30]) == ("r", "W")
    assert present.snapshot()["ghosts"] == []
    present.take(story.right(30))
    assert codes(present)[30] == "r"


def test_starting_again_without_a_leap_told_is_the_same(present: Present, story: Story) -> None:
    present.take(story.position(6.0))
    present.take(story.right(0))
    told = present.take(story.position(0.0))
    assert [words["type"] for words in told] == ["again", "position"]
    assert codes(present)[0] == "R"


def test_a_leap_on_leaves_the_sheet_alone(present: Present, story: Story) -> None:
    present.take(story.right(0))
    assert [words["type"] for words in present.take(story.tell(Jump, 0.0, 12.0, 1.0))] == ["jump"]
    assert codes(present)[0] == "r"


def test_the_turn_is_over_when_it_has_been_made(present: Present, story: Story) -> None:
    present.take(story.tell(Turn, "page", "3", 2.0))
    assert present.snapshot()["turn"]["bar"] == "3"
    present.take(story.position(6.0))
    assert present.snapshot()["turn"] is None


def test_the_rest_goes_through_as_it_is(present: Present, story: Story) -> None:
    present.take(story.position(0.0))
    assert present.take(story.tell(Beat, "1", 0, 1, 1))[0]["type"] == "beat"
    assert present.take(story.tell(Health, 0.4, 0.9, 0, 0, 0.1))[0]["latency_p50_ms"] == 0.4
    assert present.take(story.tell(Fault, "a", "b"))[0]["what"] == "a"
    assert present.take(story.tell(NoteEnd, 1, 2.0)) == []
    assert present.snapshot()["tempo"] == [(0.01, 120.0)]


def test_nothing_grows_for_ever(present: Present, story: Story) -> None:
    for _ in range(3000):
        for event in (story.extra(1.0, 90), story.tell(Fault, "a", "b"), story.right(0)):
            present.take(event)
    now = present.snapshot()
    assert len(now["mistakes"]) == MISTAKES
    assert len(json.dumps(now)) < 120_000


def test_a_ghost_stands_where_the_played_note_would_be_written(score: Score) -> None:
    ghosts = Ghosts(score)
    k = next(k for k in range(len(score.notes)) if score.notes["pitch"][k] == 74)  # D5
    q = float(score.notes["onset_q"][k])
    for played, steps, name in ((76, 1, "E5"), (72, -1, "C5"), (74, 0, "D5"), (62, -7, "D4")):
        ghost = ghosts.instead_of(k, played)
        assert (ghost.near, ghost.steps, ghost.semitones, ghost.name) == (k, steps, played - 74, name)
    high, low = ghosts.at(q, 90), ghosts.at(q, 30)
    assert score.notes["pitch"][high.near] > score.notes["pitch"][low.near]
    assert ghosts.at(1e6, 60).near < len(score.notes)


def test_the_bundled_take_from_start_to_end(present: Present, score: Score) -> None:
    """Applying what was told gives what the snapshot says."""
    shown = ["."] * len(score.notes)
    for event in follow(score, with_ticks(read_performance(assets.PERFORMANCE))):
        for words in present.take(event):
            json.dumps(words)
            match words["type"]:
                case "verdict" if words["is"] and words["n"] is not None:
                    shown[words["n"]] = words["is"]
                case "taken_back" if words["n"] is not None:
                    shown[words["n"]] = "."
                case "again":
                    shown[words["n"] :] = [code.upper() for code in shown[words["n"] :]]
    now = present.snapshot()
    assert "".join(shown) == now["notes"]
    assert now["counts"]["right"] > 300
    assert isinstance(present.position, Position)
