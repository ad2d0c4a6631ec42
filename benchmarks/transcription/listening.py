"""One take listened to, and what it came to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import process_time

from repetiteur.benchmarks.note_metrics import Count
from repetiteur.benchmarks.transcription.sound_takes import SoundTake, sound_and_truth
from repetiteur.benchmarks.transcription.tellings import (
    confirmed,
    known_by,
    provisional,
    tellings_of,
    unsettled,
)
from repetiteur.benchmarks.transcription_metrics import Heard, Notes, measure, pairs
from repetiteur.bridges.hearing import make_ears
from repetiteur.bridges.sound_files import SoundFile
from repetiteur.realtime.events import Event
from repetiteur.realtime.hearing.ears import Ears, notes_of
from repetiteur.realtime.hearing.thresholds import DEFAULTS, Thresholds
from repetiteur.realtime.inputs import Chunk

LATENCIES_S = (0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12, 0.15, 0.16, 0.17, 0.2, 0.25, 0.3)


@dataclass(frozen=True, slots=True)
class Listening:
    """What to listen to, and how."""

    take: SoundTake
    lookahead_s: float
    renderings: Path


@dataclass(frozen=True, slots=True, eq=False)
class Listened:
    """One take."""

    take: SoundTake
    sound: Path
    true: Notes
    heard: Notes  # confirmed
    confirmed: Heard
    provisional: Heard
    by_latency: tuple[Count, ...]  # onsets known so long after they were: LATENCIES_S
    withdrawn: int
    unsettled: int
    duration_s: float
    cost_s: float  # processor time
    trouble: str


def listen_to(job: Listening) -> Listened:
    """From the files to the measures."""
    sound, true = sound_and_truth(job.take, job.renderings)
    seconds = (
        job.take.seconds if job.take.soundfont is None else None
    )  # a rendering is as long as it should be
    ears = ears_at_hand(job.lookahead_s)
    with SoundFile(sound) as file:
        ears.warm_up(file.rate_hz)
        began_s = process_time()
        events, duration_s = heard_in(ears, first(file.chunks(), seconds))
        cost_s = process_time() - began_s
        trouble = file.trouble
    told = tellings_of(events)
    heard = confirmed(told)
    return Listened(
        take=job.take,
        sound=sound,
        true=true,
        heard=heard,
        confirmed=measure(true, heard),
        provisional=measure(true, provisional(told)),
        by_latency=tuple(_onsets(true, known_by(told, latency_s)) for latency_s in LATENCIES_S),
        withdrawn=len(told.of_note) - len(heard),
        unsettled=unsettled(told),
        duration_s=duration_s,
        cost_s=cost_s,
        trouble=trouble,
    )


def heard_in(ears: Ears, chunks: Iterable[Chunk]) -> tuple[list[Event], float]:
    """All that new ears tell of a sound, and how long the sound was (s)."""
    events: list[Event] = []
    duration_s = 0.0
    for chunk in chunks:
        events += notes_of(ears.push(chunk))
        duration_s += len(chunk.samples) / chunk.rate_hz
    return events + notes_of(ears.finish()), duration_s


def first(chunks: Iterator[Chunk], seconds: float | None) -> Iterator[Chunk]:
    """As much sound as begins before then."""
    for chunk in chunks:
        if seconds is not None and chunk.t_s >= seconds:
            return
        yield chunk


@lru_cache(maxsize=1)
def ears_at_hand(lookahead_s: float, thresholds: Thresholds = DEFAULTS) -> Ears:
    """One encoder a process."""
    return make_ears(lookahead_s, thresholds)


def _onsets(true: Notes, heard: Notes) -> Count:
    return Count(len(pairs(true, heard)), len(heard), len(true))
