"""What systems do to sound is told from the sound; what rooms and players do is not taken for it."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.realtime.calibration.findings import steady_noise
from repetiteur.realtime.calibration.processing import LIKELY, Evidence, Processing, suspicions

NOTHING = np.zeros(0, np.float32)


@pytest.fixture
def clean(studio) -> Evidence:
    """A room at -55 dBFS, somebody playing in it, a loudspeaker."""
    return Evidence(
        float(studio.rate_hz),
        studio.noise(3.0, -55.0, 1),
        studio.chords(5.0) + studio.noise(5.0, -55.0, 2),
        studio.noise(3.0, -55.0, 3),
        steady_noise(studio.rate_hz, 3.0) + studio.noise(3.0, -55.0, 4),
    )


def with_(heard: Evidence, **other: np.ndarray) -> Evidence:
    parts = {name: getattr(heard, name) for name in ("before", "music", "after", "steady")}
    return Evidence(heard.rate_hz, **(parts | other))


def surest(heard: Evidence) -> tuple[Processing, float]:
    found = suspicions(heard)
    assert found
    return found[0].kind, found[0].sure


def test_a_plain_microphone_is_not_suspected(clean, studio):
    assert suspicions(clean) == ()
    assert suspicions(with_(clean, steady=NOTHING)) == ()
    assert suspicions(Evidence(studio.rate_hz, NOTHING, NOTHING, NOTHING, NOTHING)) == ()


def test_rooms_that_are_not_quite_still_are_not_suspected(clean, studio):
    steps = studio.noise(3.0, -55.0, 5)
    steps[: studio.rate_hz] *= 1.4
    assert suspicions(with_(clean, before=steps)) == ()
    ringing = clean.after + studio.fade(studio.noise(3.0, -45.0, 6), 0.0, -40.0)
    assert suspicions(with_(clean, after=ringing)) == ()


def test_a_quiet_converter_of_16_bits_is_no_gate(clean):
    def coarse(sound: np.ndarray) -> np.ndarray:
        return (np.round(sound * 32768 / 180) / 32768).astype(np.float32)

    quiet = with_(clean, before=coarse(clean.before), after=coarse(clean.after))
    assert np.mean(quiet.before == 0.0) > 0.3, "many single zeros"
    assert suspicions(quiet) == ()


def test_an_input_that_is_off_is_not_meddled_with(studio):
    off = np.zeros(3 * studio.rate_hz, np.float32)
    assert suspicions(Evidence(studio.rate_hz, off, off, off, NOTHING)) == ()


def test_a_gate(clean, studio):
    music = clean.music.copy()
    for at_s in (0.5, 1.2, 1.9, 2.6):
        first = round((at_s + 0.1) * studio.rate_hz)
        music[first : first + studio.rate_hz // 10] = 0.0
    kind, sure = surest(with_(clean, before=np.zeros_like(clean.before), music=music))
    assert kind is Processing.GATE and sure >= LIKELY


def test_noise_suppression_that_learns_the_room(clean, studio):
    kind, sure = surest(with_(clean, before=studio.fade(clean.before, 0.0, -18.0)))
    assert kind is Processing.SUPPRESSION and sure >= LIKELY


@pytest.mark.parametrize("from_db", [-15.0, -8.0])
def test_automatic_gain_that_comes_up_after_playing(clean, studio, from_db):
    kind, sure = surest(with_(clean, after=studio.fade(clean.after, from_db, 0.0, 4.0)))
    assert kind is Processing.GAIN
    assert sure >= LIKELY or from_db == -8.0


def test_automatic_gain_that_stays_down_after_playing(clean):
    kind, _ = surest(with_(clean, after=0.25 * clean.after))
    assert kind is Processing.GAIN


def test_automatic_gain_on_steady_noise(clean, studio):
    kind, sure = surest(with_(clean, steady=studio.fade(clean.steady, 0.0, -7.0)))
    assert kind is Processing.GAIN and sure >= LIKELY


def test_steady_noise_that_is_taken_away(clean, studio):
    kind, sure = surest(with_(clean, steady=studio.fade(clean.steady, 0.0, -22.0)))
    assert kind is Processing.ECHO and sure >= LIKELY


def test_steady_noise_that_is_chopped(clean, studio):
    die = np.random.default_rng(0)
    gains = np.repeat(10 ** (die.uniform(-8, 0, 30) / 20), studio.rate_hz // 10)
    kind, _ = surest(with_(clean, steady=(clean.steady * gains).astype(np.float32)))
    assert kind is Processing.SUPPRESSION


@pytest.mark.parametrize("to_hz", [3400.0, 7000.0, 8000.0, 12_000.0])
def test_a_telephones_band(clean, studio, to_hz):
    parts = {name: studio.band(getattr(clean, name), to_hz) for name in ("before", "music", "after")}
    found = suspicions(with_(clean, **parts))
    assert [each.kind for each in found] == [Processing.BAND]
    assert found[0].sure >= LIKELY
    assert f"{to_hz / 1000:.0f}"[:1] in found[0].because


def test_a_dull_microphone_has_no_telephones_band(clean, studio):
    """24 dB an octave above 5 kHz."""
    def dull(sound: np.ndarray) -> np.ndarray:
        spectrum = np.fft.rfft(sound)
        spectrum /= 1 + (np.fft.rfftfreq(len(sound), 1 / studio.rate_hz) / 5000.0) ** 4
        return np.fft.irfft(spectrum, len(sound)).astype(np.float32)

    parts = {name: dull(getattr(clean, name)) for name in ("before", "music", "after")}
    assert suspicions(with_(clean, **parts)) == ()
