"""The bundled recording in bad company: real ears, a real engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from repetiteur.benchmarks import disturbances
from repetiteur.benchmarks.by_ear import Listening
from repetiteur.benchmarks.disturbances import Disturbance, Disturbed, disturbed, measure_disturbed, pooled
from repetiteur.benchmarks.peers.bundled import take
from repetiteur.benchmarks.takes import Kind
from repetiteur.bridges import assets

RATE_HZ = 16_000.0


def _disturbed(disturbance: Disturbance, sound: np.ndarray) -> Disturbed:
    return disturbed(disturbance, sound, RATE_HZ, np.random.default_rng(1))


def _level_db(sound: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(sound.astype(float) ** 2))))


def test_company_is_as_loud_as_it_says_and_the_music_stays_where_it_was() -> None:
    tone = np.sin(2 * np.pi * 440.0 * np.arange(32_000) / RATE_HZ).astype(np.float32)
    assert _disturbed(Disturbance.NONE, tone).samples is tone
    for disturbance, level_db in ((Disturbance.NOISE, -40.0), (Disturbance.HUM, -40.0)):
        assert _level_db(_disturbed(disturbance, tone).samples - tone) == pytest.approx(level_db, abs=0.1)
    for disturbance, level_db in ((Disturbance.APPLAUSE, -20.0), (Disturbance.TALK, -30.0)):
        found = _disturbed(disturbance, tone)
        before = round(found.before_s * RATE_HZ)
        assert _level_db(found.samples[:before]) == pytest.approx(level_db, abs=0.1)
        assert np.array_equal(found.samples[before : before + len(tone)], tone)
    assert _level_db(_disturbed(Disturbance.ROOM, tone).samples - tone) < _level_db(tone)


def test_a_sharp_piano_is_higher_and_quicker() -> None:
    tone = np.sin(2 * np.pi * 440.0 * np.arange(32_000) / RATE_HZ).astype(np.float32)
    found = _disturbed(Disturbance.SHARP, tone)
    assert len(found.samples) == pytest.approx(len(tone) / found.quicker, abs=2)
    highest = np.abs(np.fft.rfft(found.samples[:16_000])).argmax()
    assert 1200 * np.log2(highest / 440.0) == pytest.approx(30.0, abs=3.0)


def test_nothing_of_it_fools_the_follower(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disturbances, "sound_of", lambda how, take: assets.SOUND)
    results = measure_disturbed(take(Kind.CONCERT, assets.PERFORMANCE), Path("any.sf2"), Listening(14.0))
    rows = {row.disturbance: row for row in pooled(results)}
    assert list(rows) == list(Disturbance)
    for disturbance, row in rows.items():
        assert row.within_100 > 0.9, disturbance
        assert row.lost_share == 0.0, disturbance
        assert row.mistakes_in_100 < 10.0, disturbance  # of some 50 notes; one is planted
        assert row.outside <= 2, disturbance
