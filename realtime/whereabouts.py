"""Where the player is, told: positions, leaps and landmarks, from notes and from time passing."""

from __future__ import annotations

from repetiteur.realtime.events import Emit, Jump, Position
from repetiteur.realtime.follower import Follower
from repetiteur.realtime.glide import Glide, glide_from, standing_at
from repetiteur.realtime.landmarks import Landmarks
from repetiteur.realtime.score import Score

LEAP_Q = 1.0  # a fresh start this near to the old place is a correction, not a leap
DOUBTED = 0.1  # a change of confidence worth a position
MOVED_Q = 1e-3  # less than this is not worth a position


class Whereabouts:
    """Turns a follower's state into positions and landmarks. Same thread as the engine."""

    def __init__(self, score: Score, follower: Follower, emit: Emit) -> None:
        self._score = score
        self._follower = follower
        self._emit = emit
        self._landmarks = Landmarks(score, emit)
        self.glide: Glide = standing_at(0.0, 0.0)
        self._q = 0.0
        self._travel = 0.0  # quarters travelled minus as written
        self._told_s = 0.0
        self._confidence = 1.0
        self._root = 0
        self._chord = -1

    @property
    def q(self) -> float:
        """The place last told."""
        return self._q

    def heard(self, t_s: float) -> None:
        """The follower has heard a note: tell the place if it moved."""
        follower = self._follower
        if follower.waiting:
            return
        if follower.chord == self._chord and follower.travel == self._travel and follower.root == self._root:
            self._doubt(t_s)
            return
        before_q, before_travel = self._q, self._travel
        first, fresh = self._chord < 0, follower.root != self._root
        self.glide = glide_from(follower, t_s)
        q = self.glide.q_at(t_s)
        self._chord, self._root, self._travel = follower.chord, follower.root, follower.travel
        turned = abs(self._travel - before_travel) > 1e-6
        leapt = turned or q - before_q < -LEAP_Q or (fresh and q - before_q > LEAP_Q)
        if leapt:
            self._emit(Jump, t_s, (before_q, q, follower.confidence))
        if leapt or first:
            self._tell(q, t_s)
            self._landmarks.landed(q, follower.which_pass, t_s)
        else:
            self._tell(q, t_s)
            self._landmarks.moved(before_q, q, follower.which_pass, t_s)

    def passed(self, t_s: float, rate_hz: float) -> None:
        """Time has passed: glide on, at most ``rate_hz`` positions a second."""
        if t_s - self._told_s < 1.0 / rate_hz - 1e-6:
            return
        q = self.glide.q_at(t_s)
        before_q = self._q
        if q - before_q < MOVED_Q:
            return
        self._tell(q, t_s)
        self._landmarks.moved(before_q, q, self._follower.which_pass, t_s)
        self._landmarks.turn_ahead(q, self.glide.q_per_s, t_s)

    def _doubt(self, t_s: float) -> None:
        """The place is the same but less, or more, sure."""
        if abs(self._follower.confidence - self._confidence) > DOUBTED:
            self._tell(max(self._q, self.glide.q_at(t_s)), t_s)

    def placed(self, t_s: float) -> None:
        """The follower waits at a chord: at the start, or put there by the operator."""
        follower = self._follower
        q = follower.layout.chord_q[follower.chord]
        self.glide = standing_at(q, t_s)
        self._chord, self._root, self._travel = -1, follower.root, follower.travel
        self._tell(q, t_s)

    def leapt(self, from_q: float, t_s: float) -> None:
        """The operator moved the player here from ``from_q``."""
        follower = self._follower
        self._emit(Jump, t_s, (from_q, follower.layout.chord_q[follower.chord], 1.0))
        self.placed(t_s)

    def _tell(self, q: float, t_s: float) -> None:
        follower = self._follower
        bar, beat = self._landmarks.bar_and_beat(q)
        self._confidence = follower.confidence
        bpm = self._landmarks.printed_bpm(q) / follower.pace
        self._emit(
            Position,
            t_s,
            (self._score.bar_labels[bar], bar, beat, q, q + self._travel, bpm, self._confidence),
        )
        self._q, self._told_s = q, t_s
