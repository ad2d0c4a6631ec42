"""A session as the servers see it: what other programs may do with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from repetiteur.bridges.wire.control import ScoreInfo
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Command
from repetiteur.realtime.score import Score
from repetiteur.realtime.session import Session


class SessionControls:
    """The ``Controls`` of the wires. Every method may be called from any thread."""

    def __init__(self, session: Session, load_score: Callable[[str], Score]) -> None:
        self._session = session
        self._load_score = load_score

    def submit(self, command: Command) -> None:
        self._session.submit(replace(command, t_s=self._session.now_s()))

    def now_s(self) -> float:
        return self._session.now_s()

    def load_score(self, path: str) -> tuple[str, str] | None:
        try:
            score = self._load_score(path)
        except InputError as error:
            return f"{error.where}: {error.problem}", error.remedy
        problem = self._session.change_score(score, path)
        return None if problem is None else (f"{path}: {problem}", "the former score stays; try again")

    def score(self) -> Score:
        return self._session.score

    def score_info(self) -> ScoreInfo:
        score = self._session.score
        return ScoreInfo(score.id, score.title, len(score.bars), len(score.notes), score.parts)

    def property(self, name: str) -> float | str:
        return self._session.value_of(name)
