"""Other transcribers on the same sound files, each in an interpreter that has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from repetiteur.benchmarks.peers.roster import Peer
from repetiteur.benchmarks.transcription.sound_takes import SoundTake
from repetiteur.benchmarks.transcription_metrics import Heard, Notes, measure, notes_of

CHILD = Path(__file__).with_name("peer_child.py")
TRANSCRIBERS = (Peer("basic-pitch", "basic_pitch", online=False, labels=False),)


@dataclass(frozen=True, slots=True, eq=False)
class PeerTask:
    """A sound file and its notes; ``seconds`` of it, or all."""

    take: SoundTake
    sound: Path
    true: Notes
    seconds: float | None


@dataclass(frozen=True, slots=True, eq=False)
class PeerListened:
    """What a peer made of a take."""

    take: SoundTake
    peer: str
    heard: Heard
    trouble: str


def listen_with(peer: Peer, task: PeerTask, ask: Callable[[dict[str, Any]], dict[str, Any]]) -> PeerListened:
    """One take. Of a peer that fails nothing was heard."""
    answer = ask({"sound": str(task.sound), "seconds": task.seconds})
    heard = notes_of([tuple(row) for row in answer.get("notes") or []])
    return PeerListened(task.take, peer.name, measure(task.true, heard), answer["trouble"])
