"""A session as the servers see it: what other programs may do with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from repetiteur.bridges.web.performance import ALL_WORDS, Inputs, ScoreFile
from repetiteur.bridges.wire.control import ScoreInfo
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Command, Loop, LoopOff, Reset
from repetiteur.realtime.score import Score
from repetiteur.realtime.session import Session


class SessionControls:
    """The ``Controls`` of the wires and the ``Performance`` of the page. Every method may be called
    from any thread. ``file``: where the session's first score was read from."""

    words = ALL_WORDS

    def __init__(
        self,
        session: Session,
        load_score: Callable[[str], Score],
        file: ScoreFile | None = None,
        level_dbfs: Callable[[], float | None] = lambda: None,
        inputs: Inputs | None = None,
    ) -> None:
        self._session = session
        self._load_score = load_score
        self.level_dbfs = level_dbfs
        self.inputs = inputs
        self._loop: tuple[Score, int, int] | None = None
        self._files = deque([(session.score, file)], maxlen=4)  # the last scores, and those refused

    def submit(self, command: Command) -> None:
        self._note_loop(command)
        self._session.submit(replace(command, t_s=self._session.now_s()))

    def now_s(self) -> float:
        return self._session.now_s()

    def load_score(self, path: str) -> tuple[str, str] | None:
        try:
            score = self._load_score(path)
        except InputError as error:
            return f"{error.where}: {error.problem}", error.remedy
        self._files.append((score, ScoreFile(Path(path), None)))
        problem = self._session.change_score(score, path)
        return None if problem is None else (f"{path}: {problem}", "the former score stays; try again")

    def score_info(self) -> ScoreInfo:
        score = self._session.score
        return ScoreInfo(score.id, score.title, len(score.bars), len(score.notes), score.parts)

    def score(self) -> Score:
        return self._session.score

    def file_of(self, score: Score) -> ScoreFile | None:
        return next((file for known, file in tuple(self._files) if known is score), None)

    def held(self) -> bool:
        return False

    def loop(self) -> tuple[int, int] | None:
        if self._loop is None or self._loop[0] is not self._session.score:
            return None
        return self._loop[1:]

    def _note_loop(self, command: Command) -> None:
        """The stream of events does not tell of loops; one that cannot be is not begun."""
        score = self._session.score
        match command:
            case Loop(_, first_bar, last_bar):
                first, last = score.bar_labelled(first_bar), score.bar_labelled(last_bar)
                if first is not None and last is not None and first <= last:
                    self._loop = (score, first, last)
            case LoopOff() | Reset():
                self._loop = None

    def property(self, name: str) -> float | str:
        return self._session.value_of(name)
