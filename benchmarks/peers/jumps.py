"""Jumps as the peers take them: the same cuts of the same takes, counted the same way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from repetiteur.benchmarks.jumps import JumpResult, recovery, scenes
from repetiteur.benchmarks.peers.roster import Peer
from repetiteur.benchmarks.peers.task import Task, job, reports
from repetiteur.benchmarks.wrong_moves import count_wrong_moves


@dataclass(frozen=True, slots=True)
class PeerJumps:
    follower: str
    result: JumpResult


def measure_peer_jumps(peer: Peer, task: Task, ask: Callable[[dict[str, Any]], dict[str, Any]]) -> PeerJumps:
    """All jumps of one take, and the take as it is. Where a peer dies it says nothing and is never back."""
    take, truth, score = task.take, task.truth, task.score
    plain = reports(task, ask(job(task.as_played, task.strokes)))
    moves = count_wrong_moves(plain.ready_s, plain.written_q, truth.onsets[:, 1], truth.written_q, score)
    recoveries = []
    for scene in scenes(list(task.strokes), truth, score):
        said = reports(task, ask(job(task.as_played, scene.strokes)))
        recoveries.append(recovery(take.id, scene, said, score))
    return PeerJumps(peer.name, JumpResult(take.id, tuple(recoveries), take.duration_s, moves))
