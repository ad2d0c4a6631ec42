"""The bundled piece, by MIDI and by sound, given to our follower and to others."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from repetiteur.benchmarks import by_ear
from repetiteur.benchmarks.peers import by_ear as peers_by_ear
from repetiteur.benchmarks.peers import process, task
from repetiteur.benchmarks.peers.campaign import over_peers
from repetiteur.benchmarks.peers.measure import Measured, measure_ours, measure_peer
from repetiteur.benchmarks.peers.roster import ROSTER, Peer
from repetiteur.benchmarks.takes import Kind, Take
from repetiteur.benchmarks.workers import measure_take
from repetiteur.bridges import assets

OFF_S = 1.0
LASTS_S = 75.0


@dataclass(frozen=True, slots=True)
class Arrivals:
    """One follower on the piece: how long after onsets their places were told, where within a second."""

    follower: str
    onsets: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    off: float  # share told more than a second late or early, or never
    cpu_p50_ms: float  # of a note; of 10 ms of sound
    cpu_p99_ms: float
    trouble: str  # empty, or why it stopped early


def take(kind: Kind, performance: Path) -> Take:
    """The bundled piece, as a measuring set would list it."""
    return Take(
        "bundled", kind, "bundled", False, assets.SCORE, performance, assets.ALIGNMENT, None, None, LASTS_S
    )


def online_peers(python: Path | None, names: list[str] | None) -> tuple[tuple[Peer, ...], tuple[Peer, ...]]:
    """Those that report while they listen: to MIDI, to sound. See ``find_peers``."""
    rosters = tuple(peer for peer in ROSTER if peer.online), peers_by_ear.FOLLOWERS
    known = tuple(dict.fromkeys(peer for roster in rosters for peer in roster))
    there = process.find_peers(python, names, known)
    by_hand, by_sound = (tuple(peer for peer in roster if peer in there) for roster in rosters)
    return by_hand, by_sound


def from_midi(python: Path, peers: Sequence[Peer], limit_s: float) -> Iterator[Arrivals]:
    """Ours first. One after the other, so that none takes time from another."""
    it = take(Kind.CONCERT, assets.PERFORMANCE)
    yield _arrivals(measure_ours(measure_take(it)))
    for done in over_peers(python, peers, [task.prepare(it)], measure_peer, limit_s, workers=1):
        yield _arrivals(done)


def from_sound(
    python: Path, peers: Sequence[Peer], limit_s: float, soundfont: Path | None
) -> Iterator[Arrivals]:
    """``soundfont``: what plays the score to those who compare sound with sound; None: fluidsynth's own."""
    it, prepare = take(Kind.PIANO, assets.SOUND), partial(peers_by_ear.prepare, by_ear.WHOLE, soundfont)
    yield _arrivals(measure_ours(by_ear.measure_by_ear(by_ear.WHOLE, it)))
    work, child = peers_by_ear.measure_peer, peers_by_ear.CHILD
    for done in over_peers(python, peers, [prepare(it)], work, limit_s, workers=1, child=child):
        yield _arrivals(done)


def _arrivals(measured: Measured) -> Arrivals:
    places = measured.places
    assert places is not None  # each of them reports some
    arrival_s = places.errors.arrival_s
    near = np.abs(arrival_s) <= OFF_S
    p50, p95, p99 = _percentiles(arrival_s[near])
    cpu_p50, _, cpu_p99 = _percentiles(measured.cost_s)
    return Arrivals(
        measured.follower, len(arrival_s), p50, p95, p99, float(np.mean(~near)), cpu_p50, cpu_p99,
        measured.trouble,
    )  # fmt: skip


def _percentiles(times_s: np.ndarray) -> tuple[float, float, float]:
    if not len(times_s):
        return math.nan, math.nan, math.nan
    p50, p95, p99 = (np.percentile(times_s, (50, 95, 99)) * 1e3).tolist()
    return p50, p95, p99
