"""A perfect encoder, from the definitions of the heads, for all who test what comes after one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from repetiteur.kernels.spectral_grid import MIDDLE, fft_frequencies_hz
from repetiteur.models.encoder import heads

Note = tuple[int, float, float, int]  # pitch, onset_s, offset_s, velocity


def ideal_evidence(notes: Sequence[Note], duration_s: float) -> np.ndarray:
    hops = round(duration_s / heads.HOP_S)
    evidence = np.zeros((hops, heads.KEYS, heads.HEADS), np.float32)

    def moments(delay: int) -> np.ndarray:
        return np.arange(hops) + 1.0 - delay

    for pitch, onset_s, offset_s, velocity in notes:
        rows = evidence[:, pitch - heads.LOWEST_KEY]
        onset, offset = onset_s / heads.HOP_S, offset_s / heads.HOP_S

        def raise_to(head: int, values: np.ndarray, rows: np.ndarray = rows) -> None:
            rows[:, head] = np.maximum(rows[:, head], values)

        def triangle(delay: int, moment: float) -> np.ndarray:
            return np.maximum(0.0, 1.0 - np.abs(moments(delay) - moment) / heads.TRIANGLE_HOPS)

        for head, delay in enumerate(heads.ONSET_DELAYS):
            raise_to(head, triangle(delay, onset))
        raise_to(heads.OFFSET, triangle(heads.SURE_DELAY, offset))
        late = (heads.FRAME_EARLY, heads.VELOCITY_EARLY, heads.EARLY_DELAY), (
            heads.FRAME, heads.VELOCITY, heads.SURE_DELAY)  # fmt: skip
        for frame, loudness, delay in late:
            raise_to(frame, ((moments(delay) >= onset) & (moments(delay) < offset)).astype(float))
            raise_to(loudness, velocity / 128.0 * (triangle(delay, onset) > 0))
    return evidence


class IdealEncoder:
    """Tells of these notes as time passes, whatever the sound is. Its front end is late."""

    def __init__(self, notes: Sequence[Note], duration_s: float, delay_s: float = 0.0) -> None:
        self.delay_s = delay_s
        late = [(pitch, on + delay_s, off + delay_s, velocity) for pitch, on, off, velocity in notes]
        self._evidence = ideal_evidence(late, duration_s)
        self.reset()

    def hear(self, samples: np.ndarray) -> np.ndarray:
        assert samples.dtype == np.float32 and samples.ndim == 1 and np.isfinite(samples).all()
        self.samples += len(samples)
        self.loudest = max(self.loudest, float(np.abs(samples).max(initial=0.0)))
        first, self._told = self._told, self.samples // heads.HOP_SAMPLES
        told = np.zeros((self._told - first, heads.KEYS, heads.HEADS), np.float32)
        known = self._evidence[first : self._told]
        told[: len(known)] = known
        return told

    def reset(self) -> None:
        self.samples, self.loudest, self._told = 0, 0.0, 0

    @property
    def amplitudes(self) -> np.ndarray:
        """In which nobody finds a tuning."""
        return np.zeros(len(fft_frequencies_hz(MIDDLE)))

    def retune(self, a4_hz: float) -> None: ...


@pytest.fixture(name="ideal_evidence")
def _ideal_evidence() -> Callable[[Sequence[Note], float], np.ndarray]:
    return ideal_evidence


@pytest.fixture
def ideal_encoder() -> type[IdealEncoder]:
    return IdealEncoder


@pytest.fixture
def many_notes() -> list[Note]:
    """Over the whole keyboard, at every place between the hops, some struck again at once; 9 s."""
    random = np.random.default_rng(4)
    notes: list[Note] = []
    for pitch in range(21, 109):
        at_s = 0.2 + random.random() * 0.3
        while at_s < 8.0:
            lasts_s = 0.1 + random.random() * 0.7
            notes.append((pitch, at_s, at_s + lasts_s, int(random.integers(1, 128))))
            at_s += lasts_s + (0.0 if random.random() < 0.3 else 0.08 + random.random())
    return sorted(notes, key=lambda note: note[1])
