"""What a run learns from and what it is examined on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from repetiteur.bridges.training.performances import base_name
from repetiteur.models.studio.performance import Performance
from repetiteur.models.studio.pianos import Piano
from repetiteur.realtime.errors import InputError

HELD_OUT = 12  # one piece in so many is kept for the examinations


@dataclass(frozen=True, slots=True)
class Lessons:
    """Instruments are as often in it as they are to be taken; ``held_out`` is only examined on."""

    performances: Sequence[Performance]
    instruments: Sequence[Piano]
    held_out: Piano

    def learnt(self) -> list[Performance]:
        return [each for each in self.performances if not is_held_out(each)]

    def examined(self) -> list[Performance]:
        return [each for each in self.performances if is_held_out(each)]

    def check(self, where: str) -> None:
        """Raises InputError when there is nothing to learn, or nothing to examine."""
        if not self.learnt() or not self.examined():
            problem = f"too few pieces: one in {HELD_OUT} is kept for examinations, the others are learnt"
            raise InputError(where, problem, "give a folder with more of them")

    def summary(self) -> str:
        many, names = len(self.performances), sorted({piano.name for piano in self.instruments})
        hours = sum(performance.duration_s for performance in self.performances) / 3600
        return f"{many} performances, {hours:.1f} h, on {', '.join(names)}; examined on {self.held_out.name}"


def lessons_from_folders(data: Path, sounds: Path) -> Lessons:
    from repetiteur.bridges.training.performances import read_performances
    from repetiteur.bridges.training.timbres import held_out_piano, training_instruments

    lessons = Lessons(read_performances(data), training_instruments(sounds), held_out_piano(sounds))
    lessons.check(str(data))
    return lessons


def is_held_out(performance: Performance) -> bool:
    """The same on every machine."""
    digest = hashlib.sha256(base_name(performance).encode()).digest()
    return digest[0] % HELD_OUT == 0
