"""Rooms colour sound, move it no further than it has to travel, and do not lengthen it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from repetiteur.models.studio.room import CURVE_HZ, FARTHEST_M, SILENT_DB, SOUND_M_PER_S, Room, draw_room

torch = pytest.importorskip("torch")

SAMPLES = 20_000
LATEST = FARTHEST_M / SOUND_M_PER_S * 16_000
SWELLING = 0.04 * 16_000  # samples after which the walls are as loud as they get


def plain(**fields) -> Room:
    """A room that does nothing but set the level."""
    level = -6.0
    silent = np.zeros(len(CURVE_HZ))
    nothing = Room(np.ones(1, np.float32), np.ones(len(CURVE_HZ)), level, silent, SILENT_DB, 50.0, 0.0, 0.0)
    return dataclasses.replace(nothing, **fields)


def through(dry, rooms):
    from repetiteur.models.studio.recording import through_rooms

    return through_rooms(torch.from_numpy(dry), rooms, torch.Generator().manual_seed(3)).numpy()


@pytest.fixture
def dry() -> np.ndarray:
    """A click and what rings after it."""
    random = np.random.default_rng(0)
    ringing = 0.2 * random.standard_normal(SAMPLES) * np.exp(-np.arange(SAMPLES) / 2000)
    return np.roll(ringing, 4000).astype(np.float32)[None] * (np.arange(SAMPLES) >= 4000)


def decibel(value: float) -> float:
    return 20 * np.log10(value)


def test_an_empty_room_only_sets_the_level(dry):
    wet = through(dry.astype(np.float32), [plain()])[0]
    assert decibel(np.abs(wet).max() / np.abs(dry).max()) == pytest.approx(-6, abs=0.01)
    assert np.abs(wet / np.abs(wet).max() - dry[0] / np.abs(dry).max()).max() < 1e-4


def test_any_room_keeps_length_and_place(dry):
    random = np.random.default_rng(5)
    rooms = [draw_room(random) for _ in range(40)]
    quiet = [dataclasses.replace(room, noise=np.zeros(len(CURVE_HZ)), hum_db=SILENT_DB) for room in rooms]
    wet = through(np.repeat(dry, 40, 0).astype(np.float32), quiet)
    assert wet.shape == (40, SAMPLES) and np.isfinite(wet).all()
    spectrum = np.fft.rfft(dry[0], 2 * SAMPLES)
    for room, sound in zip(quiet, wet, strict=True):
        if not room.codec_db:
            assert np.abs(sound).max() < 1.0001
        alike = np.fft.irfft(np.fft.rfft(sound, 2 * SAMPLES) * spectrum.conj())
        late = int(np.argmax(np.abs(alike)))
        if room.impulse[0]:
            assert late in (0, 1, 2 * SAMPLES - 1)
        else:
            assert 0 < late < LATEST + SWELLING


def test_noise_and_hum_are_as_loud_as_drawn():
    silence = np.zeros((1, SAMPLES), np.float32)
    noise = np.full(len(CURVE_HZ), 10 ** (-50 / 20))
    assert decibel(through(silence, [plain(noise=noise)]).std()) == pytest.approx(-50, abs=0.3)
    hum = through(silence, [plain(hum_db=-40.0)])[0]
    loudest_hz = np.argmax(np.abs(np.fft.rfft(hum))) * 16_000 / SAMPLES
    assert loudest_hz == pytest.approx(50, abs=1)


def test_clipped_sound_is_flat_on_top(dry):
    wet = np.abs(through(dry.astype(np.float32), [plain(clipped_db=9.0)])[0])
    assert decibel(wet.max() / np.abs(dry).max()) == pytest.approx(-6, abs=0.01)
    assert (wet > wet.max() - 1e-6).sum() > 20


def test_what_is_too_loud_is_turned_down(dry):
    wet = through(10 * dry.astype(np.float32), [plain()])[0]
    assert np.abs(wet).max() == pytest.approx(1, abs=1e-4)
    assert np.abs(wet - dry[0] / np.abs(dry).max()).max() < 1e-4


def test_a_codec_loses_what_is_faint_beside_the_rest(dry):
    wet = through(dry.astype(np.float32), [plain(codec_db=9.0)])[0]
    level = 10 ** (6 / 20)
    lost = np.square(wet - dry[0] / level).mean() / np.square(dry[0] / level).mean()
    assert 0.01 < lost < 0.5


def test_what_is_drawn_is_sane():
    random = np.random.default_rng(2)
    for _ in range(50):
        room = draw_room(random)
        assert len(room.impulse) <= 1.2 * 16_000
        if room.impulse[0] != 1:
            assert 40 < np.flatnonzero(room.impulse)[0] <= LATEST
            assert np.square(room.impulse).sum() == pytest.approx(1, abs=0.05)
        assert -36 <= room.level_db <= -8 and (room.microphone > 0).all() and (room.noise >= 0).all()
