"""What is left out when the machine cannot keep up, in this order, and taken up again when it can.

    1. the Ladder                verdicts by ear come from the rules alone
    2. confirmation              a heard note counts when it is first told, 40 ms after its onset
    3. the rate of positions     twenty a second at most, and what was missed is told as seldom

Late means: what is taken up now was due a tenth of a second ago, and has been so late for a while. A single
hiccup of the machine leaves out nothing.
"""

from __future__ import annotations

import math
from dataclasses import replace
from enum import Enum

from repetiteur.realtime.events import NoteStatus
from repetiteur.realtime.inputs import Heard, HeardEnd, HeardTrace

LATE_S = 0.1
FINE_S = 0.06  # between the two nothing changes
PATIENCE_S = 0.3  # of lateness, before the next thing is left out
RECOVERS_S = 3.0  # without lateness, before one is taken up again
REMEDY = "stop other programs; it is taken up again when the machine keeps up"


class Work(Enum):
    """In the order in which it is left out; the value says what that means to those who listen."""

    LADDER = "mistakes are told without looking at the sound once more"
    CONFIRMATION = "heard notes count at first hearing"
    POSITION_RATE = "positions come 20 times a second at most"


class Overload:
    """One per session. Thread: the engine's; ``leaves_out`` may be asked from any."""

    def __init__(self, offered: tuple[Work, ...] = (Work.POSITION_RATE,)) -> None:
        """``offered``: work that somebody does, and can leave out."""
        self._offered = frozenset(offered)
        self._left_out: tuple[Work, ...] = ()
        self._late_since_s = self._fine_since_s = math.inf

    def offer(self, work: Work) -> None:
        """From now on somebody does this."""
        self._offered |= {work}

    def leaves_out(self, work: Work) -> bool:
        return work in self._left_out

    def look(self, now_s: float, late_s: float) -> Work | None:
        """What is taken up now was due ``late_s`` ago. Gives what is to be left out from here on."""
        if late_s > LATE_S:
            self._fine_since_s = math.inf
            self._late_since_s = min(self._late_since_s, now_s)
            if now_s - self._late_since_s >= PATIENCE_S:
                self._late_since_s = now_s
                return self._next()
        elif late_s < FINE_S:
            self._late_since_s = math.inf
            self._fine_since_s = min(self._fine_since_s, now_s)
            if now_s - self._fine_since_s >= RECOVERS_S:
                self._fine_since_s = now_s
                self._left_out = self._left_out[:-1]
        return None

    def _next(self) -> Work | None:
        for work in Work:
            if work in self._offered and work not in self._left_out:
                self._left_out += (work,)
                return work
        return None


class FirstWord:
    """Where confirmation is left out: the first word on a note is the last. Thread: the engine's."""

    def __init__(self) -> None:
        self._given: set[int] = set()  # notes that counted at once, and are still on the ears' minds

    def on(self, item: Heard, at_once: bool) -> Heard | None:
        """What the engine is to be told instead; None for nothing. ``at_once``: of a note told now."""
        if isinstance(item, HeardTrace):
            return item
        if isinstance(item, HeardEnd):
            self._given.discard(item.id)
        elif item.id in self._given:
            if item.status is NoteStatus.WITHDRAWN:  # too late: it counted, and ends now
                self._given.discard(item.id)
                return HeardEnd(item.t_s, item.id, item.t_s)
            return None
        elif at_once and item.status is NoteStatus.PROVISIONAL:
            self._given.add(item.id)
            return replace(item, status=NoteStatus.CONFIRMED)
        return item
