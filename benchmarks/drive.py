"""One performance through a real engine, offline, with the cost of every input measured."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from repetiteur.benchmarks.position_metrics import single_worker_clock
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import Event
from repetiteur.realtime.inputs import Input, NoteOn
from repetiteur.realtime.score import Score
from repetiteur.realtime.timeline import with_ticks

WARM_UP_INPUTS = 300


@dataclass(frozen=True, slots=True, eq=False)
class Drive:
    """What an engine said, and when a client could have read it."""

    events: tuple[Event, ...]
    ready_s: np.ndarray  # of each event: input time, queueing behind earlier inputs, and computing
    note_cost_s: np.ndarray  # CPU time of each note-on
    tick_cost_s: np.ndarray  # and of everything else


def drive(score: Score, performed: Sequence[Input]) -> Drive:
    """Run one take; the engine's own compiling and caching is done beforehand on its first notes."""
    _warm_up(score, performed)
    engine = Engine(score)
    events = list(engine.open())
    belongs = [-1] * len(events)  # to which input
    available, cost, is_note = [], [], []
    for number, item in enumerate(with_ticks(performed)):
        began = time.thread_time_ns()
        out = engine.push(item)
        cost.append((time.thread_time_ns() - began) * 1e-9)
        available.append(item.t_s)
        is_note.append(isinstance(item, NoteOn))
        events.extend(out)
        belongs.extend([number] * len(out))
    costs, notes = np.array(cost), np.array(is_note, bool)
    done = single_worker_clock(np.array(available), costs)
    ready = np.append(done, 0.0)[belongs]  # index -1: before any input
    return Drive(tuple(events), ready, costs[notes], costs[~notes])


def _warm_up(score: Score, performed: Sequence[Input]) -> None:
    engine = Engine(score)
    engine.open()
    for item in islice(with_ticks(performed), WARM_UP_INPUTS):
        engine.push(item)
