"""What there is to see: the score being followed, the present state, and what a report needs."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from repetiteur.bridges.web.draw import Wish
from repetiteur.bridges.web.performance import Inputs, Performance, ScoreFile
from repetiteur.bridges.web.present import Present, Words
from repetiteur.bridges.web.so_far import Memory, Played
from repetiteur.realtime.events import Event, Hello
from repetiteur.realtime.score import Score


class Stage:
    """Used by the server's thread alone."""

    def __init__(self, performance: Performance) -> None:
        self._performance = performance
        self._memory = Memory()
        self._taken = 0
        self._name = secrets.token_hex(4)  # so that no browser takes an old sheet for a new one
        self._conditions: list[Words] = []  # as last told
        self._take_up(performance.score())

    def take(self, event: Event) -> list[Words]:
        """What to tell viewers."""
        if isinstance(event, Hello):
            score = self._performance.score()
            if score is not self.score:
                self._take_up(score)
                return self.greeting()
        self._memory.take(event)
        return self.present.take(event)

    def greeting(self) -> list[Words]:
        """For who knows nothing yet: the score, then everything that is so."""
        return [self._score_words(), self.present.snapshot(), *self.conditions()]

    def conditions(self) -> list[Words]:
        """What is so, and no event tells."""
        performance = self._performance
        return [
            {"type": "loop", "bars": performance.loop()},
            {"type": "held", "held": performance.held()},
            {"type": "inputs", "inputs": _in_use(performance.inputs)},
        ]

    def news(self) -> list[Words]:
        """Of these, what has changed since this was asked last."""
        before, self._conditions = self._conditions, self.conditions()
        return [words for words in self._conditions if words not in before]

    def wish(self, width: int) -> Wish:
        return Wish(self.score, self._file(), width)

    def played(self) -> Played:
        return Played(self.score, self._file(), tuple(self._memory.events()), "the session so far")

    def folder(self) -> Path | None:
        file = self._file()
        return None if file is None else file.path.resolve().parent

    def _file(self) -> ScoreFile | None:
        return self._performance.file_of(self.score)

    def _take_up(self, score: Score) -> None:
        self._taken += 1
        self.key = f"{self._name}-{self._taken}"
        self.score = score
        self.present = Present(score)
        self._memory.clear()

    def _score_words(self) -> Words:
        score = self.score
        bars = score.bars
        return {
            "type": "score",
            "key": self.key,
            "id": score.id,
            "title": score.title or score.id,
            "labels": list(score.bar_labels),
            "starts": _rounded(bars["start_q"].tolist()),
            "end": round(score.end_q, 4),
            "tempi": [[round(float(q), 4), round(float(bpm), 2)] for q, bpm in score.tempi],
            "marks": [[mark.label, round(mark.q, 4)] for mark in score.marks],
            "words": sorted(self._performance.words),
        }


def _in_use(inputs: Inputs | None) -> list[Words] | None:
    """None where none can be chosen."""
    if inputs is None:
        return None
    return [
        {"kind": str(item.kind), "name": item.name, "connected": item.connected} for item in inputs.in_use()
    ]


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 4) for value in values]
