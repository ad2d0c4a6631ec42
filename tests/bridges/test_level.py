"""How loud it is."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.bridges.level import FALLS_DB_PER_S, FLOOR_DBFS, LevelMeter
from repetiteur.realtime.inputs import Chunk

RATE_HZ = 16_000


def chunk(amplitude: float, lasts_s: float = 0.1) -> Chunk:
    """Of a square wave, whose RMS is its amplitude."""
    signs = np.where(np.arange(round(lasts_s * RATE_HZ)) % 2, 1.0, -1.0)
    return Chunk(0.0, (amplitude * signs).astype(np.float32), RATE_HZ)


def test_nothing_is_told_before_there_is_sound() -> None:
    meter = LevelMeter()
    assert meter.dbfs() is None
    meter.hear(chunk(0.0))
    assert meter.dbfs() == FLOOR_DBFS


@pytest.mark.parametrize(("amplitude", "dbfs"), [(1.0, 0.0), (0.1, -20.0), (0.001, -60.0), (4.0, 0.0)])
def test_it_is_the_power_of_what_came_last(amplitude: float, dbfs: float) -> None:
    meter = LevelMeter()
    meter.hear(chunk(amplitude))
    assert meter.dbfs() == pytest.approx(dbfs, abs=0.01)


def test_it_rises_at_once_and_falls_slowly() -> None:
    meter = LevelMeter()
    meter.hear(chunk(0.1))
    meter.hear(chunk(0.0, lasts_s=0.5))
    assert meter.dbfs() == pytest.approx(-20.0 - 0.5 * FALLS_DB_PER_S)
    meter.hear(chunk(1.0))
    assert meter.dbfs() == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("samples", [[], [np.nan], [np.inf], [1e30]])
def test_what_is_no_sound_does_not_trouble_it(samples: list[float]) -> None:
    meter = LevelMeter()
    meter.hear(Chunk(0.0, np.array(samples, np.float32), RATE_HZ))
    level = meter.dbfs()
    assert level is None or FLOOR_DBFS <= level <= 0.0
