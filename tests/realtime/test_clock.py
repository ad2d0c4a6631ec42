from __future__ import annotations

import pytest

from repetiteur.realtime.clock import LiveClock, ManualClock


def test_a_live_clock_starts_at_zero_and_never_goes_back() -> None:
    clock = LiveClock()
    readings = [clock.now_s() for _ in range(1000)]
    assert 0.0 <= readings[0] < 60.0
    assert readings == sorted(readings)


def test_a_manual_clock_moves_only_when_told() -> None:
    clock = ManualClock()
    assert (clock.now_s(), clock.now_s()) == (0.0, 0.0)
    clock.advance(1.5)
    assert clock.now_s() == 1.5


def test_a_manual_clock_refuses_to_go_back() -> None:
    with pytest.raises(ValueError, match="go back"):
        ManualClock(3.0).advance(-1.0)
