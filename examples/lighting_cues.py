"""Lighting that follows the player: levels at bars and rehearsal marks, faded over a number of beats at the
player's own tempo, sent as Art-Net DMX (any desk, node or simulator on UDP 6454 takes it).

    python lighting_cues.py score.musicxml take.mid            # to 127.0.0.1
    python lighting_cues.py score.musicxml take.mid 2.0.0.10

A leap of the player to another bar brings the light that belongs there, at once.
"""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.terminal.playing import RealTime, followed, present
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import Event, Position
from repetiteur.realtime.timeline import with_ticks


@dataclass(frozen=True)
class Cue:
    """From this quarter of the score on, fade to these levels (0 to 255, one for each lamp)."""

    q: float
    over_q: float
    levels: tuple[int, int, int]


CUES = (
    Cue(0.0, 4.0, (40, 40, 120)),  # the opening: blue
    Cue(24.0, 6.0, (200, 120, 20)),  # warm from the ninth bar of a piece in three
    Cue(48.0, 1.0, (255, 255, 255)),  # everything
)


def levels_at(q: float) -> tuple[int, ...]:
    """The light belongs to the place, not to how one came there."""
    before = (0, 0, 0)
    for cue in CUES:
        if q < cue.q:
            break
        share = min((q - cue.q) / cue.over_q, 1.0)
        before = tuple(round(a + (b - a) * share) for a, b in zip(before, cue.levels, strict=True))
    return before


def artnet(universe: int, levels: tuple[int, ...]) -> bytes:
    """One ArtDmx packet."""
    data = bytes(levels) + b"\0" * (len(levels) % 2)
    sizes = struct.pack("<H", universe) + struct.pack(">H", len(data))
    return b"Art-Net\0" + struct.pack("<H", 0x5000) + struct.pack(">HBB", 14, 0, 0) + sizes + data


class Lights:
    """A sink: whoever follows hands it the events."""

    def __init__(self, host: str) -> None:
        self._where = (host, 6454)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._shown: tuple[int, ...] = ()

    def send(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Position) and (levels := levels_at(event.q)) != self._shown:
                self._shown = levels
                self._socket.sendto(artnet(0, levels), self._where)

    def close(self) -> None:
        self._socket.sendto(artnet(0, (0, 0, 0)), self._where)
        self._socket.close()


if __name__ == "__main__":
    score, take = load_score(sys.argv[1]), read_performance(sys.argv[2])
    lights = Lights(*sys.argv[3:] or ["127.0.0.1"])
    present(followed(Engine(score), with_ticks(take)), [lights], RealTime())
