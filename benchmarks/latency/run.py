"""One run: a player, the session with its threads and its OSC server as in ``follow``, and a receiver."""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from repetiteur.benchmarks.latency import figures
from repetiteur.benchmarks.latency.competition import competition
from repetiteur.benchmarks.latency.figures import Row
from repetiteur.benchmarks.latency.ledger import Ledger, TimedEars
from repetiteur.benchmarks.latency.material import Material, Midi, Sound
from repetiteur.benchmarks.latency.players import Keyboard, SoundCard
from repetiteur.benchmarks.latency.receiver import Receiver
from repetiteur.benchmarks.latency.resources import Resources
from repetiteur.benchmarks.latency.truth import put_right
from repetiteur.benchmarks.workers import default_workers
from repetiteur.bridges.hearing import AUTO, make_ears
from repetiteur.bridges.live_ears import LiveEars
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.session_controls import SessionControls
from repetiteur.bridges.urgency import Urgency, tidy, undisturbed
from repetiteur.bridges.wire.osc_server import OscServer
from repetiteur.realtime.clock import LiveClock
from repetiteur.realtime.hearing.thresholds import FOLLOWING
from repetiteur.realtime.inputs import HeardNote, Input, Reset
from repetiteur.realtime.score import NoteKind, Score
from repetiteur.realtime.session import Session

POINTS = 600  # of a timeline, at most
_SETTLING_S = 0.5


@dataclass(frozen=True, slots=True)
class Manner:
    """How to play."""

    seconds: float
    block_s: float
    jitter_s: float
    seed: int
    deadline_s: float
    urgency: Urgency
    load: bool = False
    drift_ppm: float = 0.0


@dataclass(frozen=True, slots=True)
class Moment:
    """One point of the timeline."""

    t_s: float
    p50_ms: float
    max_ms: float
    memory_mb: float
    stolen_ms: float  # of all cores together, by the host of a virtual machine; NaN: unknown


@dataclass(frozen=True, slots=True)
class Late:
    """A note that missed its deadline."""

    t_s: float  # the last sample needed, or the stamp
    took_ms: float
    longest: str  # of the stages
    longest_ms: float
    stolen_ms: float  # as a moment's, from the second's beginning before to the second's end after


@dataclass(frozen=True, slots=True)
class Lost:
    """What did not get through; all nought on a good day."""

    inputs: int  # that the inbox had no room for
    blocks: int  # of sound that the listener had no room for
    late_blocks: int  # that the player delivered after the next was due: the machine was away
    packets: int  # that the receiver never got
    not_noted: int  # by the ledger


@dataclass(frozen=True, slots=True)
class Run:
    source: str  # MIDI or sound
    seconds: float
    rows: tuple[Row, ...]
    lost: Lost
    memory_mb: float  # at the end
    memory_growth: float  # share, once it had settled
    cpu: float  # cores
    drift_ms: float  # of the stream's time against the times of capture, from beginning to end
    timeline: tuple[Moment, ...]
    late: tuple[Late, ...]
    stolen_s: float  # of all cores together; NaN: unknown
    machine: str
    refused: tuple[str, ...]  # what the system did not grant
    load: int  # competing processes


