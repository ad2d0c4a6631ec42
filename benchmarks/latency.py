"""From MIDI in to OSC out inside the process: what a note costs before its packets are away.

A note is pushed into the engine, every event it causes is packed as OSC and sent on a
loopback UDP socket; the clock stops when the last send returns. *Hot*: one input right
after the other. *Paced*: inputs at the times they are played, the processor idle in
between, which is how it is live: caches grow cold and wake-ups cost. Ticks of the same
stream are measured apart.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from repetiteur.benchmarks.synthetic import play, synthetic_score
from repetiteur.bridges.planting.strokes import performed
from repetiteur.bridges.wire import osc
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.inputs import Input, NoteOn, Performed
from repetiteur.realtime.score import Score
from repetiteur.realtime.timeline import with_ticks

WARM_UP_NOTES = 100
RECEIVE_BYTES = 1 << 22


@dataclass(frozen=True, slots=True)
class Latency:
    """Microseconds of wall clock."""

    what: str
    inputs: int
    packets: int
    p50_us: float
    p99_us: float
    p999_us: float
    worst_us: float


def demo_music(notes: int) -> tuple[Score, tuple[Performed, ...]]:
    """A score and somebody playing it, where nothing else was given."""
    score = synthetic_score(notes + WARM_UP_NOTES)
    return score, performed(play(score, 0, len(score.notes), 0.5))


def measure(score: Score, music: Sequence[Performed], paced_s: float) -> list[Latency]:
    """Hot over all of the music, then paced over so many seconds of it."""
    hot = _run("hot", score, list(with_ticks(music)), paced=False)
    begin_s = music[0].t_s
    stretch = [item for item in music if item.t_s <= begin_s + paced_s]
    return hot + _run("paced", score, list(with_ticks(stretch, settle_s=0.0)), paced=True)


def _run(name: str, score: Score, inputs: Sequence[Input], paced: bool) -> list[Latency]:
    _warm_up(score, inputs)
    engine = Engine(score)
    engine.open()
    took_ns = np.zeros(len(inputs), np.int64)
    sent = np.zeros(len(inputs), np.int64)
    with _loopback() as (sender, receiver):
        began_s = time.perf_counter() - inputs[0].t_s
        for index, item in enumerate(inputs):
            if paced and (wait_s := began_s + item.t_s - time.perf_counter()) > 0:
                time.sleep(wait_s)
            start_ns = time.perf_counter_ns()
            events = engine.push(item)
            for event in events:
                sender.send(osc.encode(event))
            took_ns[index] = time.perf_counter_ns() - start_ns
            sent[index] = len(events)
            _drain(receiver, len(events))
    notes = np.array([isinstance(item, NoteOn) for item in inputs])
    return [
        _latency(f"notes, {name}", took_ns[notes], sent[notes]),
        _latency(f"other inputs, {name}", took_ns[~notes], sent[~notes]),
    ]


def _warm_up(score: Score, inputs: Sequence[Input]) -> None:
    engine = Engine(score)
    engine.open()
    heard = 0
    for item in inputs:
        for event in engine.push(item):
            osc.encode(event)
        heard += isinstance(item, NoteOn)
        if heard > WARM_UP_NOTES:
            return


@contextmanager
def _loopback() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connected UDP sender and its receiver on this machine."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        receiver.bind(("127.0.0.1", 0))
        receiver.setblocking(False)
        sender.connect(receiver.getsockname())
        yield sender, receiver


def _drain(receiver: socket.socket, packets: int) -> None:
    for _ in range(packets):
        try:
            receiver.recv(65536)
        except BlockingIOError:
            return


def _latency(what: str, took_ns: np.ndarray, sent: np.ndarray) -> Latency:
    p50, p99, p999 = np.percentile(took_ns, (50, 99, 99.9)) / 1000.0
    return Latency(
        what, len(took_ns), int(sent.sum()), float(p50), float(p99), float(p999), float(took_ns.max() / 1e3)
    )
