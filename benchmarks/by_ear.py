"""Takes followed from their sound: recordings, and MIDI takes made to sound."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

from repetiteur.benchmarks.drive import drive_by_ear
from repetiteur.benchmarks.heard import listen_by_ear
from repetiteur.benchmarks.take_result import TakeResult, measure
from repetiteur.benchmarks.takes import Take
from repetiteur.benchmarks.transcription.listening import ears_at_hand, first
from repetiteur.benchmarks.transcription.rendering import RENDERINGS, first_seconds, render
from repetiteur.benchmarks.truth import Truth, read_truth, until
from repetiteur.benchmarks.workers import load_once
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.sound_files import SoundFile
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.hearing.decoder import LOOKAHEAD_S
from repetiteur.realtime.hearing.ears import Ears
from repetiteur.realtime.hearing.thresholds import FOLLOWING
from repetiteur.realtime.inputs import Chunk
from repetiteur.realtime.score import Score

CHUNKS_PER_S = 100  # as a device gives them
TAIL_S = 0.3  # where sound ends, the ears know it at once; what began just before is not scored


@dataclass(frozen=True, slots=True)
class Listening:
    """How takes are listened to."""

    seconds: float | None  # only so much of each
    lookahead_s: float = LOOKAHEAD_S
    renderings: Path = RENDERINGS  # a folder

    @property
    def end_s(self) -> float:
        return math.inf if self.seconds is None else self.seconds

    @property
    def scored_s(self) -> float:
        """What begins before then is scored."""
        return self.end_s - TAIL_S

    @property
    def ears(self) -> Ears:
        """As a follower has them; one encoder a process."""
        return ears_at_hand(self.lookahead_s, FOLLOWING)


WHOLE = Listening(None)


def measure_by_ear(how: Listening, take: Take) -> TakeResult:
    """One take from its files to its measures."""
    score, load_s = load_once(take.score)
    truth = truth_within(how, take, score)
    chunks = read_chunks(sound_of(how, take), how.seconds)
    run = drive_by_ear(score, chunks, how.ears)
    return measure(shortened(how, take), score, truth, run, load_s, listen_by_ear)


def shortened(how: Listening, take: Take) -> Take:
    """As long as it is listened to."""
    return replace(take, duration_s=min(take.duration_s, how.end_s))


def truth_within(how: Listening, take: Take, score: Score) -> Truth:
    """What is scored of it."""
    truth = until(read_truth(take, score), how.scored_s)
    if len(truth.onsets) < 2:
        raise InputError(take.id, "nothing to score in so few seconds", "give --seconds more")
    return truth


def sound_of(how: Listening, take: Take) -> Path:
    """The sound file; a rendering is made where it is not there yet."""
    if take.soundfont is None:
        return take.performance
    performed = first_seconds(read_performance(take.performance), how.seconds)
    return render(performed, take.soundfont, how.renderings)


def read_chunks(sound: Path, seconds: float | None) -> list[Chunk]:
    """The sound in pieces of 10 ms, all read beforehand: reading is not what is measured."""
    with SoundFile(sound) as file:
        return list(first(file.chunks(round(file.rate_hz / CHUNKS_PER_S)), seconds))
