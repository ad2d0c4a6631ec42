"""What ``repetiteur evaluate`` follows, from MIDI or from sound: the takes, how each is measured, in
which columns it is told, and who else may follow the same takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from repetiteur.benchmarks import by_ear
from repetiteur.benchmarks.columns import BY_EAR_TABLES, TABLES, Tables
from repetiteur.benchmarks.peers import by_ear as peers_by_ear
from repetiteur.benchmarks.peers import process, task
from repetiteur.benchmarks.peers.campaign import over_peers
from repetiteur.benchmarks.peers.measure import Measured, measure_peer
from repetiteur.benchmarks.peers.roster import ROSTER, Peer
from repetiteur.benchmarks.take_result import TakeResult
from repetiteur.benchmarks.takes import RECORDED, Take, chosen, read_takes
from repetiteur.benchmarks.workers import in_parallel, measure_take
from repetiteur.bridges.hearing import load_encoder
from repetiteur.realtime.errors import InputError


@dataclass(frozen=True, slots=True)
class Campaign:
    """See the module. Results come in no particular order."""

    takes: Sequence[Take]
    measure: Callable[[Take], TakeResult]
    tables: Tables
    report: str  # name of the files it is written to
    roster: Sequence[Peer]
    child: Path | None  # what runs a peer; None: the one for MIDI
    prepare: Callable[[Take], Any]  # for a peer
    measure_peer: Callable[..., Measured]

    def ours(self, workers: int) -> Iterator[TakeResult]:
        longest_first = sorted(self.takes, key=lambda take: -take.duration_s)
        return in_parallel(self.measure, longest_first, workers)

    def peers(self, python: Path | None, names: list[str] | None) -> tuple[Peer, ...]:
        """Those that this interpreter has."""
        return process.find_peers(python, names, self.roster, self.child)

    def theirs(self, python: Path, peers: Sequence[Peer], limit_s: float, workers: int) -> Iterator[Measured]:
        tasks = [self.prepare(take) for take in self.takes]
        return over_peers(python, peers, tasks, self.measure_peer, limit_s, workers, self.child)


def from_midi(folder: Path, text: str | None, part: str) -> Campaign:
    """The takes of the folder that are MIDI."""
    takes = chosen(read_takes(folder), text, part)
    if not takes:
        raise InputError(str(folder), "no such take in it", "leave --take and --set out to measure all")
    return Campaign(takes, measure_take, TABLES, "report", ROSTER, None, task.prepare, measure_peer)


def from_sound(
    folder: Path,
    text: str | None,
    part: str,
    soundfont: Path | None,
    seconds: float | None,
    lookahead_s: float,
    peer_soundfont: Path | None = None,
) -> Campaign:
    """The recordings of the folder, and with a soundfont its MIDI takes made to sound."""
    takes = chosen(read_takes(folder, RECORDED), text, part)
    if soundfont is not None:
        takes += [replace(take, soundfont=soundfont) for take in chosen(read_takes(folder), text, part)]
    if not takes:
        remedy = "leave --take and --set out, or add --rendered SOUNDFONT for the MIDI takes"
        raise InputError(str(folder), "no such recording in it", remedy)
    load_encoder()  # now, where it can be told that there is none
    how = by_ear.Listening(seconds, lookahead_s)
    return Campaign(
        takes,
        partial(by_ear.measure_by_ear, how),
        BY_EAR_TABLES,
        "report-audio",
        peers_by_ear.FOLLOWERS,
        peers_by_ear.CHILD,
        partial(peers_by_ear.prepare, how, peer_soundfont),
        peers_by_ear.measure_peer,
    )
