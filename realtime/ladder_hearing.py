"""The second hearing with the Ladder: the judge is answered by who looks at sound and score at once."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

import numpy as np

from repetiteur.realtime.follower import Follower
from repetiteur.realtime.inputs import HeardTrace
from repetiteur.realtime.ladder import Ladder, Look, Reader
from repetiteur.realtime.score import Score
from repetiteur.realtime.second_hearing import REMEMBERED, SecondHearing

PLAYED_ABOVE = 0.6  # probability from which a note that seems to be missing was played after all
EXTRA_ABOVE = 0.45  # ... and from which a note nobody asked for was struck
CLEAR_ABOVE = 0.9  # in the sure head: it is hardly ever surer, and so clear a note needs no second opinion
ELSEWHERE_ABOVE = 0.5  # probability from which nothing is told, because it is not this that is played
LOOKS_EVERY_S, HEEDS = 0.5, 0.4  # and how much each look counts, whether it is this that is played at all
NEAR_S = 0.3  # a trace this near to when a key was due may be it
SAME_DUE_S = 0.5  # the judge and the Ladder may reckon a little differently when that was


class LadderHearing(SecondHearing):
    """As its base class, which is asked where the Ladder sees nothing. Same thread as the judge."""

    def __init__(self, load: Callable[[], Reader]) -> None:
        """``load``: called when the first trace of a score is heard."""
        super().__init__()
        self._load = load
        self._ladder: Ladder | None = None
        self._now_s = -math.inf
        self._seen: tuple[float, int, Look] | None = None

    def follow(self, score: Score, follower: Follower) -> None:
        super().follow(score, follower)
        self._score, self._follower = score, follower
        self._ladder, self._seen = None, None
        self._real: deque[int] = deque(maxlen=REMEMBERED)  # notes that were found to be
        self.strange, self._look_again_s, self._root = 0.0, -math.inf, follower.root

    def tick(self, t_s: float) -> None:
        self._now_s = t_s

    def trace(self, trace: HeardTrace, note: int | None, pitch: int) -> None:
        super().trace(trace, note, pitch)
        if self._ladder is None:
            self._ladder = Ladder(self._score, self._follower.layout, self._load())
        self._ladder.trace(trace, note, pitch)

    def note(self, note: int) -> None:
        if self._ladder is not None:
            self._ladder.note(note, self._follower.notes)
            if self._now_s > self._look_again_s:
                self._look_again_s = self._now_s + LOOKS_EVERY_S
                self._wonder()

    def struck(self, pitch: int, due_s: float) -> HeardTrace | None:
        look = self._look()
        if look is None:
            return super().struck(pitch, due_s)
        written = look.view.written
        away_s = np.where(written["pitch"] == pitch, np.abs(written["due_s"] - due_s), math.inf)
        if not len(away_s) or away_s.min() > SAME_DUE_S:
            return super().struck(pitch, due_s)
        if look.answer.played[int(away_s.argmin())] < PLAYED_ABOVE:
            return None
        return self._likeliest(look, pitch, due_s)

    def is_real(self, note: int) -> bool:
        own = self._trace_of(note)
        if own is not None and own.sure >= CLEAR_ABOVE:
            return True
        if note in self._real:
            return True  # and stays it, though a player who begins again makes the view another
        look = self._look()
        extra = None if look is None else look.was_extra(note)
        if extra is None:
            return super().is_real(note)
        if extra >= EXTRA_ABOVE:
            self._real.append(note)
        return extra >= EXTRA_ABOVE

    def _wonder(self) -> None:
        """Whether it is this that is played. Somewhere else in the score is a new beginning."""
        look = self._look()
        if look is None or self._follower.root != self._root:
            self._root, self.strange = self._follower.root, 0.0
        else:
            self.strange += HEEDS * (look.answer.elsewhere - self.strange)

    def elsewhere(self) -> bool:
        look = self._look()
        return look is not None and look.answer.elsewhere >= ELSEWHERE_ABOVE

    def _look(self) -> Look | None:
        """What there is to see now; the same for all questions of a moment."""
        if self._ladder is None or self.at_rest:
            return None
        moment = self._now_s, self._follower.notes
        if self._seen is None or self._seen[:2] != moment:
            self._seen = (*moment, self._ladder.look(self._now_s, self._follower))
        return self._seen[2]

    def _likeliest(self, look: Look, pitch: int, due_s: float) -> HeardTrace | None:
        """Which trace a key was that nobody was told of."""
        struck = {
            float(trace["onset_s"]): probability
            for trace, probability in zip(look.view.traces, look.answer.struck, strict=True)
            if trace["pitch"] == pitch
        }
        near = [
            trace
            for note, written, trace in self._traces
            if note is None
            and written == pitch
            and abs(trace.onset_s - due_s) <= NEAR_S
            and trace.onset_s in struck
        ]
        return max(near, key=lambda trace: struck[trace.onset_s], default=None)
