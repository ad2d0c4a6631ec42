"""What saying one event costs, in each spelling: microseconds per encode.

``python -m repetiteur.benchmarks.wire_cost`` prints the table; python-osc's own builder is
there for comparison (it comes with the dev extra).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from repetiteur.bridges.wire import json_lines, msgpack_codec, osc
from repetiteur.realtime.events import Event, Match, Mistake, MistakeKind, Note, NoteStatus, Position

WARM_UP = 1000


@dataclass(frozen=True, slots=True)
class EncodeCost:
    spelling: str
    event: str
    p50_us: float
    p99_us: float


EVENTS: tuple[Event, ...] = (
    Position(812, 93.250125, "12a", 12, 2.5, 46.123456, 94.123456, 97.3, 0.91),
    Note(813, 93.250125, 204, NoteStatus.CONFIRMED, 64, 93.250125, 71, channel=0),
    Match(814, 93.250125, 204, "P1-n183", 46.5, 2, -12.25, 3.5),
    Mistake(815, 93.250125, MistakeKind.WRONG, "P1-n184", 65, 204, 64, 46.5, 2, 93.250125, 0.88),
)


def measure(times: int = 20_000) -> list[EncodeCost]:
    """Each spelling with each kind of event that is frequent."""
    spellings = (
        ("osc", osc.encode),
        ("json", json_lines.encode),
        ("msgpack", msgpack_codec.encode),
        ("python-osc", _python_osc),
    )
    return [_measured(name, encode, event, times) for event in EVENTS for name, encode in spellings]


def _measured(name: str, encode: Callable[[Any], bytes], event: Event, times: int) -> EncodeCost:
    took_ns = np.empty(times, np.int64)
    for _ in range(WARM_UP):
        encode(event)
    for index in range(times):
        start_ns = time.perf_counter_ns()
        encode(event)
        took_ns[index] = time.perf_counter_ns() - start_ns
    p50, p99 = np.percentile(took_ns, (50, 99)) / 1000.0
    return EncodeCost(name, event.type, float(p50), float(p99))


def _python_osc(event: Event) -> bytes:
    """The same packet through python-osc."""
    from pythonosc.osc_message_builder import OscMessageBuilder

    spelling = osc.SPELLINGS[type(event)]
    builder = OscMessageBuilder(f"{osc.ROOT}/{spelling.address}")
    for tag, value in zip(spelling.tags, spelling.values(event, event.at), strict=True):
        builder.add_arg(value, tag)
    return builder.build().dgram


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20_000)
    print(f"{'event':<10}{'spelling':<12}{'p50 us':>8}{'p99 us':>8}")
    for cost in measure(parser.parse_args().times):
        print(f"{cost.event:<10}{cost.spelling:<12}{cost.p50_us:8.1f}{cost.p99_us:8.1f}")


if __name__ == "__main__":
    main()
