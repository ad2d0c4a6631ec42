"""How well a Ladder tells right verdicts from wrong ones, on views in which one was about to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from repetiteur.models.ladder.answer import Answer
from repetiteur.models.ladder.batches import places_known
from repetiteur.models.ladder.lessons import EXTRA_ASKED, MISSED_ASKED, Lesson, asked_rows
from repetiteur.models.ladder.tokens import View

KEPT = 0.95  # share of right verdicts that are to be kept, for a mark
BINS = 10  # of the calibration


class Reads(Protocol):
    def read(self, view: View) -> Answer: ...


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Of one kind of question: the probability that the verdict is right, and whether it is."""

    told: np.ndarray
    right: np.ndarray

    def kept(self, limit: float) -> tuple[float, float]:
        """Shares of right and of wrong verdicts whose probability is above ``limit``."""
        above = self.told > limit
        right, wrong = (
            float(above[which].sum() / max(which.sum(), 1)) for which in (self.right, ~self.right)
        )
        return right, wrong

    def limit_keeping(self, share: float) -> float:
        """The highest limit that keeps this share of the right ones."""
        rising = np.sort(self.told[self.right])
        return float(np.nextafter(rising[int((1 - share) * len(rising))], -1)) if len(rising) else 0.0

    def mark(self) -> float:
        """Share of wrong verdicts that are kept with ``KEPT`` of the right ones: the less the better."""
        return self.kept(self.limit_keeping(KEPT))[1]

    def calibration(self) -> list[tuple[float, float, int]]:
        """(mean probability, share that was right, how many) by tenths of probability."""
        place = np.minimum((self.told * BINS).astype(int), BINS - 1)
        groups = [np.flatnonzero(place == number) for number in range(BINS)]
        return [
            (float(self.told[group].mean()), float(self.right[group].mean()), len(group))
            for group in groups
            if len(group)
        ]


def examine(reader: Reads, lesson: Lesson) -> Mapping[str, Answers]:
    """``missed`` asks of the written key, ``extra`` if it was struck unwritten, ``struck`` if at all."""
    told: dict[str, list[tuple[float, bool]]] = {"missed": [], "extra": [], "struck": []}
    for number, rows in asked_rows(lesson).items():
        played, struck, extra, _, _ = reader.read(lesson.view(number))
        for row in rows:
            right = bool(row["right"])
            if row["what"] == MISSED_ASKED:
                told["missed"].append((1 - float(played[row["row"]]), right))
            elif row["what"] == EXTRA_ASKED:
                told["extra"].append((float(extra[row["row"]]), right))
                told["struck"].append((float(struck[row["row"]]), right))
    return {
        name: Answers(np.array([p for p, _ in pairs]), np.array([right for _, right in pairs], bool))
        for name, pairs in told.items()
    }


def examine_places(reader: Reads, lesson: Lesson) -> tuple[float, Answers]:
    """In which share of the views the place that is thought likeliest is the right one; and how surely it is
    told when the player is elsewhere."""
    right_place: list[bool] = []
    told: list[tuple[float, bool]] = []
    for number in range(len(lesson)):
        view, truth = lesson.view(number), lesson.truth(number)
        here = places_known(view, truth)
        if not here.any() and not truth.elsewhere:
            continue
        answer = reader.read(view)
        told.append((answer.elsewhere, truth.elsewhere))
        if not truth.elsewhere:
            right_place.append(bool(here[int(answer.here.argmax())]))
    probabilities, elsewhere = (np.array(column) for column in zip(*told, strict=True)) if told else ((), ())
    return float(np.mean(right_place or [0])), Answers(np.array(probabilities), np.array(elsewhere, bool))
