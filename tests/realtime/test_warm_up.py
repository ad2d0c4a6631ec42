"""Whatever is needed while playing was needed once before."""

from __future__ import annotations

import pytest

from repetiteur.bridges.assets import SCORE
from repetiteur.bridges.scores import load_score
from repetiteur.realtime import engine, foresight, ladder
from repetiteur.realtime.warm_up import warm_up


def test_it_foresees_judges_and_asks_the_ladder(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def noting(kind: type, name: str) -> None:
        method = getattr(kind, name)

        def noted(self, *given):
            asked.append(name)
            return method(self, *given)

        monkeypatch.setattr(kind, name, noted)

    noting(foresight.Foresight, "note")
    noting(ladder.Ladder, "look")
    noting(engine.Engine, "_note_on")
    warm_up(load_score(SCORE))
    assert {"note", "look", "_note_on"} == set(asked)
