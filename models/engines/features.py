"""What the networks of the other engines look at: spectra and descriptors of many listeners, by Numba."""

from __future__ import annotations

import numpy as np

from repetiteur.kernels.descriptor_tables import DESCRIPTORS
from repetiteur.kernels.descriptors import describe, descriptor_tables, new_past
from repetiteur.kernels.spectra import FFT_BINS, listen, new_ear, spectra_plan
from repetiteur.kernels.spectral_grid import BINS, HOP_SAMPLES, WINDOWS


class Features:
    """About 20 microseconds a listener and hop, one after the other. One thread."""

    def __init__(self, listeners: int, a4_hz: float = 440.0) -> None:
        self._plan, self._tables = spectra_plan(a4_hz), descriptor_tables()
        self._amplitudes = np.zeros(FFT_BINS, np.float32)
        self._ears = [new_ear() for _ in range(listeners)]
        self._pasts = [new_past() for _ in range(listeners)]

    def of(self, sound: np.ndarray, who: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """(listeners, hops, windows, BINS) and (listeners, hops, DESCRIPTORS) of whole hops; ``who``: of
        these listeners, for the others no time passes."""
        sound = np.require(sound, np.float32, ("C", "A", "W"))
        listeners, hops = len(sound), sound.shape[1] // HOP_SAMPLES
        spectra = np.zeros((listeners, hops, len(WINDOWS), BINS), np.float32)
        descriptors = np.zeros((listeners, hops, DESCRIPTORS), np.float32)
        for number, (ear, past) in enumerate(zip(self._ears, self._pasts, strict=True)):
            if who is not None and not who[number]:
                continue
            begin = 0
            for hop in range(hops):
                begin = listen(self._plan, ear, sound[number], begin, spectra[number, hop], self._amplitudes)
                describe(self._tables, past, self._amplitudes, descriptors[number, hop])
        return spectra, descriptors

    def reset(self, listener: int | None = None) -> None:
        for number in range(len(self._ears)) if listener is None else (listener,):
            self._ears[number], self._pasts[number] = new_ear(), new_past()
