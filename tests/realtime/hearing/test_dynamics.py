"""Velocities are put right by how loud the keys are, in a room that is the same throughout."""

from __future__ import annotations

import numpy as np

from repetiteur.realtime.hearing.dynamics import REMEMBERED_S, Dynamics

NOTE = 4000  # samples from one note to the next
RATE_HZ = 16_000


def sound_of(
    pitches: np.ndarray, velocities: np.ndarray, favoured_db: np.ndarray, a4_hz: float = 440.0
) -> np.ndarray:
    """One decaying tone of six partials after the other, 0.5 dB for a step of velocity."""
    time_s = np.arange(NOTE) / RATE_HZ
    partials = np.arange(1, 7)[:, None]
    tones = []
    for pitch, velocity, favour_db in zip(pitches, velocities, favoured_db, strict=True):
        level = 10 ** ((velocity * 0.5 + favour_db - 80) / 20)
        hz = a4_hz * 2 ** ((pitch - 69) / 12)
        tone = (np.sin(2 * np.pi * hz * partials * time_s) / partials).sum(axis=0)
        tones.append(level * np.exp(-4 * time_s) * tone)
    return np.concatenate(tones).astype(np.float32)


def played(seed: int, notes: int = 240) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pitches, velocities that rise and fall over many notes, and what a network would say that hears but a
    few notes at a time: too much alike, and not quite sure."""
    random = np.random.default_rng(seed)
    pitches = random.integers(40, 90, notes)
    slowly = 64 + 25 * np.sin(np.arange(notes) / 30)
    velocities = slowly + random.normal(0, 10, notes)
    said = 64 + 0.3 * (velocities - 64) + random.normal(0, 6, notes)
    return pitches, velocities, said


def told(
    dynamics: Dynamics, sound: np.ndarray, pitches: np.ndarray, said: np.ndarray, a4_hz: float = 440.0
) -> list[float]:
    out = []
    for number, (pitch, guess) in enumerate(zip(pitches.tolist(), said.tolist(), strict=True)):
        dynamics.take_in(sound[number * NOTE : (number + 1) * NOTE])
        out.append(dynamics.velocity(pitch, number * NOTE, guess, a4_hz))
    return out


def likeness(one, other) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def test_the_room_tells_what_the_network_cannot() -> None:
    pitches, velocities, said = played(1)
    sound = sound_of(pitches, velocities, (pitches - 64) * 0.3)  # which the microphone favours
    better = told(Dynamics(), sound, pitches, said)
    assert likeness(velocities, said) < 0.75 < 0.85 < likeness(velocities, better)
    assert abs(np.mean(better) - np.mean(said)) < 2.0


def test_a_piano_of_another_pitch_is_looked_for_where_it_is() -> None:
    pitches, velocities, said = played(5)
    sound = sound_of(pitches, velocities, np.zeros(len(pitches)), 415.0)
    here, there = (told(Dynamics(), sound, pitches, said, a4_hz) for a4_hz in (415.0, 440.0))
    assert likeness(velocities, there) + 0.05 < likeness(velocities, here)


def test_what_is_told_is_as_lively_as_what_was_said() -> None:
    pitches, velocities, said = played(4)
    better = told(Dynamics(), sound_of(pitches, velocities, np.zeros(len(pitches))), pitches, said)
    assert np.std(better[60:]) > 0.95 * np.std(said[60:])


def test_how_loud_all_of_it_is_means_nothing() -> None:
    pitches, velocities, said = played(2, 60)
    sound = sound_of(pitches, velocities, np.zeros(len(pitches)))
    loud, soft = (told(Dynamics(), sound * gain, pitches, said) for gain in (1.0, 0.1))
    assert max(abs(one - other) for one, other in zip(loud, soft, strict=True)) < 2.0


def test_what_comes_later_changes_nothing_and_a_new_beginning_knows_nothing() -> None:
    pitches, velocities, said = played(3, 40)
    sound = sound_of(pitches, velocities, np.zeros(len(pitches)))
    dynamics = Dynamics()
    whole = told(dynamics, sound, pitches, said)
    assert told(Dynamics(), sound[: 20 * NOTE], pitches[:20], said[:20]) == whole[:20]
    dynamics.reset()
    assert told(dynamics, sound, pitches, said) == whole


def test_of_sound_that_is_not_there_the_networks_word_stands() -> None:
    dynamics = Dynamics()
    assert dynamics.velocity(60, 0.0, 70.0, 440.0) == 70.0  # not yet
    dynamics.take_in(np.zeros(int(3 * REMEMBERED_S * RATE_HZ), np.float32))
    assert dynamics.velocity(60, 0.0, 70.0, 440.0) == 70.0  # no longer
