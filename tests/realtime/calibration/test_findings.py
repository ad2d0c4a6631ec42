"""Noise, level and tuning of an input, from recordings."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.realtime.calibration.findings import find_out
from repetiteur.realtime.calibration.frames import clipped_runs
from repetiteur.realtime.calibration.level import Level, hear_level
from repetiteur.realtime.calibration.pitch import hear_pitch
from repetiteur.realtime.calibration.processing import Evidence
from repetiteur.realtime.calibration.room import Quiet, hear_room

NOTHING = np.zeros(0, np.float32)


@pytest.mark.parametrize(
    ("dbfs", "quiet"), [(-75.0, Quiet.QUIET), (-52.0, Quiet.FAIR), (-35.0, Quiet.NOISY)]
)
def test_the_noise_of_a_room(studio, dbfs, quiet):
    room = hear_room(studio.noise(3.0, dbfs) + np.float32(0.02), studio.rate_hz)
    assert room.noise_dbfs == pytest.approx(dbfs, abs=0.3)
    assert room.offset == pytest.approx(0.02, abs=1e-3)
    assert (room.quiet, room.hum_hz) == (quiet, None)
    assert room.gate_open == 0.0, "the gate has learnt steady noise"
    assert dbfs - 25.0 < room.gate_opens_dbfs < dbfs + 25.0


def test_what_the_gate_is_said_to_open_at_opens_it(studio):
    from repetiteur.kernels.gate import NoiseGate, Sounding
    from repetiteur.realtime.calibration.frames import WINDOW, amplitudes

    noise = studio.noise(20.0, -50.0)
    opens_dbfs = hear_room(noise[: 3 * studio.rate_hz], studio.rate_hz).gate_opens_dbfs

    def opened(tone_dbfs: float) -> bool:
        heard = noise.copy()
        time_s = np.arange(studio.rate_hz) / studio.rate_hz
        tone = 10 ** ((tone_dbfs + 3) / 20) * np.sin(2 * np.pi * 880 * time_s)
        heard[-len(time_s) :] += tone.astype(np.float32)
        gate = NoiseGate(WINDOW)
        return [gate.push(frame) for frame in amplitudes(heard, studio.rate_hz)][-1] is Sounding.MUSIC

    assert opened(opens_dbfs + 6.0) and not opened(opens_dbfs - 10.0)


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_hum_is_told_from_noise(studio, mains_hz):
    time_s = np.arange(3 * studio.rate_hz) / studio.rate_hz
    hum = sum(np.sin(2 * np.pi * mains_hz * k * time_s) / k for k in (1, 2, 3, 5)) * 0.01
    assert hear_room(studio.noise(3.0, -60.0) + hum, studio.rate_hz).hum_hz == mains_hz


def test_an_input_that_is_off(studio):
    room = hear_room(np.zeros(3 * studio.rate_hz, np.float32), studio.rate_hz)
    assert room.quiet is Quiet.DEAD


@pytest.mark.parametrize(
    ("peak_dbfs", "level"),
    [(-70.0, Level.NOTHING), (-38.0, Level.SOFT), (-14.0, Level.FINE), (-1.0, Level.HOT)],
)
def test_the_level_of_playing(studio, peak_dbfs, level):
    played = studio.chords(4.0, peak_dbfs=peak_dbfs) + studio.noise(4.0, -65.0)
    loudness = hear_level(played, studio.rate_hz, -65.0)
    assert loudness.level is level
    if level is not Level.NOTHING:
        assert loudness.peak_dbfs == pytest.approx(peak_dbfs, abs=0.7)
    if level in (Level.SOFT, Level.HOT):
        assert loudness.peak_dbfs + loudness.change_db == pytest.approx(-9.0)


def test_clipping_goes_before_everything(studio):
    played = np.clip(studio.chords(4.0, peak_dbfs=6.0), -1.0, 1.0)
    loudness = hear_level(played, studio.rate_hz, -65.0)
    assert loudness.level is Level.CLIPPED and loudness.clipped > 5
    assert hear_level(0.5 * played, studio.rate_hz, -65.0, clipped=3).level is Level.CLIPPED


def test_clipped_places_are_counted_once_each():
    sound = np.array([0, 1, 1, 0, 1, 1, 1, 1, 0, -1, -1, -1, 1, 1, 1], np.float32)
    assert clipped_runs(sound) == 3


@pytest.mark.parametrize("a4_hz", [432.0, 440.0, 443.5])
def test_the_tuning(studio, a4_hz):
    pitch = hear_pitch(studio.chords(6.0, a4_hz) + studio.noise(6.0, -50.0), studio.rate_hz)
    assert pitch is not None
    assert abs(1200 * np.log2(pitch.a4_hz / a4_hz)) < 2.0


def test_noise_has_no_tuning(studio):
    assert hear_pitch(studio.noise(4.0, -30.0), studio.rate_hz) is None


@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_everything_at_any_rate(studio, rate_hz):
    def at(sound: np.ndarray) -> np.ndarray:
        places = np.arange(int(len(sound) * rate_hz / studio.rate_hz)) * studio.rate_hz / rate_hz
        return np.interp(places, np.arange(len(sound)), sound).astype(np.float32)

    quiet, music = at(studio.noise(2.0, -62.0)), at(studio.chords(4.0) + studio.noise(4.0, -62.0))
    findings = find_out(Evidence(rate_hz, quiet, music, quiet, NOTHING))
    assert findings.loudness.level is Level.FINE
    assert findings.pitch is not None and findings.pitch.a4_hz == pytest.approx(440.0, abs=0.5)
