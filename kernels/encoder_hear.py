"""Sound in, what the encoder says of every hop out: features and network in one call, no interpreter."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repetiteur.kernels.descriptor_tables import DESCRIPTORS
from repetiteur.kernels.descriptors import describe, new_past
from repetiteur.kernels.encoder_step import StepState, StepWeights, new_state, step
from repetiteur.kernels.jit import kernel
from repetiteur.kernels.spectra import FFT_BINS, MORE, listen, new_ear
from repetiteur.kernels.spectral_grid import BINS, WINDOWS


class Shared(NamedTuple):
    """Only read: for any number of listeners and threads."""

    plan: np.ndarray  # PLAN[1]
    tables: np.ndarray  # TABLES[1]
    weights: StepWeights


class Listener(NamedTuple):
    """One stream's past, and room to work in. One thread at a time."""

    ear: np.ndarray  # EAR[1]
    past: np.ndarray  # PAST[1]
    state: StepState
    spectra: np.ndarray  # f4[windows, BINS] of the last hop
    amplitudes: np.ndarray  # f4[FFT_BINS]
    descriptors: np.ndarray  # f4[DESCRIPTORS]


def new_listener(weights: StepWeights) -> Listener:
    """Of a stream that was silent so far."""
    return Listener(
        new_ear(),
        new_past(),
        new_state(weights),
        np.zeros((len(WINDOWS), BINS), np.float32),
        np.zeros(FFT_BINS, np.float32),
        np.zeros(DESCRIPTORS, np.float32),
    )


@kernel
def hear(shared, listener, sound, out):
    """Take in all of ``sound`` (float32, 16 kHz), fill ``out`` (hops, KEYS, heads); how many hops it gave."""
    begin, hops = 0, 0
    while True:
        begin = listen(shared.plan, listener.ear, sound, begin, listener.spectra, listener.amplitudes)
        if begin == MORE:
            return hops
        describe(shared.tables, listener.past, listener.amplitudes, listener.descriptors)
        step(shared.weights, listener.state, listener.spectra, listener.descriptors, out[hops])
        hops += 1
