"""All chosen takes listened to, by us and by others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from repetiteur.benchmarks.peers.campaign import over_peers
from repetiteur.benchmarks.peers.process import find_peers
from repetiteur.benchmarks.peers.roster import Peer
from repetiteur.benchmarks.takes import chosen, read_takes
from repetiteur.benchmarks.transcription.listening import Listened, Listening, listen_to
from repetiteur.benchmarks.transcription.peer import (
    CHILD,
    TRANSCRIBERS,
    PeerListened,
    PeerTask,
    listen_with,
)
from repetiteur.benchmarks.transcription.rendering import RENDERINGS
from repetiteur.benchmarks.transcription.sound_takes import SoundTake, recorded, rendered
from repetiteur.benchmarks.workers import in_parallel
from repetiteur.bridges.hearing import load_encoder
from repetiteur.realtime.errors import InputError


def chosen_takes(
    folder: Path, text: str | None, part: str, soundfont: Path | None, seconds: float | None
) -> list[SoundTake]:
    """The recordings of the folder, and with a soundfont its MIDI takes; of these the ones asked for.
    ``part`` of the set goes for MIDI takes: nobody tunes on recordings."""
    takes = read_takes(folder)
    words = text.split(",") if text else [""]
    out = [take for take in recorded(folder, seconds) if any(word in take.id for word in words)]
    if soundfont is not None:
        out += rendered(chosen(takes, text, part), soundfont, seconds)
    if not out:
        remedy = "leave --take out, or add --rendered SOUNDFONT for the MIDI takes"
        raise InputError(str(folder), "no such recording in it", remedy)
    return out


def listen(takes: Sequence[SoundTake], lookahead_s: float, workers: int) -> Iterator[Listened]:
    """Every take, in no particular order."""
    load_encoder()  # now, where it can be told that there is none
    jobs = [Listening(take, lookahead_s, RENDERINGS) for take in takes]
    yield from in_parallel(listen_to, jobs, workers)


def transcribers(python: Path | None, names: list[str] | None) -> tuple[Peer, ...]:
    """Those that this interpreter has."""
    return find_peers(python, names, TRANSCRIBERS, CHILD)


def listen_with_peers(
    python: Path | None, peers: Sequence[Peer], done: Sequence[Listened], limit_s: float, workers: int
) -> Iterator[PeerListened]:
    """Every peer on the files that we listened to."""
    if python is None or not peers:
        return
    tasks = [
        PeerTask(item.take, item.sound, item.true, item.take.seconds if item.take.labels else None)
        for item in done
    ]
    yield from over_peers(python, peers, tasks, listen_with, limit_s, workers, CHILD)
