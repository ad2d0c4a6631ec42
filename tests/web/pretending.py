"""A session, a studio and a performance that are none, so that every event is ours."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from repetiteur.bridges.live_inputs import InUse, Kind
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.web.performance import ALL_WORDS, Inputs, InputsThere, Offered, ScoreFile
from repetiteur.bridges.wire.control import ScoreInfo
from repetiteur.realtime import inputs
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.events import (
    Event,
    Hello,
    Match,
    Mistake,
    MistakeKind,
    Position,
    State,
    StateChanged,
)
from repetiteur.realtime.score import Score

from .client import PATIENCE_S


class Pretended:
    """A ``Performance`` that keeps what it is told."""

    def __init__(self, path: Path) -> None:
        self.words = ALL_WORDS
        self.inputs: Inputs | None = None
        self.commands: list[inputs.Command] = []
        self.is_held = False
        self.looped: tuple[int, int] | None = None
        self.dbfs: float | None = None
        self.on_load: Callable[[], None] = lambda: None
        self._take(path)

    def _take(self, path: Path) -> None:
        self._score, self._file = load_score(path), ScoreFile(path, None)

    def submit(self, command: inputs.Command) -> None:
        self.commands.append(command)

    def now_s(self) -> float:
        return 1.0

    def load_score(self, path: str) -> tuple[str, str] | None:
        try:
            self._take(Path(path))
        except InputError as error:
            return error.problem, error.remedy
        self.on_load()
        return None

    def score_info(self) -> ScoreInfo:
        score = self._score
        return ScoreInfo(score.id, score.title, len(score.bars), len(score.notes), score.parts)

    def property(self, name: str) -> float | str:
        return 1.0

    def score(self) -> Score:
        return self._score

    def file_of(self, score: Score) -> ScoreFile | None:
        return self._file if score is self._score else None

    def held(self) -> bool:
        return self.is_held

    def loop(self) -> tuple[int, int] | None:
        return self.looped

    def level_dbfs(self) -> float | None:
        return self.dbfs


class PluggedIn:
    """The ``Inputs`` of a studio that is none. They take their time while ``patience`` is not set."""

    def __init__(self) -> None:
        self.used: tuple[InUse, ...] = (InUse(Kind.MIDI, "Stage Piano", True),)
        self.found = InputsThere(
            (
                Offered(Kind.MIDI, "Stage Piano", ""),
                Offered(Kind.MIDI, "Organ", ""),
                Offered(Kind.AUDIO, "Microphone", "the system's own choice"),
            ),
            (),
        )
        self.chosen: list[tuple[Kind, str | None]] = []
        self.patience = threading.Event()
        self.patience.set()

    def in_use(self) -> tuple[InUse, ...]:
        return self.used

    def there(self) -> InputsThere:
        self.patience.wait(PATIENCE_S)
        return self.found

    def choose(self, kind: Kind, name: str | None) -> tuple[str, str] | None:
        self.patience.wait(PATIENCE_S)
        self.chosen.append((kind, name))
        if name is not None and all(name != item.name for item in self.found.inputs):
            return f"MIDI input {name}: not found", "plug it in"
        others = tuple(item for item in self.used if item.kind is not kind)
        self.used = others if name is None else (*others, InUse(kind, name, True))
        return None


class Story:
    """Events of a performance as it is told: seq and time see to themselves."""

    def __init__(self, score: Score) -> None:
        self.score = score
        self.seq = 0
        self.at = 0.0

    def tell(self, kind: type[Event], *fields: Any) -> Event:
        event = kind(self.seq, self.at, *fields)
        self.seq += 1
        self.at += 0.01
        return event

    def opening(self) -> list[Event]:
        score = self.score
        hello = self.tell(Hello, "0", 1, score.id, len(score.bars), len(score.notes))
        return [hello, self.tell(StateChanged, State.FOLLOWING), self.position(0.0)]

    def position(self, q: float, bpm: float = 120.0) -> Event:
        bar = self.score.bar_at(q)
        label = self.score.bar_labels[bar]
        return self.tell(Position, label, bar, self.score.beat_at(q), q, q, bpm, 0.9)

    def right(self, k: int, late_ms: float = 5.0) -> Event:
        q = float(self.score.notes["onset_q"][k])
        return self.tell(Match, k, self.score.note_ids[k], q, 1, late_ms, 0.0)

    def wrong(self, k: int, played: int) -> Event:
        q, pitch = float(self.score.notes["onset_q"][k]), int(self.score.notes["pitch"][k])
        name = self.score.note_ids[k]
        return self.tell(Mistake, MistakeKind.WRONG, name, pitch, k, played, q, 1, self.at, 0.9)

    def missed(self, k: int) -> Event:
        q, pitch = float(self.score.notes["onset_q"][k]), int(self.score.notes["pitch"][k])
        name = self.score.note_ids[k]
        return self.tell(Mistake, MistakeKind.MISSED, name, pitch, None, None, q, 1, self.at, 0.9)

    def extra(self, q: float, played: int) -> Event:
        return self.tell(Mistake, MistakeKind.EXTRA, None, None, 999, played, q, 1, self.at, 0.9)
