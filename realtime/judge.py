"""From what the follower makes of the notes to verdicts: matches and mistakes, told and taken back.

Delays, in seconds of stream time: a match is told with its note; an extra (or wrong)
note ``EXTRA_DELAY_S`` after its onset; a missed note once the player has gone on and
``MISSED_DELAY_S`` have passed since it was due, or ``LINGER_S`` into a chord that is
still held. Until a note leaves the follower's memory a better reading may overturn its
verdict: the old one is retracted first, by its ``seq``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from repetiteur.kernels.beam import MEMORY, UNMATCHED
from repetiteur.kernels.judging import SLIP_S, SLIP_SEMITONES, overdue_keys, slip_partner
from repetiteur.realtime.events import Event, Match, Mistake, MistakeKind, Retract
from repetiteur.realtime.follower import Follower
from repetiteur.realtime.score import Score

EXTRA_DELAY_S = 0.1
MISSED_DELAY_S = 0.4
LINGER_S = 0.55
SAME_TIME_THROUGH_S = 1.5  # a note due this close to a told one is the same passage, not a new try
LOUDNESS_GAIN = 0.15
NOT_JUDGED = -3  # of a note just heard; apart from every meaning of the kernels

Emit = Callable[..., int]


@dataclass(slots=True)
class _Played:
    """What has been said of a played note."""

    note: int  # its id on the wire
    pitch: int
    onset_s: float
    velocity: int
    loudness: float  # the player's own of the moment
    meaning: int  # key or code that was judged
    which_pass: int
    told: int | None  # seq of the standing verdict
    due_s: float  # when an extra is to be told
    partner: tuple[int, int] | None  # key and pass it stands in for, once told as wrong


@dataclass(slots=True)
class _Told:
    """A standing ``missed`` or ``wrong`` for one score note."""

    seq: int
    due_s: float
    played: _Played | None  # the wrong note


class Judge:
    """A stage from the follower's readings to verdicts. Same thread as the follower."""

    delay = LINGER_S

    def __init__(self, score: Score, follower: Follower, emit: Callable[[type[Event], float, tuple], int]) -> None:
        self._score = score
        self._follower = follower
        self._emit = emit  # (type, at, fields) -> seq
        self._overdue = np.zeros((64, 3), np.int64)
        self._overdue_s = np.zeros(64)
        self.reset()

    def reset(self) -> None:
        """Forget everything told; nothing told before can be retracted any more."""
        self._notes: list[_Played | None] = [None] * MEMORY
        self._seen = np.full(MEMORY, UNMATCHED, np.int32)
        self._seen_pass = np.zeros(MEMORY, np.int32)
        self._pending: list[_Played] = []
        self._missed: dict[tuple[int, int], _Told] = {}
        self._loudness = math.nan
        self._root = self._follower.root

    def note(self, note: int, pitch: int, velocity: int, t_s: float) -> None:
        """The follower has just heard this note: judge it, and revise its predecessors."""
        if math.isnan(self._loudness):
            self._loudness = float(velocity)
        number = self._follower.notes
        slot = number % MEMORY
        self._notes[slot] = _Played(
            note, pitch, t_s, velocity, self._loudness, UNMATCHED, 0, None, t_s + EXTRA_DELAY_S, None
        )
        self._loudness += LOUDNESS_GAIN * (velocity - self._loudness)
        self._seen[slot] = NOT_JUDGED
        meaning, which_pass = self._follower.meanings
        changed = np.flatnonzero((meaning != self._seen) | (which_pass != self._seen_pass) & (meaning >= 0))
        if len(changed) > 1:
            changed = changed[np.argsort((changed - slot - 1) % MEMORY)]
        for place in changed:
            played = self._notes[place]
            if played is not None:
                self._revise(played, int(meaning[place]), int(which_pass[place]), t_s)
        self._seen[:] = meaning
        self._seen_pass[:] = which_pass
        if self._follower.root != self._root:
            self._root = self._follower.root
            self._forgive(t_s)

    def tick(self, t_s: float) -> None:
        """Time has come to ``t_s``: tell extras and misses that are due."""
        if self._follower.lost:
            return
        if self._pending:
            self._tell_extras(t_s)
        self._tell_missed(t_s)

    def finish(self, t_s: float) -> None:
        """No more notes will come: everything still open is due."""
        if self._follower.lost:
            return
        self._tell_extras(math.inf, at=t_s)
        self._tell_missed(t_s + LINGER_S, at=t_s)

    def _revise(self, played: _Played, meaning: int, which_pass: int, t_s: float) -> None:
        """The follower now reads this note otherwise than was told."""
        self._take_back(played, t_s)
        played.meaning, played.which_pass = meaning, which_pass
        if meaning >= 0:
            self._match(played, t_s)
        elif meaning == UNMATCHED:
            self._pending.append(played)
        # Else it is part of an ornament: nothing to tell.

    def _take_back(self, played: _Played, t_s: float) -> None:
        """Whatever was told of this note no longer holds."""
        if played.told is None:
            return
        self._emit(Retract, t_s, (played.told,))
        played.told = None
        if played.partner is not None:
            self._missed.pop(played.partner, None)
            played.partner = None

    def _forgive(self, t_s: float) -> None:
        """The player is elsewhere than was thought: what he passed over only in thought was not missed."""
        chords, heard, times, passes = self._follower.recent
        key_chord, first = self._follower.layout.key_chord, self._follower.layout.arrays.chord_first
        known = {(int(c), int(p)): int(h) for c, p, h in zip(chords, passes, heard, strict=True) if c >= 0}
        began = times[: int(np.count_nonzero(chords >= 0))]
        since_s = float(np.nanmin(began)) if len(began) and not np.all(np.isnan(began)) else t_s
        for place, told in list(self._missed.items()):
            if told.due_s < since_s - SAME_TIME_THROUGH_S:
                continue
            chord = int(key_chord[place[0]])
            still = known.get((chord, place[1]))
            if told.played is None and (still is None or still >> (place[0] - int(first[chord])) & 1):
                self._emit(Retract, t_s, (told.seq,))
                del self._missed[place]

    def _match(self, played: _Played, t_s: float) -> None:
        place = (played.meaning, played.which_pass)
        told = self._missed.get(place)
        if told is not None and abs(told.due_s - played.onset_s) < 4.0:
            if told.played is not None:
                self._take_back(told.played, t_s)
                self._pending.append(told.played)
            else:
                del self._missed[place]
                self._emit(Retract, t_s, (told.seq,))
        follower = self._follower
        layout = follower.layout
        note = int(layout.key_note[played.meaning])
        chord = int(layout.key_chord[played.meaning])
        due_s = follower.expected_s if chord == follower.chord else self._began(chord)
        late_s = 0.0 if math.isnan(due_s) else played.onset_s - due_s
        played.told = self._emit(
            Match,
            t_s,
            (
                played.note,
                self._score.note_ids[note],
                float(self._score.notes["onset_q"][note]),
                played.which_pass,
                float(late_s * 1000.0),
                played.velocity - played.loudness,
            ),
        )

    def _began(self, chord: int) -> float:
        chords, _, times, _ = self._follower.recent
        found = np.flatnonzero(chords == chord)
        return float(times[found[0]]) if len(found) else math.nan

    def _tell_extras(self, until_s: float, at: float | None = None) -> None:
        waiting = self._pending
        self._pending = []
        for played in waiting:
            if played.told is not None or played.meaning != UNMATCHED:
                continue
            if played.due_s > until_s:
                self._pending.append(played)
            else:
                self._tell_extra(played, until_s if at is None else at)

    def _tell_extra(self, played: _Played, t_s: float) -> None:
        """Extra, or wrong when a score note nearby in time and pitch is still unheard."""
        follower = self._follower
        key, which_pass = slip_partner(follower.layout.arrays, *follower.recent, played.pitch, played.onset_s)
        told = self._missed.get((key, which_pass))
        if key >= 0 and (told is None or told.played is None):
            if told is not None:
                self._emit(Retract, t_s, (told.seq,))
            self._tell_wrong(played, key, which_pass, t_s)
            return
        q = float(follower.layout.arrays.chord_q[follower.chord])
        fields = (MistakeKind.EXTRA, None, None, played.note, played.pitch, q, follower.which_pass, played.onset_s,
                  confidence_of(follower.fit))  # fmt: skip
        played.told = self._emit(Mistake, t_s, fields)

    def _tell_wrong(self, played: _Played, key: int, which_pass: int, t_s: float) -> None:
        note = int(self._follower.layout.key_note[key])
        written = self._score.notes[note]
        fields = (MistakeKind.WRONG, self._score.note_ids[note], int(written["pitch"]), played.note, played.pitch,
                  float(written["onset_q"]), which_pass, played.onset_s, confidence_of(self._follower.fit))  # fmt: skip
        played.told = self._emit(Mistake, t_s, fields)
        played.partner = (key, which_pass)
        self._missed[key, which_pass] = _Told(played.told, played.onset_s, played)

    def _tell_missed(self, until_s: float, at: float | None = None) -> None:
        follower = self._follower
        if follower.waiting:
            return
        t_s = until_s if at is None else at
        layout = follower.layout
        count = overdue_keys(
            layout.arrays, *follower.recent, until_s, MISSED_DELAY_S, LINGER_S, self._overdue, self._overdue_s
        )
        for i in range(count):
            key, which_pass = int(self._overdue[i, 0]), int(self._overdue[i, 1])
            due_s = float(self._overdue_s[i])
            told = self._missed.get((key, which_pass))
            if told is not None and abs(told.due_s - due_s) < SAME_TIME_THROUGH_S:
                continue
            slip = self._slip(int(layout.arrays.key_pitch[key]), due_s)
            if slip is not None:
                self._take_back(slip, t_s)
                self._tell_wrong(slip, key, which_pass, t_s)
                continue
            note = int(layout.key_note[key])
            written = self._score.notes[note]
            fields = (MistakeKind.MISSED, self._score.note_ids[note], int(written["pitch"]), None, None,
                      float(written["onset_q"]), which_pass, due_s, confidence_of(follower.fit))  # fmt: skip
            self._missed[key, which_pass] = _Told(self._emit(Mistake, t_s, fields), due_s, None)

    def _slip(self, pitch: int, due_s: float) -> _Played | None:
        """A note told as extra that was meant to be this one."""
        near = [
            played
            for played in self._notes
            if played is not None
            and played.told is not None
            and played.meaning == UNMATCHED
            and played.partner is None
            and abs(played.onset_s - due_s) <= SLIP_S
            and (abs(played.pitch - pitch) <= SLIP_SEMITONES or abs(played.pitch - pitch) == 12)
        ]
        return min(near, key=lambda played: abs(played.pitch - pitch), default=None)


def confidence_of(fit: float) -> float:
    """Share of fitting notes as a confidence: chance alone fits about a third of them."""
    return min(max((fit - 0.3) / 0.6, 0.0), 1.0)
