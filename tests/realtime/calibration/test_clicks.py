"""A test sound is found to the sample in what came back, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.realtime.calibration.clicks import clicks, find_clicks


def heard(studio, at: int, gain: float, noise_dbfs: float, rate_hz: int) -> np.ndarray:
    sound = clicks(rate_hz)
    back = 10 ** (noise_dbfs / 20) * np.random.default_rng(3).standard_normal(len(sound) + rate_hz)
    back[at : at + len(sound)] += gain * sound
    return back.astype(np.float32)


@pytest.mark.parametrize("rate_hz", [16_000, 44_100, 48_000])
@pytest.mark.parametrize("at", [0, 1, 777, 15_999])
def test_found_to_the_sample(studio, rate_hz, at):
    echo = find_clicks(heard(studio, at, 0.1, -60.0, rate_hz), rate_hz)
    assert echo is not None
    assert round(echo.at_s * rate_hz) == at
    assert echo.gain_db == pytest.approx(-20.0, abs=0.3)


def test_found_in_noise_as_loud_as_itself_upside_down_and_in_a_room(studio):
    back = heard(studio, 5000, -0.1, -31.0, 48_000)
    die = np.random.default_rng(4)
    room = np.zeros(4800)
    room[0] = 1.0
    room[400:] = 0.1 * die.standard_normal(4400) * np.exp(-np.arange(4400) / 1500)
    echo = find_clicks(np.convolve(back, room)[: len(back)].astype(np.float32), 48_000)
    assert echo is not None and round(echo.at_s * 48_000) == 5000


@pytest.mark.parametrize(
    "kind", ["noise", "music", "zeros", "one click", "a knock at the beginning", "too short"]
)
def test_not_found_where_it_is_not(studio, kind):
    rate_hz = studio.rate_hz
    sounds = {
        "noise": studio.noise(3.0, -20.0),
        "music": studio.chords(3.0),
        "zeros": np.zeros(3 * rate_hz, np.float32),
        "one click": np.eye(1, 3 * rate_hz, 60_000, dtype=np.float32)[0],
        "a knock at the beginning": np.eye(1, 3 * rate_hz, 500, dtype=np.float32)[0],
        "too short": np.zeros(100, np.float32),
    }
    assert find_clicks(sounds[kind], rate_hz) is None