def measure(material: Material, manner: Manner) -> Run:
    with ExitStack() as cleanup:
        refused = manner.urgency.refusals()
        receiver = Receiver()
        load = cleanup.enter_context(competition(manner.load))
        session = Session(material.score, clock=LiveClock())
        cleanup.enter_context(manner.urgency.attending())
        zero_s = _zero_s(session.now_s)
        server = OscServer(SessionControls(session, load_score), 0, targets=[("127.0.0.1", receiver.port)])
        cleanup.callback(server.close)
        ledger = Ledger(manner.seconds, session.now_s, _graces(material.score))
        for sink in (ledger.before, server, ledger.after):
            session.add_sink(sink)
        session.watch_with(ledger)
        session.hurry_with(manner.urgency)
        session.tidy_with(tidy)
        if isinstance(material, Sound):
            player = _by_ear(material, manner, session, ledger)
        else:
            player = _by_hand(material, manner, session)
        resources = Resources(int(manner.seconds) + 10, session.now_s)
        with undisturbed():
            session.start()
            late_blocks, overflows = player.play(resources)
            cpu = resources.cpu
            session.stop()
        time.sleep(_SETTLING_S)
        received = receiver.close()
        drift_ms = player.put_right(ledger.causes)
        came_s = figures.received_s(ledger.told, received) - zero_s
        rows = figures.rows(ledger.causes, ledger.told, came_s, manner.deadline_s)
        lost = Lost(session.overflows, overflows, late_blocks, int(np.isnan(came_s).sum()), ledger.missing)
        took_ms = _took_ms(ledger, came_s)
        return Run(
            "sound" if isinstance(material, Sound) else "MIDI", manner.seconds, tuple(rows), lost,
            float(resources.memory_mb[-1]), resources.growth(), cpu, drift_ms,
            tuple(_timeline(ledger, took_ms, resources, manner.seconds)),
            tuple(_late(ledger, came_s, took_ms, resources, manner.deadline_s)), resources.stolen_s,
            machine(), refused, load,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Player:
    play: Callable[[Resources], tuple[int, int]]  # late blocks, and overflows
    put_right: Callable[[np.ndarray], float]  # times of the causes; gives by how many ms these had drifted


def _graces(score: Score) -> frozenset[str]:
    grace = score.notes["kind"] == NoteKind.GRACE
    return frozenset(name for name, is_one in zip(score.note_ids, grace, strict=True) if is_one)


def _by_hand(material: Midi, manner: Manner, session: Session) -> _Player:
    keyboard = Keyboard(
        material.performed, session.submit, session.now_s, manner.jitter_s, manner.seed, manner.urgency
    )

    def play(resources: Resources) -> tuple[int, int]:
        keyboard.start()
        _wait(manner.seconds, resources)
        keyboard.close()
        return 0, 0

    return _Player(play, lambda causes: 0.0)  # its stamps are the session's own


def _by_ear(material: Sound, manner: Manner, session: Session, ledger: Ledger) -> _Player:
    card = SoundCard(
        material.samples, material.rate_hz, round(manner.block_s * material.rate_hz), session.now_s,
        manner.jitter_s, manner.seed, manner.urgency, manner.seconds, manner.drift_ppm,
        lambda: session.submit(Reset(session.now_s())),
    )  # fmt: skip
    ears = TimedEars(make_ears(thresholds=FOLLOWING, a4=AUTO), session.now_s)  # as to follow by

    def deliver(item: Input) -> None:
        if isinstance(item, HeardNote):
            ledger.hearing(ears.taken_s)
        session.submit(item)

    live = LiveEars(card, ears, deliver, session.now_s, hurry=manner.urgency)

    def play(resources: Resources) -> tuple[int, int]:
        live.open("file")
        _wait(manner.seconds, resources)
        live.close()
        return card.late_blocks, live.overflows

    return _Player(play, lambda causes: put_right(causes, card, material.strokes))


def _wait(seconds: float, resources: Resources) -> None:
    over, until_s = threading.Event(), time.monotonic() + seconds
    while (left_s := until_s - time.monotonic()) > 0:
        resources.sample()
        over.wait(min(left_s, 1.0))
    resources.sample()


def _zero_s(now_s: Callable[[], float]) -> float:
    """Monotonic time at the session's nought, to a microsecond: the narrowest of a few tries."""
    tries = []
    for _ in range(50):
        before_s, here_s, after_s = time.monotonic(), now_s(), time.monotonic()
        tries.append((after_s - before_s, (before_s + after_s) / 2 - here_s))
    return min(tries)[1]


def _took_ms(ledger: Ledger, came_s: np.ndarray) -> np.ndarray:
    """Of all notes, from the sample needed to the note received."""
    causes = ledger.causes
    return (figures.first_of(len(causes), ledger.told, came_s, ["note"]) - causes["at_s"]) * 1e3


def _timeline(
    ledger: Ledger, took_ms: np.ndarray, resources: Resources, seconds: float
) -> Iterator[Moment]:
    """Of all notes together."""
    step_s = max(1.0, seconds / POINTS)
    number = (ledger.causes["at_s"] / step_s).astype(int)
    for each in np.unique(number):
        here = took_ms[(number == each) & np.isfinite(took_ms)]
        if len(here):
            t_s = float(each * step_s)
            held_mb, stolen_ms = resources.memory_mb_at(t_s), resources.stolen_ms_around(t_s, t_s + step_s)
            yield Moment(t_s, float(np.median(here)), float(here.max()), held_mb, stolen_ms)


def _late(
    ledger: Ledger, came_s: np.ndarray, took_ms: np.ndarray, resources: Resources, deadline_s: float
) -> Iterator[Late]:
    causes = ledger.causes
    stages = dict(figures.stages(causes, ledger.told, came_s))
    for number in np.flatnonzero(took_ms > deadline_s * 1e3):
        at_s, took = float(causes["at_s"][number]), float(took_ms[number])
        longest = max(stages, key=lambda name: stages[name][number])
        longest_ms = float(stages[longest][number]) * 1e3
        yield Late(at_s, took, longest, longest_ms, resources.stolen_ms_around(at_s, at_s + took / 1e3))


def machine() -> str:
    cores = f"{default_workers()} of {os.cpu_count()} cores"
    return f"{cores}, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
