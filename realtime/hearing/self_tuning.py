"""An encoder that finds out how the piano is tuned while it listens, and moves its grid there, once.

Heard are the spectra of the moments in which the encoder hears keys sound, so that hum and talk before the
music say nothing. The grid moves when for a second of sounding keys all agrees on one tuning, and that is
another. It is decided after whole hops alone: how the sound is cut changes nothing, and nothing is told anew.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Protocol

import numpy as np

from repetiteur.kernels.spectral_grid import MIDDLE, shape
from repetiteur.kernels.tuning import SURE, Tuning
from repetiteur.models.encoder.heads import FRAME, HOP_SAMPLES
from repetiteur.realtime.hearing.ears import A4_HZ, Encoder

SOUNDS = 0.5  # probability of a sounding key
AGREED_HOPS = 100
AGREED_CENTS = 2.0
GIVES_UP_HOPS = 3000  # of sounding keys that do not agree
LEAST_CENTS = 5.0  # nearer to where it lies the grid stays: moving it takes 15 ms, and would be worth nothing


class TunableEncoder(Encoder, Protocol):
    @property
    def amplitudes(self) -> np.ndarray:
        """Of the middle window of the last full hop; good until the next."""
        ...

    def retune(self, a4_hz: float) -> None:
        """For the hops that end from now on."""
        ...


class SelfTuning:
    """An ``Encoder``. ``told`` is called once, by whoever pushes, with the A4 that was found, Hz, if the grid
    had to be moved."""

    def __init__(self, encoder: TunableEncoder, told: Callable[[float], None]) -> None:
        self._encoder = encoder
        self._told = told
        self._found_hz, self._moved_at = A4_HZ, 0  # and the hop from which on the grid lies there
        self._begin()
        _compile(encoder.amplitudes)

    @property
    def delay_s(self) -> float:
        return self._encoder.delay_s

    def reset(self) -> None:
        self._encoder.reset()
        if self._found_hz != A4_HZ:
            self._encoder.retune(A4_HZ)
            self._found_hz = A4_HZ
        self._begin()

    def a4_hz(self, hop: int) -> float:
        """As which A4 that hop is heard, since ``reset``."""
        return self._found_hz if hop >= self._moved_at else A4_HZ

    def hear(self, samples: np.ndarray) -> np.ndarray:
        if self._settled:
            return self._encoder.hear(samples)
        told, begin = [], 0
        while not self._settled and begin < len(samples):
            end = begin + HOP_SAMPLES - self._waiting
            evidence = self._encoder.hear(samples[begin:end])
            self._waiting = (self._waiting + len(samples[begin:end])) % HOP_SAMPLES
            begin = end
            told.append(evidence)
            self._hops += len(evidence)
            if len(evidence) and evidence[0, :, FRAME].max() > SOUNDS:
                self._consider()
        told.append(self._encoder.hear(samples[begin:]))
        return np.concatenate(told)

    def _begin(self) -> None:
        self._tuning = Tuning(shape(MIDDLE), A4_HZ)
        self._agreed: deque[float] = deque(maxlen=AGREED_HOPS)  # cents, of the last sounding hops
        self._hops = self._sounded = 0  # heard, and of these with a key in them
        self._waiting = 0  # samples of the hop under way
        self._settled = False

    def _consider(self) -> None:
        """After a hop in which a key sounded."""
        self._sounded += 1
        self._settled = self._sounded == GIVES_UP_HOPS
        self._tuning.push(self._encoder.amplitudes)
        if self._tuning.confidence < SURE:
            self._agreed.clear()
            return
        self._agreed.append(self._tuning.cents)
        if len(self._agreed) == AGREED_HOPS and max(self._agreed) - min(self._agreed) < AGREED_CENTS:
            self._settled = True
            a4_hz = self._tuning.a4_hz(A4_HZ)
            if abs(1200 * math.log2(a4_hz / A4_HZ)) >= LEAST_CENTS:
                self._encoder.retune(a4_hz)
                self._found_hz, self._moved_at = a4_hz, self._hops
                self._told(a4_hz)


def _compile(amplitudes: np.ndarray) -> None:
    """All that judging a hop takes: now, and not at the first notes."""
    tuning = Tuning(shape(MIDDLE), A4_HZ)
    tuning.push(amplitudes)
    float(tuning.cents)
