"""A recording that is being followed, as the page sees it: it can be held, and goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable

from repetiteur.bridges.web.performance import ScoreFile
from repetiteur.bridges.wire.control import RefusedError, ScoreInfo
from repetiteur.realtime import inputs
from repetiteur.realtime.clock import Clock, LiveClock
from repetiteur.realtime.score import Score


class Recording:
    """A ``Performance`` for the page and a pace for whoever plays. Time runs from the first question
    of the pace on, and stands still while it is held."""

    words = frozenset({"start", "pause", "resume", "ping", "score/info"})
    inputs = None

    def __init__(
        self,
        score: Score,
        file: ScoreFile | None,
        make_clock: Callable[[], Clock] = LiveClock,
        level_dbfs: Callable[[], float | None] = lambda: None,
    ) -> None:
        self._score, self._file = score, file
        self.level_dbfs = level_dbfs
        self._make_clock = make_clock
        self._clock: Clock | None = None
        self._change = threading.Condition()
        self._behind_s = 0.0  # the clock's time spent standing still
        self._held_at_s: float | None = None  # stream time

    def __call__(self, due_s: float) -> None:
        """The pace: comes back when that stream time may be told."""
        with self._change:
            if self._clock is None:
                self._clock = self._make_clock()
            while self._held_at_s is not None or due_s > self._running_s():
                wait_s = None if self._held_at_s is not None else due_s - self._running_s()
                self._change.wait(wait_s)

    def submit(self, command: inputs.Command) -> None:
        match command:
            case inputs.Pause() | inputs.Stop():
                self._hold()
            case inputs.Start() | inputs.Resume():
                self._go_on()
            case _:
                raise RefusedError("a recording cannot do that", "pause and resume are all it knows")

    def now_s(self) -> float:
        with self._change:
            return self._running_s() if self._held_at_s is None else self._held_at_s

    def held(self) -> bool:
        return self._held_at_s is not None

    def loop(self) -> None:
        return None

    def score(self) -> Score:
        return self._score

    def file_of(self, score: Score) -> ScoreFile | None:
        return self._file

    def score_info(self) -> ScoreInfo:
        score = self._score
        return ScoreInfo(score.id, score.title, len(score.bars), len(score.notes), score.parts)

    def load_score(self, path: str) -> tuple[str, str] | None:
        return "a recording keeps its score", "play another recording"

    def property(self, name: str) -> float | str:
        return ""

    def _running_s(self) -> float:
        return 0.0 if self._clock is None else self._clock.now_s() - self._behind_s

    def _hold(self) -> None:
        with self._change:
            if self._held_at_s is None:
                self._held_at_s = self._running_s()
                self._change.notify_all()

    def _go_on(self) -> None:
        with self._change:
            if self._held_at_s is not None:
                self._behind_s += self._running_s() - self._held_at_s
                self._held_at_s = None
                self._change.notify_all()
