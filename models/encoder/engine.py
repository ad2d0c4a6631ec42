"""The encoder as the rest of the program uses it: sound in, probabilities for every key out. Needs no torch.

    encoder = load_encoder()
    for sound in ...:  # float32, 16 kHz, one channel, any length
        told = encoder.hear(sound)  # (hops that ended in it, 88, HEADS)

What the numbers of a hop mean is in ``heads.py``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from repetiteur.kernels.descriptor_tables import A4_BANDS
from repetiteur.kernels.descriptors import descriptor_tables
from repetiteur.kernels.encoder_hear import Shared, hear, new_listener
from repetiteur.kernels.jit import floats
from repetiteur.kernels.spectra import spectra_plan
from repetiteur.models.encoder.heads import HEADS, HOP_SAMPLES, KEYS
from repetiteur.models.encoder.packing import pack
from repetiteur.models.encoder.weights import Weights, load_weights


class Encoder:
    """One listener: everything it remembers of its stream. One thread at a time; the weights are shared."""

    delay_s = 0.0  # the features add nothing to the heads' delays: their windows end with the newest sample

    def __init__(self, weights: Weights, shared: Shared) -> None:
        self.weights = weights
        self._shared = shared
        self.reset()

    def hear(self, samples: np.ndarray) -> np.ndarray:
        """(hops, KEYS, HEADS) probabilities, for the hops that end with one of these samples.

        ``samples`` are 16 kHz, one channel, of any number. Cutting a stream elsewhere changes nothing. A hop
        is 14 kB: a long recording is best given in pieces.
        """
        sound = floats(samples)
        waiting = int(self._listener.ear["filled"][0])  # samples of the hop under way
        out = np.empty(((waiting + len(sound)) // HOP_SAMPLES, KEYS, HEADS), np.float32)
        hear(self._shared, self._listener, sound, out)
        return out

    @property
    def octave_dynamics(self) -> np.ndarray:
        """A4 of the newest hop: how the energy of each octave band changes."""
        return self._listener.descriptors[:A4_BANDS].copy()

    def reset(self) -> None:
        """Silence so far."""
        self._listener = new_listener(self._shared.weights)

    @property
    def amplitudes(self) -> np.ndarray:
        """Of the middle window (full-scale sine: 1) in the last full hop; good until the next."""
        return self._listener.amplitudes

    def retune(self, a4_hz: float) -> None:
        """The grid lies there for the hops that end from now on; the past stays as it was heard."""
        self._shared = self._shared._replace(plan=spectra_plan(a4_hz))

    def another(self) -> Encoder:
        """A second listener for another stream, in no time: the weights are the same ones."""
        return Encoder(self.weights, self._shared)


def load_encoder(weights: Path | None = None, a4_hz: float = 440.0) -> Encoder:
    """Ready for the first sound: compiled (the first time on a machine that takes some 20 s) and warm.

    ``weights`` is another file than the one that ships; ``a4_hz`` is the piano's tuning. Raises WeightsError.
    """
    return encoder_of(load_weights(weights), a4_hz)


def encoder_of(weights: Weights, a4_hz: float = 440.0) -> Encoder:
    """As ``load_encoder``, of weights that are loaded already."""
    shared = Shared(spectra_plan(a4_hz), descriptor_tables(), pack(weights))
    encoder = Encoder(weights, shared)
    encoder.hear(np.zeros(2 * HOP_SAMPLES, np.float32))
    encoder.reset()
    return encoder
