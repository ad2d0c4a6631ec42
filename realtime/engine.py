"""Inputs in, events out: the deterministic heart of a session."""

from __future__ import annotations

import numpy as np

from repetiteur.realtime import inputs
from repetiteur.realtime.events import (
    WIRE_VERSION,
    Event,
    Hello,
    Match,
    Note,
    NoteEnd,
    NoteStatus,
    Position,
    State,
    StateChanged,
)
from repetiteur.realtime.score import Score

__version__ = "0.1.0"


class Engine:
    """Follows one player through one score. No clock, no thread, no I/O: the same inputs
    give the same events, however they are cut into calls."""

    def __init__(self, score: Score) -> None:
        self._seq = 0
        self._score = score
        self._cursor = 0
        self._ids = 0
        self._sounding: dict[tuple[int, int], int] = {}
        self.state = State.IDLE

    def open(self) -> list[Event]:
        """First events of the stream: ``hello`` and ``state``."""
        return [self._hello(0.0), *self._enter(State.ARMED, 0.0)]

    def load(self, score: Score, t_s: float) -> list[Event]:
        """Change to another score; the stream goes on."""
        self._score, self._cursor = score, 0
        return [self._hello(t_s), *self._enter(State.ARMED, t_s)]

    def push(self, item: inputs.Input) -> list[Event]:
        """One input in, the events it causes out. Never raises on musical or operator input."""
        match item:
            case inputs.NoteOn():
                return self._note_on(item)
            case inputs.NoteOff():
                note = self._sounding.pop((item.channel, item.pitch), None)
                return [] if note is None else [NoteEnd(self._next(), item.t_s, note, item.t_s)]
            case inputs.Finish():
                return self._enter(State.ENDED, item.t_s)
        return []

    def _note_on(self, item: inputs.NoteOn) -> list[Event]:
        out = self._enter(State.FOLLOWING, item.t_s)
        note, self._ids = self._ids, self._ids + 1
        self._sounding[item.channel, item.pitch] = note
        out.append(Note(self._next(), item.t_s, note, NoteStatus.CONFIRMED, item.pitch, item.t_s, item.velocity))
        notes = self._score.notes
        ahead = notes["pitch"][self._cursor : self._cursor + 12]
        hit = np.flatnonzero(ahead == item.pitch)
        if len(hit):
            index = self._cursor + int(hit[0])
            q = float(notes["onset_q"][index])
            bar = self._score.bar_at(q)
            out.append(Position(self._next(), item.t_s, self._score.bar_labels[bar], bar, self._score.beat_at(q), q, q, 100.0, 1.0))
            out.append(Match(self._next(), item.t_s, note, self._score.note_ids[index], q, 1, 0.0, 0.0))
            self._cursor = max(index - 4, 0)
        return out

    def _enter(self, state: State, t_s: float) -> list[Event]:
        if state is self.state:
            return []
        self.state = state
        return [StateChanged(self._next(), t_s, state)]

    def _hello(self, t_s: float) -> Hello:
        score = self._score
        return Hello(self._next(), t_s, __version__, WIRE_VERSION, score.id, len(score.bars), len(score.notes))

    def _next(self) -> int:
        self._seq += 1
        return self._seq - 1
