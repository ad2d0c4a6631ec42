from __future__ import annotations

import numpy as np

from repetiteur.realtime.hearing.sound_troubles import SoundTroubles
from repetiteur.realtime.inputs import Chunk, FaultSeen

RATE_HZ = 16_000.0


def faults(chunks: dict[float, Chunk], until_s: float) -> list[FaultSeen]:
    """Of a stream of 10 ms chunks, most of them fine; those given end at their time."""
    troubles = SoundTroubles()
    fine = Chunk(0.0, np.zeros(160, np.float32), RATE_HZ)
    told = []
    for hop in range(1, round(until_s * 100) + 1):
        told += troubles.of(chunks.get(hop / 100, fine), hop / 100)
    return told + troubles.rest(until_s)


def wrong(lost: int = 0, clipped: int = 0, scrubbed: int = 0) -> Chunk:
    return Chunk(0.0, np.zeros(160, np.float32), RATE_HZ, lost, clipped, scrubbed)


def test_lost_sound_is_told_at_once_and_a_flood_every_ten_seconds() -> None:
    told = faults({k / 2: wrong(lost=160) for k in range(1, 50)}, 30.0)
    assert [(fault.t_s, fault.what) for fault in told] == [
        (0.5, "sound was lost: 10 ms"),
        (10.5, "sound was lost: 200 ms"),
        (20.5, "sound was lost: 200 ms"),
        (30.0, "sound was lost: 80 ms"),
    ]


def test_what_is_no_sound_is_counted() -> None:
    told = faults({0.5: wrong(scrubbed=3), 0.6: wrong(scrubbed=4)}, 2.0)
    assert [fault.what.split()[0] for fault in told] == ["3", "4"]


def test_only_lasting_clipping_is_told_and_seldom() -> None:
    assert faults({k / 100: wrong(clipped=9) for k in range(100, 300)}, 20.0) == []
    assert faults({4.0 * k: wrong(clipped=9) for k in range(1, 20)}, 90.0) == []
    told = faults({float(k): wrong(clipped=1) for k in range(1, 31)}, 40.0)
    assert [fault.t_s for fault in told] == [5.0, 15.0, 25.0]
    assert "clipped" in told[0].what and "turn" in told[0].remedy


def test_good_sound_is_not_mentioned() -> None:
    assert faults({}, 20.0) == []
