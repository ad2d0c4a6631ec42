"""What is measured is every hop, and each part of it."""

from __future__ import annotations

import pytest

from repetiteur.benchmarks import hearing_cost


def test_every_hop_is_counted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hearing_cost, "HOT_HOPS", 30)
    rows = hearing_cost.measure(0.05)
    assert [row.hops for row in rows] == [30] * 3 + [5] * 3
    assert all(0.0 < row.p50_us <= row.p99_us <= row.worst_us for row in rows)
    what = [row.what.rpartition(", ")[0] for row in rows[:3]]
    assert what == ["three spectra", "A4, A7, A8 and A9", "all of it"]
