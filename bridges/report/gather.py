"""Runs the engine over a performance and keeps what stands at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from repetiteur.bridges.report.stretches import cut, stretch_at, times_through
from repetiteur.bridges.report.take import Heard, Kind, Stretch, Take, Verdict
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import Event, Fault, Match, Mistake, Note, NoteStatus, Retract
from repetiteur.realtime.inputs import Input
from repetiteur.realtime.score import Score
from repetiteur.realtime.timeline import push_safely


def follow(score: Score, inputs: Iterable[Input]) -> Iterator[Event]:
    """The events of a live session, at once."""
    engine = Engine(score)
    yield from engine.open()
    for item in inputs:
        yield from push_safely(engine, item)


def gather(score: Score, events: Iterable[Event]) -> Take:
    """Notes and the verdicts on them, retracted ones left out."""
    heard: dict[int, Heard] = {}
    told: dict[int, Match | Mistake] = {}
    faults: list[str] = []
    for event in events:
        match event:
            case Note(status=NoteStatus.CONFIRMED):
                heard[event.id] = Heard(event.onset, event.pitch, event.velocity)
            case Match() | Mistake():
                told[event.seq] = event
            case Retract():
                told.pop(event.of, None)
            case Fault():
                faults.append(f"{event.what}; {event.remedy}")
    verdicts = _placed(score, [_verdict(score, event, heard) for event in _indexed(score, told)])
    return Take(score, *verdicts, len(heard), tuple(dict.fromkeys(faults)))


def _indexed(score: Score, told: dict[int, Match | Mistake]) -> list[tuple[int | None, Match | Mistake]]:
    index = {name: k for k, name in enumerate(score.note_ids)}
    return [(index.get(event.score_note or ""), event) for event in told.values()]


def _verdict(score: Score, told: tuple[int | None, Match | Mistake], heard: dict[int, Heard]) -> Verdict:
    index, event = told
    note = heard.get(event.note) if event.note is not None else None
    if isinstance(event, Match):
        onset_s = note.onset_s if note else event.at
        return Verdict(Kind.RIGHT, index, event.q, onset_s, note, 1, 0, event.deviation_ms)
    q = float(score.notes["onset_q"][index]) if index is not None else event.q
    return Verdict(Kind(event.kind.value), index, q, event.onset, note, 1, 0)


def _placed(score: Score, verdicts: list[Verdict]) -> tuple[tuple[Verdict, ...], tuple[Stretch, ...]]:
    """In order of time, each with its stretch and its time through the bar."""
    ordered = sorted(verdicts, key=lambda verdict: (verdict.onset_s, verdict.q))
    sure = [v for v in ordered if v.kind is Kind.RIGHT and score.notes["kind"][v.score_note or 0] == 0]
    judged = np.zeros(len(score.notes), bool)
    judged[[v.score_note for v in ordered if v.score_note is not None]] = True
    onsets_s, q = np.array([v.onset_s for v in sure]), np.array([v.q for v in sure])
    stretches = cut(score, onsets_s, q, judged.tolist())
    if not stretches:
        return tuple(ordered), ()
    placed = []
    for verdict in ordered:
        bar = score.bar_at(verdict.q)
        number = stretch_at(stretches, verdict.onset_s, bar)
        placed.append(replace(verdict, stretch=number, time=times_through(stretches, number, bar)))
    return tuple(placed), tuple(stretches)
