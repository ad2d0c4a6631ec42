"""The gate opens on what lasts and stands out, not on noise or a click; the floor is the noise's level."""

from __future__ import annotations

import numpy as np
import pytest
from numba.core.runtime import _nrt_python, rtsys  # pyright: ignore

from repetiteur.kernels.gate import NoiseGate, Sounding, new_bands

SILENT, MAYBE, MUSIC = Sounding
WINDOWS = ("hann", "asymmetric")


def listen(sounds, sound: np.ndarray, kind: str = "asymmetric", gate: NoiseGate | None = None) -> np.ndarray:
    """The state after each hop."""
    gate = gate or NoiseGate(sounds.window(kind))
    return np.array([gate.push(frame) for frame in sounds.spectra(sound, sounds.window(kind))])


def bell(sounds, seconds: float, at_s: float, hz: float, dbfs: float) -> np.ndarray:
    """One note in silence."""
    sound = np.zeros(round(16_000 * seconds))
    first = round(16_000 * at_s)
    sound[first:] = sounds.tone(hz, seconds - at_s) * 10 ** (dbfs / 20)
    return sound


def plainly(frames: np.ndarray, window: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """States, and power over noise in dB after each frame, from what the gate says of itself."""
    edges = [6]
    while edges[-1] < 1025:
        edges.append(edges[-1] + max(4, round(0.23 * edges[-1])))
    first, end = np.array(edges[:-1]), np.minimum(edges[1:], 1025)
    noise = np.full(len(first), 1e-8)
    smooth = noise.copy()
    states, above, state, held = [], [], SILENT, 0
    for number, frame in enumerate(frames.astype(np.float64), 1):
        level = -np.inf if number > 13 else 0.0
        if number > 13:
            power = np.array([np.sum(frame[a:b] ** 2) for a, b in zip(first, end, strict=True)])
            power /= (window.sum() / 2) ** 2
            heard = power > 1e-10
            smooth = np.where(heard, 0.9 * smooth + 0.1 * power, smooth)
            rise = 10 ** ((6 if number < 500 else 1) / 100 / 10)
            noise = np.where(heard, np.minimum(smooth, noise * rise), noise)
            over = power / noise / 10 ** (4.8 / np.sqrt(end - first) / 10)
            level = 10 * np.log10(np.minimum(over, 1000).mean() + 1e-9)
            held += 1
            if state == SILENT and level >= 6:
                state, held = MAYBE, 1
            elif state == MAYBE and level < 3:
                state = SILENT
            elif state == MAYBE and held >= 14:
                state, held = MUSIC, 0
            elif state == MUSIC:
                held = held if level < 3 else 0
                state = SILENT if held >= 100 else MUSIC
        states.append(state)
        above.append(level)
    return np.array(states), np.array(above)


@pytest.mark.parametrize("kind", WINDOWS)
def test_the_same_written_plainly(sounds, kind):
    sound = sounds.noise(12.0, -60.0)
    for at_s in (1.0, 1.3, 5.0, 8.5):
        sound += bell(sounds, 12.0, at_s, 330.0, -40.0)
    sound[16_000 * 4] += 0.5
    sound[16_000 * 7 : 16_000 * 8] = 0.0
    window = sounds.window(kind)
    frames, gate = sounds.spectra(sound, window), NoiseGate(window)
    ours = [(gate.push(frame), gate.above_db) for frame in frames]
    states, above = plainly(frames, window)
    np.testing.assert_array_equal([state for state, _ in ours], states)
    np.testing.assert_allclose([db for _, db in ours], np.maximum(above, -30.0), atol=1e-4)
    assert set(states) == {SILENT, MAYBE, MUSIC}


@pytest.mark.parametrize("kind", WINDOWS)
@pytest.mark.parametrize("dbfs", (-90.0, -60.0, -40.0))
def test_the_floor_is_the_level_of_the_noise(sounds, kind, dbfs):
    gate = NoiseGate(sounds.window(kind))
    listen(sounds, sounds.noise(40.0, dbfs), kind, gate)
    window, bands = sounds.window(kind), new_bands()
    share = (window**2).sum() / (window.sum() / 2) ** 2  # of white noise, in one bin
    expected = dbfs + 10 * np.log10(share * (bands["end"] - bands["first"]))
    heard = expected > -97.0  # below there is digital silence
    assert heard.any()
    assert np.abs(gate.noise_dbfs - expected)[heard].max() < 2.0


@pytest.mark.parametrize("kind", WINDOWS)
def test_noise_alone_never_opens_once_it_is_known(sounds, kind):
    states = listen(sounds, sounds.noise(60.0, -65.0), kind)
    assert (states[1000:] == SILENT).all()


def test_hum_becomes_noise(sounds):
    time = np.arange(16_000 * 40) / 16_000
    hum = 0.003 * np.sin(2 * np.pi * 50 * time) + 0.001 * np.sin(2 * np.pi * 150 * time)
    assert (listen(sounds, hum + sounds.noise(40.0, -70.0))[-500:] == SILENT).all()


@pytest.mark.parametrize("hz", (65.4, 220.0, 1046.5, 3136.0))
def test_a_soft_note_opens_it_at_once_and_for_certain_after_140_ms(sounds, hz):
    sound = sounds.noise(14.0, -70.0) + bell(sounds, 14.0, 10.0, hz, -45.0)
    states = listen(sounds, sound)
    assert (states[700:1000] == SILENT).all()
    begun = int(np.argmax(states[1000:] == MAYBE))
    assert begun <= 6  # hops
    assert (states[1000 + begun : 1013 + begun] == MAYBE).all()
    assert (states[1013 + begun : 1050] == MUSIC).all()


@pytest.mark.parametrize("kind", WINDOWS)
def test_no_click_opens_it(sounds, kind):
    sound = sounds.noise(14.0, -70.0)
    sound[np.arange(8, 14) * 16_000 + np.arange(6) * 37] += 1.0
    states = listen(sounds, sound, kind)[700:]
    assert (states != MUSIC).all()
    assert (states == MAYBE).any()


def test_it_closes_a_second_after_the_last_sound(sounds):
    sound = sounds.noise(12.0, -70.0)
    sound[16_000 * 8 : 16_000 * 9] += sounds.tone(440.0, 1.0, decay_s=50.0) * 0.05
    states = listen(sounds, sound)
    closed = 900 + int(np.argmax(states[900:] == SILENT))
    assert 1000 <= closed <= 1015
    assert (states[830:closed] == MUSIC).all()
    assert (states[closed:] == SILENT).all()


def test_a_minute_of_music_does_not_close_it(sounds):
    states = listen(sounds, sounds.chords(440.0, 60.0) + sounds.noise(60.0, -65.0))
    assert (states[40:] == MUSIC).all()


def test_what_begins_with_music_is_heard_from_the_beginning(sounds):
    states = listen(sounds, sounds.chords(440.0, 3.0) + sounds.noise(3.0, -70.0))
    assert (states[30:] == MUSIC).all()


def test_digital_silence_teaches_nothing(sounds):
    gate, noise = NoiseGate(sounds.window("asymmetric")), sounds.noise(10.0, -60.0)
    listen(sounds, noise, gate=gate)
    before = gate.noise_dbfs.copy()
    for _ in range(300):
        assert gate.push(np.zeros(1025, np.float32)) == SILENT
    np.testing.assert_array_equal(gate.noise_dbfs, before)
    assert (listen(sounds, np.concatenate([np.zeros(8000), noise]), gate=gate)[100:] == SILENT).all()


def test_broken_frames_change_nothing(sounds):
    gate, other = (NoiseGate(sounds.window("hann")) for _ in range(2))
    for number, frame in enumerate(sounds.spectra(sounds.chords(440.0, 1.0), sounds.window("hann"))):
        for value in (np.nan, np.inf):
            broken = frame.copy()
            broken[number % 1025] = value
            gate.push(broken)
        assert gate.push(frame) == other.push(frame)
    assert gate.above_db == other.above_db


def test_a_new_stream_knows_nothing_of_the_last(sounds):
    gate, sound = NoiseGate(sounds.window("hann")), sounds.chords(440.0, 1.0)
    first = listen(sounds, sound, "hann", gate)
    gate.reset()
    assert gate.state == SILENT
    np.testing.assert_array_equal(listen(sounds, sound, "hann", gate), first)


def test_a_frame_allocates_nothing(sounds):
    gate, frames = (
        NoiseGate(sounds.window("hann")),
        sounds.spectra(sounds.chords(440.0, 1.0), sounds.window("hann")),
    )
    gate.push(frames[0])
    _nrt_python.memsys_enable_stats()
    before = rtsys.get_allocation_stats()
    for frame in frames:
        gate.push(frame)
    assert rtsys.get_allocation_stats().alloc == before.alloc
