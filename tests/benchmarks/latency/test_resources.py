"""What is read of the system second by second, and found again by its time."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from repetiteur.benchmarks.latency import resources
from repetiteur.benchmarks.latency.resources import Resources


@pytest.fixture
def stat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "stat"
    monkeypatch.setattr(resources, "_STAT", file)
    monkeypatch.setattr(resources.os, "sysconf", {"SC_CLK_TCK": 100, "SC_PAGE_SIZE": 4096}.__getitem__)
    return file


def _write(file: Path, jiffies: int) -> None:
    file.write_text(f"cpu  10 20 30 40 50 60 70 {jiffies} 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n")


def test_what_the_host_took_is_found_around_a_time(stat: Path) -> None:
    now_s = [0.0]
    watched = Resources(10, lambda: now_s[0])
    for second, jiffies in enumerate((100, 100, 103, 103, 110)):
        now_s[0] = float(second)
        _write(stat, jiffies)
        watched.sample()
    assert watched.stolen_s == pytest.approx(0.1)
    assert watched.stolen_ms_around(0.2, 0.3) == 0.0
    assert watched.stolen_ms_around(1.5, 1.6) == pytest.approx(30.0)
    assert watched.stolen_ms_around(1.5, 2.01) == pytest.approx(30.0)
    assert watched.stolen_ms_around(2.9, 3.1) == pytest.approx(70.0)
    assert watched.stolen_ms_around(7.0, 9.0) == 0.0  # after the last sample


def test_what_the_system_does_not_tell_is_unknown(stat: Path) -> None:
    watched = Resources(10, lambda: 0.0)
    for text in (None, "cpu 1 2 3\n", "cpu a b c d e f g h i\n"):
        if text is not None:
            stat.write_text(text)
        watched.sample()
        assert math.isnan(watched.stolen_s)
