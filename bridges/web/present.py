"""The present state of a session as the page shows it, and what of it each event changes.

Events are told to viewers as the rows of the event stream. Verdicts are told as what they mean for
the sheet: by the number of the note, retractions already worked in. Whoever connects late gets the
whole as one snapshot.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from repetiteur.bridges.terminal.words import bar, sentence
from repetiteur.bridges.web.ghosts import Ghost, Ghosts
from repetiteur.bridges.wire.rows import event_row
from repetiteur.realtime.events import (
    Beat,
    Event,
    Fault,
    Health,
    Jump,
    Match,
    Mistake,
    MistakeKind,
    NoteEnd,
    Position,
    Retract,
    State,
    StateChanged,
    Turn,
)
from repetiteur.realtime.score import Score

Words = dict[str, Any]  # one message to the page, on its way to JSON

NONE, RIGHT, MISSED, WRONG = ".", "r", "m", "w"  # of a written note; large letters: the time before
_CODES = {MistakeKind.MISSED: MISSED, MistakeKind.WRONG: WRONG}
CURVE = 240  # points of each curve
MISTAKES = 60
GHOSTS = 400
FAULTS = 5
RETRACTABLE = 4096  # verdicts that may still be taken back
AGAIN_Q = 0.5  # travelled back this far is a new beginning


@dataclass(frozen=True, slots=True)
class _Told:
    """A verdict that may be taken back."""

    kind: str  # "match", or the kind of mistake
    note: int | None
    q: float


@dataclass(slots=True)
class Counts:
    right: int = 0
    missed: int = 0
    wrong: int = 0
    extra: int = 0

    def add(self, kind: str, by: int) -> None:
        name = "right" if kind == "match" else kind
        setattr(self, name, getattr(self, name) + by)


class Present:
    """Of one score. Used by the server's thread alone."""

    def __init__(self, score: Score) -> None:
        self.score = score
        self.state = State.IDLE
        self.position: Position | None = None
        self.turn: Turn | None = None
        self.health: Health | None = None
        self.counts = Counts()
        self.at = 0.0
        self.faults: deque[Words] = deque(maxlen=FAULTS)
        self.mistakes: OrderedDict[int, Words] = OrderedDict()  # by seq
        self.tempo: deque[tuple[float, float]] = deque(maxlen=CURVE)  # (at, bpm)
        self.timing: deque[tuple[float, float]] = deque(maxlen=CURVE)  # (at, ms)
        self._ghosts: OrderedDict[int, tuple[float, Words]] = OrderedDict()  # seq: q, message
        self._told: OrderedDict[int, _Told] = OrderedDict()
        self._spell = Ghosts(score)
        self._index = {name: k for k, name in enumerate(score.note_ids)}
        self._codes = bytearray(NONE.encode() * len(score.notes))
        self._onset_q = score.notes["onset_q"]

    def take(self, event: Event) -> list[Words]:
        """Work the event in; what to tell those who know everything before it."""
        self.at = max(self.at, event.at)
        match event:
            case Position():
                return self._position(event)
            case Match():
                return self._match(event)
            case Mistake():
                return self._mistake(event)
            case Retract():
                return self._retract(event.of)
            case Jump() if event.to_q < event.from_q - AGAIN_Q:
                return [event_row(event), *self._again(event.to_q)]
            case NoteEnd():
                return []
            case StateChanged():
                self.state = event.state
            case Beat() if self.position is not None:
                self.tempo.append((round(event.at, 3), round(self.position.bpm, 1)))
            case Turn():
                self.turn = event
            case Health():
                self.health = event
            case Fault():
                self.faults.append(event_row(event))
        return [event_row(event)]

    def snapshot(self) -> Words:
        """Everything at once."""
        return {
            "type": "present",
            "at": round(self.at, 3),
            "state": str(self.state),
            "position": None if self.position is None else event_row(self.position),
            "turn": None if self.turn is None else event_row(self.turn),
            "health": None if self.health is None else event_row(self.health),
            "counts": asdict(self.counts),
            "notes": self._codes.decode(),
            "ghosts": [message for _, message in self._ghosts.values()],
            "mistakes": list(self.mistakes.values()),
            "faults": list(self.faults),
            "tempo": list(self.tempo),
            "timing": list(self.timing),
        }

    def _position(self, event: Position) -> list[Words]:
        before, self.position = self.position, event
        more = []
        if before is not None and event.travel < before.travel - AGAIN_Q:
            more = self._again(event.q)
        if self.turn is not None and (event.bar == self.turn.bar or more):
            self.turn = None
        return [*more, event_row(event)]

    def _match(self, event: Match) -> list[Words]:
        note = self._index.get(event.score_note)
        self._remember(event.seq, _Told("match", note, event.q))
        if note is not None:
            self._codes[note] = ord(RIGHT)
        late_ms = round(event.deviation_ms, 1)
        self.timing.append((round(event.at, 3), late_ms))
        return [{"type": "verdict", "n": note, "is": RIGHT, "at": event.at, "late_ms": late_ms}]

    def _mistake(self, event: Mistake) -> list[Words]:
        note = self._index.get(event.score_note or "")
        self._remember(event.seq, _Told(event.kind.value, note, event.q))
        place = self.score.bar_at(event.q)
        listed: Words = {
            "seq": event.seq,
            "kind": event.kind.value,
            "bar": place,
            "q": round(event.q, 4),
            "where": bar(self.score.bar_labels[place], event.pass_),
            "told": sentence(event, self.score, self._spell.speller).partition(": ")[2],
            "beat": sentence(event, self.score, self._spell.speller).partition(": ")[0],
        }
        self.mistakes[event.seq] = listed
        _shorten(self.mistakes, MISTAKES)
        message: Words = {"type": "verdict", "n": note, "is": _CODES.get(event.kind, ""), "mistake": listed}
        if note is not None and event.kind in _CODES:
            self._codes[note] = ord(_CODES[event.kind])
        if event.played is not None:
            ghost = self._spell.at(event.q, event.played)
            if note is not None:
                ghost = self._spell.instead_of(note, event.played)
            message["ghost"] = _ghost_words(event.seq, event.q, event.kind, ghost)
            self._ghosts[event.seq] = (event.q, message["ghost"])
            _shorten(self._ghosts, GHOSTS)
        return [message]

    def _remember(self, seq: int, told: _Told) -> None:
        self._told[seq] = told
        self.counts.add(told.kind, 1)
        _shorten(self._told, RETRACTABLE)

    def _retract(self, seq: int) -> list[Words]:
        told = self._told.pop(seq, None)
        if told is None:
            return []
        self.counts.add(told.kind, -1)
        self.mistakes.pop(seq, None)
        self._ghosts.pop(seq, None)
        if told.note is not None:
            self._codes[told.note] = ord(NONE)
        return [{"type": "taken_back", "n": told.note, "seq": seq, "kind": told.kind}]

    def _again(self, q: float) -> list[Words]:
        """The player went back: what follows is to be played anew, and the sheet is fresh from there."""
        first = int(np.searchsorted(self._onset_q, q - 1e-6))
        self._codes[first:] = self._codes[first:].upper()
        for seq in [seq for seq, (at_q, _) in self._ghosts.items() if at_q >= q - 1e-6]:
            del self._ghosts[seq]
        return [{"type": "again", "q": round(q, 4), "n": first}]


def _ghost_words(seq: int, q: float, kind: MistakeKind, ghost: Ghost) -> Words:
    return {
        "seq": seq,
        "q": round(q, 4),
        "kind": kind.value,
        "near": ghost.near,
        "steps": ghost.steps,
        "semitones": ghost.semitones,
        "name": ghost.name,
    }


def _shorten(items: OrderedDict[int, Any], most: int) -> None:
    while len(items) > most:
        items.popitem(last=False)
