"""One performance through a real engine, offline, with the cost of every input measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from repetiteur.benchmarks.position_metrics import single_worker_clock
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import Event
from repetiteur.realtime.hearing.as_inputs import inputs_of_sound
from repetiteur.realtime.hearing.ears import Ears
from repetiteur.realtime.inputs import Chunk, Input, NoteOn
from repetiteur.realtime.score import Score
from repetiteur.realtime.second_hearing import SecondHearing
from repetiteur.realtime.timeline import with_ticks
from repetiteur.realtime.warm_up import warm_up

WARM_UP_INPUTS = 300


@dataclass(frozen=True, slots=True, eq=False)
class Drive:
    """What an engine said, and when a client could have read it."""

    events: tuple[Event, ...]
    ready_s: np.ndarray  # of each event: input time, queueing behind earlier inputs, and computing
    step_cost_s: np.ndarray  # CPU time of each note-on; from sound of each chunk, ears and all
    tick_cost_s: np.ndarray  # and of everything else


def drive(score: Score, performed: Sequence[Input], second: SecondHearing | None = None) -> Drive:
    """Run one take; the engine's own compiling and caching is done beforehand on its first notes.
    ``second``: asked instead of the Ladder, where notes were heard in sound."""
    _warm_up(score, performed)
    steps = _run(Engine(score, second), with_ticks(performed), lambda item: item.t_s)
    costs, notes = np.array(steps.cost_s), np.array(steps.is_note, bool)
    return _driven(steps, costs[notes], costs[~notes])


def drive_by_ear(score: Score, chunks: Sequence[Chunk], ears: Ears) -> Drive:
    """Run one take from its sound as it comes from a device. What a chunk tells can be known when
    the chunk is over; what the ears and the engine then do is one worker's."""
    warm_up(score)
    ears.warm_up(chunks[0].rate_hz)
    taken = _Taken(chunks)
    items = with_ticks(inputs_of_sound(ears, taken))
    steps = _run(Engine(score), items, lambda item: max(item.t_s, taken.end_s))
    return _driven(steps, np.array(taken.cost_s), np.empty(0))


def heard_in(ears: Ears, chunks: Sequence[Chunk]) -> list[Input]:
    """What they tell of a take from its beginning, for engines that are to be told the same."""
    ears.warm_up(chunks[0].rate_hz)
    return list(inputs_of_sound(ears, chunks))


@dataclass(slots=True)
class _Steps:
    """Of each event to which input it belongs (-1: before any); of each input the rest."""

    events: list[Event]
    belongs: list[int]
    known_s: list[float] = field(default_factory=list)
    cost_s: list[float] = field(default_factory=list)
    is_note: list[bool] = field(default_factory=list)


def _run(engine: Engine, items: Iterator[Input], known_s: Callable[[Input], float]) -> _Steps:
    """``known_s``: since when there is what it took to make this input. Making it is paid for as well."""
    events = list(engine.open())
    steps = _Steps(events, [-1] * len(events))
    while True:
        began = time.thread_time_ns()
        item = next(items, None)
        if item is None:
            return steps
        out = engine.push(item)
        steps.cost_s.append((time.thread_time_ns() - began) * 1e-9)
        steps.events.extend(out)
        steps.belongs.extend([len(steps.known_s)] * len(out))
        steps.known_s.append(known_s(item))
        steps.is_note.append(isinstance(item, NoteOn))


def _driven(steps: _Steps, step_cost_s: np.ndarray, tick_cost_s: np.ndarray) -> Drive:
    done_s = single_worker_clock(np.array(steps.known_s), np.array(steps.cost_s))
    ready_s = np.append(done_s, 0.0)[steps.belongs]  # index -1: before any input
    return Drive(tuple(steps.events), ready_s, step_cost_s, tick_cost_s)


class _Taken:
    """Chunks one by one, how far they have come, and what was done from one to the next."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._chunks = chunks
        self.end_s = 0.0
        self.cost_s: list[float] = []

    def __iter__(self) -> Iterator[Chunk]:
        for chunk in self._chunks:
            self.end_s = chunk.t_s + len(chunk.samples) / chunk.rate_hz
            began = time.thread_time_ns()
            yield chunk
            self.cost_s.append((time.thread_time_ns() - began) * 1e-9)


def _warm_up(score: Score, performed: Sequence[Input]) -> None:
    engine = Engine(score)
    engine.open()
    for item in islice(with_ticks(performed), WARM_UP_INPUTS):
        engine.push(item)
