"""The log of a run: one line of JSON for every so many steps."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repetiteur.bridges.training.files import write_whole

if TYPE_CHECKING:
    from repetiteur.models.encoder.examination import Mark

PARTS = "onset", "frame", "offset", "velocity"  # of the loss


@dataclass(frozen=True, slots=True)
class Told:
    """What there is to tell about the steps since it was told last."""

    step: int
    hours: float  # of sound learnt from
    seconds: float  # since the line before
    pace: float  # learning rate, as a share of the full one
    parts: dict[str, float]  # of the loss, mean since the line before
    marks: dict[int, Mark] | None  # by delay in hops, when there was an examination

    def as_line(self) -> str:
        marks = {delay: (mark.f1, mark.precision, mark.recall) for delay, mark in (self.marks or {}).items()}
        plain: dict[str, Any] = {
            "step": self.step, "hours": round(self.hours, 3), "seconds": round(self.seconds, 1),
            "pace": round(self.pace, 4), **{name: round(part, 5) for name, part in self.parts.items()},
        }  # fmt: skip
        return json.dumps(plain | ({"marks": marks} if marks else {}))


def read_log(path: Path) -> list[dict[str, Any]]:
    """Every line: step, hours, seconds, pace, the parts of the loss, sometimes marks (as lists, by delay).

    A last line that was cut off is left out.
    """
    found = []
    for line in path.read_text("utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            break
    return found


def shorten_log(path: Path, done: int) -> None:
    """Have it end at a step: what was logged later will be logged again."""
    if path.exists():
        lines = [line for line in read_log(path) if line["step"] <= done]
        write_whole(path, "".join(json.dumps(line) + "\n" for line in lines).encode())
