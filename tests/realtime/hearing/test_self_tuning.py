"""The tuning is found in the first seconds of playing, once, and the same however the sound is cut."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.kernels.spectra import FFT_BINS, MORE, listen, new_ear, spectra_plan
from repetiteur.kernels.spectral_grid import BINS, WINDOWS
from repetiteur.models.encoder.heads import FRAME, HEADS, HOP_SAMPLES, KEYS
from repetiteur.realtime.hearing import self_tuning
from repetiteur.realtime.hearing.self_tuning import SelfTuning

RATE_HZ = 16_000


class Spectator:
    """Takes real spectra; hears a key sound where it is loud, and tells where its grid lies."""

    delay_s = 0.0
    hears = True

    def __init__(self) -> None:
        self.reset()
        self.retune(440.0)

    def reset(self) -> None:
        self._ear = new_ear()
        self.amplitudes = np.zeros(FFT_BINS, np.float32)

    def retune(self, a4_hz: float) -> None:
        self.a4_hz, self._plan = a4_hz, spectra_plan(a4_hz)

    def hear(self, samples: np.ndarray) -> np.ndarray:
        rows, begin, row = [], 0, np.zeros((len(WINDOWS), BINS), np.float32)
        while (begin := listen(self._plan, self._ear, samples, begin, row, self.amplitudes)) != MORE:
            rows.append(np.full((KEYS, HEADS), self.a4_hz, np.float32))
            rows[-1][:, FRAME] = self.hears and self.amplitudes.max() > 0.003
        return np.array(rows, np.float32).reshape(-1, KEYS, HEADS)


def chords(a4_hz: float, seconds: float = 4.0, silent_s: float = 1.0) -> np.ndarray:
    time_s = np.arange(round(RATE_HZ * seconds)) / RATE_HZ
    sound = np.zeros(len(time_s))
    for number, chord in enumerate(((60, 64, 67, 72), (53, 60, 65, 69), (55, 59, 62, 67)) * 3):
        since_s = np.clip(time_s - silent_s - 0.5 * number, 0.0, None)
        for pitch in chord:
            for partial in (1, 2, 3, 4):
                hz = partial * a4_hz * 2 ** ((pitch - 69) / 12)
                sound += 0.03 * np.sin(2 * np.pi * hz * since_s) * np.exp(-3 * since_s) / partial
    return sound.astype(np.float32)


def heard(sound: np.ndarray, piece: int, encoder: Spectator) -> tuple[np.ndarray, list[float]]:
    """The grid's A4 for each hop, and what was told."""
    told: list[float] = []
    tuning = SelfTuning(encoder, told.append)
    evidence = [tuning.hear(sound[first : first + piece]) for first in range(0, len(sound), piece)]
    a4s = np.concatenate(evidence)[:, 0, 0]
    known = np.array([tuning.a4_hz(hop) for hop in range(len(a4s))], np.float32)
    assert np.array_equal(a4s, known)
    return a4s, told


@pytest.mark.parametrize("a4_hz", [430.0, 442.0, 448.0])
def test_the_grid_moves_once_to_where_the_piano_is(a4_hz: float) -> None:
    a4s, told = heard(chords(a4_hz), 1600, Spectator())
    assert len(told) == 1 and abs(1200 * np.log2(told[0] / a4_hz)) < 2.0
    moved = int(np.argmax(a4s != 440.0))
    assert 200 <= moved <= 300, "a second and a bit after the first note"
    assert (a4s[:moved] == 440.0).all() and (a4s[moved:] == np.float32(told[0])).all()


@pytest.mark.parametrize("piece", [37, HOP_SAMPLES, 441, 50_000])
def test_however_the_sound_is_cut(piece: int) -> None:
    sound = chords(447.0, 2.0, 0.2)
    a4s, told = heard(sound, piece, Spectator())
    whole, told_whole = heard(sound, len(sound), Spectator())
    assert np.array_equal(a4s, whole) and told == told_whole


def test_what_comes_later_changes_nothing_told_before() -> None:
    sound = chords(447.0)
    a4s, _ = heard(sound, 1600, Spectator())
    cut, _ = heard(sound[: 5 * RATE_HZ // 2], 1600, Spectator())
    assert np.array_equal(cut, a4s[: len(cut)])


def test_without_keys_that_sound_nothing_moves() -> None:
    deaf = Spectator()
    deaf.hears = False
    a4s, told = heard(chords(447.0), 1600, deaf)
    assert told == [] and (a4s == 440.0).all()


@pytest.mark.parametrize("a4_hz", [439.0, 440.0, 441.0])
def test_where_it_lies_well_enough_it_stays(a4_hz: float) -> None:
    a4s, told = heard(chords(a4_hz), 1600, Spectator())
    assert told == [] and (a4s == 440.0).all()


def test_what_does_not_agree_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_tuning, "GIVES_UP_HOPS", 60)
    a4s, told = heard(chords(447.0), 1600, Spectator())
    assert told == [] and (a4s == 440.0).all()


def test_a_new_stream_begins_anew() -> None:
    told: list[float] = []
    encoder = Spectator()
    tuning = SelfTuning(encoder, told.append)
    tuning.hear(chords(447.0))
    tuning.reset()
    assert encoder.a4_hz == tuning.a4_hz(10**6) == 440.0
    tuning.hear(chords(433.0))
    assert [round(a4_hz) for a4_hz in told] == [447, 433]
