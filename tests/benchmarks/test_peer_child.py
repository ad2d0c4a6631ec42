"""What the peers are handed, with stand-ins for their packages."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from repetiteur.benchmarks.peers import child

SCORE = [
    [1.0, 1.0, 1.0, 1.0, 62, 1, False],
    [0.0, 1.0, 0.0, 1.0, 64, 1, False],
    [0.0, 1.0, 0.0, 1.0, 60, 1, False],
]
PLAYED = [[0.5, 0.4, 60, 64], [0.504, 0.4, 64, 64], [1.5, 0.4, 62, 64]]


@pytest.fixture(autouse=True)
def torch_as_it_was():
    """A child sets torch up for its whole process; here that is everybody's."""
    yield
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_grad_enabled(True)


class Matcher:
    """Follows by counting: two notes for the first onset, then the next."""

    def __init__(self, score, tracker_type: str = "") -> None:
        self.score, self.heard = score, 0

    def __call__(self, note) -> int:
        self.heard += 1
        if self.heard > 3:
            raise ValueError("too many notes")
        return 0 if self.heard < 3 else 99

    def offline(self, played):
        return [
            {"label": "match", "score_id": self.score["id"][number], "performance_id": note["id"]}
            for number, note in enumerate(played)
        ]


@pytest.fixture
def parangonar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "parangonar", SimpleNamespace(TOLTWMatcher=Matcher))


def _job(played=PLAYED, limit_s: float = 60.0) -> child.Job:
    return {"score": SCORE, "played": played, "limit_s": limit_s}


def test_places_and_pairs_in_the_numbers_of_the_job(parangonar: None) -> None:
    result = child.run("TOLTW", _job())
    assert result["trouble"] == ""
    assert result["place_beat"] == [0.0, 0.0, 1.0]  # an index off the end is the last place
    assert result["available_s"] == pytest.approx([0.5, 0.504, 1.5])
    assert result["matches"] == [[2, 0], [1, 1], [0, 2]]


def test_what_was_said_before_it_broke_stands(parangonar: None) -> None:
    result = child.run("TOLTW", _job([*PLAYED, PLAYED[-1]]))
    assert result["trouble"] == "ValueError: too many notes"
    assert len(result["place_beat"]) == 3
    assert result["matches"] == []


def test_a_peer_stops_at_its_time_limit(parangonar: None) -> None:
    assert child.run("TOLTW", _job(limit_s=-1.0))["trouble"].startswith("TimeoutError")


def test_windows_hold_every_message_once_and_none_before_it_was_played() -> None:
    windows = list(child._windows(_job(), 0.01))
    assert sum(len(frame) for frame, _, _ in windows) == 2 * len(PLAYED)
    assert all(end_s - 0.01 - 1e-9 < at_s <= end_s for frame, _, end_s in windows for _, at_s in frame)
    assert [len(frame) for frame, _, _ in child._windows(_job(), None)] == [1] * 6


def test_the_array_is_sorted_as_partitura_sorts() -> None:
    table = child.score_array(_job())
    assert table["id"].tolist() == ["s2", "s1", "s0"]
    assert np.isclose(table["onset_beat"], [0, 0, 1]).all()
