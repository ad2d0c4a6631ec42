"""Where the player is, told: positions, leaps and landmarks, from notes and from time passing."""

from __future__ import annotations

from repetiteur.realtime.events import Emit, Jump, Position
from repetiteur.realtime.glide import Glide, glide_from, standing_at
from repetiteur.realtime.landmarks import Landmarks
from repetiteur.realtime.score import Score
from repetiteur.realtime.shown import Shown

LEAP_Q = 1.0  # a fresh start this near to the old place is a correction, not a leap
DOUBTED = 0.1  # a change of confidence worth a position
MOVED_Q = 1e-3  # less than this is not worth a position


class Whereabouts:
    """Turns what is shown into positions and landmarks. Same thread as the engine."""

    def __init__(self, score: Score, shown: Shown, emit: Emit) -> None:
        self._score = score
        self._shown = shown
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

    def heard(self, shown: Shown, t_s: float) -> None:
        """A note was heard, and this is shown now: tell the place if it moved."""
        self._shown = shown
        if shown.waiting:
            return
        if shown.chord == self._chord and shown.travel == self._travel and shown.root == self._root:
            self._doubt(t_s)
            return
        before_q, before_travel = self._q, self._travel
        first, fresh = self._chord < 0, shown.root != self._root
        self.glide = glide_from(shown, t_s)
        q = self.glide.q_at(t_s)
        self._chord, self._root, self._travel = shown.chord, shown.root, shown.travel
        turned = abs(self._travel - before_travel) > 1e-6
        leapt = turned or q - before_q < -LEAP_Q or (fresh and q - before_q > LEAP_Q)
        if leapt:
            self._emit(Jump, t_s, (before_q, q, shown.confidence))
        if leapt or first:
            self._tell(q, t_s)
            self._landmarks.landed(q, shown.which_pass, t_s)
        elif fresh or q > before_q:
            self._tell(q, t_s)
            self._landmarks.moved(before_q, q, shown.which_pass, t_s)

    def passed(self, t_s: float, rate_hz: float) -> None:
        """Time has passed: glide on, at most ``rate_hz`` positions a second."""
        if t_s - self._told_s < 1.0 / rate_hz - 1e-6:
            return
        q = self.glide.q_at(t_s)
        before_q = self._q
        if q - before_q < MOVED_Q:
            return
        self._tell(q, t_s)
        self._landmarks.moved(before_q, q, self._shown.which_pass, t_s)
        self._landmarks.turn_ahead(q, self.glide.q_per_s, t_s)

    def _doubt(self, t_s: float) -> None:
        """The place is the same but less, or more, sure."""
        if abs(self._shown.confidence - self._confidence) > DOUBTED:
            self._tell(max(self._q, self.glide.q_at(t_s)), t_s)

    def placed(self, shown: Shown, t_s: float) -> None:
        """The player is waited for at a chord: at the start, or where the operator put him."""
        self._shown = shown
        q = shown.layout.chord_q[shown.chord]
        self.glide = standing_at(q, t_s)
        self._chord, self._root, self._travel = -1, shown.root, shown.travel
        self._tell(q, t_s)

    def leapt(self, shown: Shown, from_q: float, t_s: float) -> None:
        """The operator moved the player here from ``from_q``."""
        self._emit(Jump, t_s, (from_q, shown.layout.chord_q[shown.chord], 1.0))
        self.placed(shown, t_s)

    def _tell(self, q: float, t_s: float) -> None:
        shown = self._shown
        bar, beat = self._landmarks.bar_and_beat(q)
        self._confidence = shown.confidence
        bpm = self._landmarks.printed_bpm(q) / shown.pace
        self._emit(
            Position,
            t_s,
            (self._score.bar_labels[bar], bar, beat, q, q + self._travel, bpm, self._confidence),
        )
        self._q, self._told_s = q, t_s
