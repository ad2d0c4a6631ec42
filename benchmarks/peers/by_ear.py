"""Peers that follow sound: the same files as ours gets, the score as it was played."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from repetiteur.benchmarks.by_ear import Listening, shortened, sound_of, truth_within
from repetiteur.benchmarks.peers.measure import Measured, places_of
from repetiteur.benchmarks.peers.roster import Peer
from repetiteur.benchmarks.peers.task import PlayedScore, Task, answer, lay_out_as_played
from repetiteur.benchmarks.takes import Take
from repetiteur.benchmarks.workers import load_once
from repetiteur.realtime.score import Score

CHILD = Path(__file__).with_name("sound_child.py")
FOLLOWERS = (
    Peer("arzt", "matchmaker", online=True, labels=False),
    Peer("skf", "matchmaker", online=True, labels=False),
    Peer("dixon", "matchmaker", online=True, labels=False),
)
HOP_S = 0.01  # ours; what a step costs is told for so much sound


@dataclass(frozen=True, slots=True, eq=False)
class SoundTask:
    """One take, ready to be handed to any of them."""

    task: Task  # nothing struck: it is heard
    sound: Path
    seconds: float | None  # only its beginning
    quarter_bpm: float | None  # as printed
    soundfont: Path | None  # what plays them the score; None: fluidsynth's own

    @property
    def job(self) -> dict[str, Any]:
        """The line of JSON a peer's process gets."""
        return {
            "score": self.task.as_played.rows,
            "quarter_bpm": self.quarter_bpm,
            "sound": str(self.sound),
            "seconds": self.seconds,
            "soundfont": None if self.soundfont is None else str(self.soundfont),
        }


def prepare(how: Listening, soundfont: Path | None, take: Take) -> SoundTask:
    """Read a take's files. A rendering's own soundfont plays the score as well where none is named."""
    score, _ = load_once(take.score)
    truth = truth_within(how, take, score)
    task = Task(shortened(how, take), score, truth, _in_quarters(lay_out_as_played(score, truth)), ())
    sound, bpm = sound_of(how, take), _printed_bpm(score)
    return SoundTask(task, sound, how.seconds, bpm, soundfont or take.soundfont)


def measure_peer(peer: Peer, it: SoundTask, ask: Callable[[dict[str, Any]], dict[str, Any]]) -> Measured:
    """``ask``: the peer's process, job in, result out."""
    result = ask(it.job)
    said = answer(it.task, result, peer)
    step_s = np.median(np.diff(result["available_s"])) if len(said.cost_s) > 1 else HOP_S
    return Measured(
        follower=peer.name,
        take=it.task.take,
        places=places_of(it.task, said),
        labels=None,
        cost_s=said.cost_s * (HOP_S / float(step_s)),
        trouble=said.trouble,
    )


def _in_quarters(as_played: PlayedScore) -> PlayedScore:
    """Quarters for beats: sound has no time signature."""
    rows = tuple((q, lasts_q, q, lasts_q, *rest) for _, _, q, lasts_q, *rest in as_played.rows)
    return replace(as_played, beat=as_played.travel_q, rows=rows)  # pyright: ignore[reportArgumentType]


def _printed_bpm(score: Score) -> float | None:
    return float(score.tempi["quarter_bpm"][0]) if len(score.tempi) else None
