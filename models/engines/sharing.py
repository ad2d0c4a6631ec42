"""One engine for many performers: hops that are there at about the same time are computed together.

Every performer has ears on a thread of his own, with their own clock and decoder; only the network is shared.
Whoever comes first waits a moment for others, then computes for all who have come, while the next gather.
So a hop waits for at most the round under way, ``PATIENCE_S``, and its own round.
"""

from __future__ import annotations

import threading

import numpy as np

from repetiteur.models.encoder.heads import HEADS, HOP_SAMPLES, KEYS
from repetiteur.models.engines.interface import Engine, WholeHops

PATIENCE_S = 0.001


class SharedEngine:
    """``listener`` for each performer, before they begin."""

    def __init__(self, engine: Engine, patience_s: float = PATIENCE_S) -> None:
        self._engine = engine
        self._patience_s = patience_s
        self._sound = np.zeros((engine.listeners, HOP_SAMPLES), np.float32)
        self._waits = np.zeros(engine.listeners, bool)  # for the next round
        self._told: list[np.ndarray | None] = [None] * engine.listeners
        self._turn = threading.Condition()
        self._led = False  # somebody gathers, or computes
        self._listeners = 0

    def listener(self) -> SharedListener:
        """The next of the engine's listeners, as ears want one."""
        self._listeners += 1
        assert self._listeners <= self._engine.listeners
        return SharedListener(self, self._listeners - 1)

    def hop(self, listener: int, sound: np.ndarray) -> np.ndarray:
        """(KEYS, HEADS) of one hop. Any thread, each listener's own; waits for the others."""
        with self._turn:
            self._sound[listener], self._waits[listener], self._told[listener] = sound, True, None
            self._turn.notify_all()
            while (told := self._told[listener]) is None:
                if self._led:
                    self._turn.wait()
                else:
                    self._lead(listener)
            return told

    def reset(self, listener: int) -> None:
        with self._turn:
            self._turn.wait_for(lambda: not self._led)
            self._engine.reset(listener)

    def _lead(self, leader: int) -> None:
        """One round. Who leads it holds the lock before and after, not while computing. Where the engine
        fails it fails him; the others try again."""
        self._led = True
        self._turn.wait_for(lambda: self._waits.sum() >= self._listeners, self._patience_s)
        who, sound = self._waits.copy(), self._sound.copy()
        self._waits[:] = False
        self._turn.release()
        try:
            told = self._engine.hear(sound, who)
        except BaseException:
            self._take_over(who & (np.arange(len(who)) != leader))
            raise
        self._take_over()
        for each in np.flatnonzero(who).tolist():
            self._told[each] = told[each, 0]

    def _take_over(self, again: np.ndarray | bool = False) -> None:
        self._turn.acquire()
        self._waits |= again
        self._led = False
        self._turn.notify_all()


class SharedListener:
    """An encoder for ears. Thread: whoever pushes."""

    delay_s = 0.0

    def __init__(self, shared: SharedEngine, number: int) -> None:
        self._shared = shared
        self._number = number
        self._hops = WholeHops()

    def hear(self, samples: np.ndarray) -> np.ndarray:
        told = [self._shared.hop(self._number, hop) for hop in self._hops.take(samples)]
        return np.stack(told) if told else np.zeros((0, KEYS, HEADS), np.float32)

    def reset(self) -> None:
        self._shared.reset(self._number)
        self._hops.reset()
