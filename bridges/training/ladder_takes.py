"""A lesson of the Ladder made: a planted take sounds, is heard, followed, and looked at again and again."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from repetiteur.bridges.planting.injection import Planted
from repetiteur.bridges.training.planted_takes import PlantedTake
from repetiteur.kernels.notes_from_evidence import CONFIRMED, ENDED
from repetiteur.models.encoder.engine import Encoder
from repetiteur.models.encoder.heads import HOP_S, HOP_SAMPLES, LOWEST_KEY
from repetiteur.models.ladder.answer import Answer
from repetiteur.models.ladder.lessons import (
    EXTRA_ASKED,
    MISSED,
    MISSED_ASKED,
    NOBODY,
    PLAYED,
    UNKNOWN,
    Lesson,
    Truth,
    Writer,
)
from repetiteur.models.ladder.tokens import A4_BANDS, HEARD, TRACE, View
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import Mistake, Note, NoteStatus
from repetiteur.realtime.hearing.decoder import NoteDecoder
from repetiteur.realtime.hearing.thresholds import FOLLOWING
from repetiteur.realtime.inputs import HeardEnd, HeardNote, Input
from repetiteur.realtime.ladder import Ladder
from repetiteur.realtime.layout import Layout
from repetiteur.realtime.score import Score
from repetiteur.realtime.timeline import with_ticks

LOOKED_AT_S = 0.3, 0.5  # between looks
SAME_S = 0.05  # a trace this close to a stroke is of it
NEAR_S, PLACED_S = 2.5, 1.0  # a key's own stroke, or its planted absence, is no farther from when it is due
TOLD_S = 0.3  # a miss told this close to a planted one is that one


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A take as the ears know it: ``TRACE`` rows, when each is known (s), and notes as inputs."""

    traces: np.ndarray
    known_s: np.ndarray
    a4: np.ndarray
    inputs: list[Input]


def hear_take(sound: np.ndarray, encoder: Encoder) -> Heard:
    """``sound``: 16 kHz. ``encoder``: a new listener."""
    evidence, a4 = [], []
    for begin in range(0, len(sound) - HOP_SAMPLES + 1, HOP_SAMPLES):
        evidence.append(encoder.hear(sound[begin : begin + HOP_SAMPLES]))
        a4.append(encoder.octave_dynamics)
    decoder = NoteDecoder(FOLLOWING)
    changes, peaks = decoder.push(np.concatenate(evidence))
    inputs: list[Input] = []
    for kind, note, hop, key, moment, velocity, height in np.append(changes, decoder.finish()).tolist():
        at_s, moment_s = (hop + 1) * HOP_S, max(moment * HOP_S, 0.0)
        if kind == CONFIRMED:
            loud = min(max(round(velocity * 128), 1), 127)
            told = NoteStatus.CONFIRMED, key + LOWEST_KEY, moment_s, loud, height
            inputs.append(HeardNote(at_s, note, *told))
        elif kind == ENDED:
            inputs.append(HeardEnd(at_s, note, moment_s))
    traces = np.zeros(len(peaks), TRACE)
    traces["onset_s"], traces["pitch"] = peaks["moment"] * HOP_S, peaks["key"] + LOWEST_KEY
    for name in ("note", *HEARD):
        traces[name] = peaks[name]
    dynamics = np.array(a4)
    moment = np.clip(np.round(peaks["moment"]).astype(int), 0, len(dynamics) - 1)
    return Heard(traces, (peaks["hop"] + 1) * HOP_S, dynamics[moment], inputs)


def look_at_take(
    heard: Heard, score: Score, take: PlantedTake, random: np.random.Generator, strange: bool = False
) -> Lesson:
    """Follow it with a real engine; look every so often, and whenever a mistake is told. ``strange``: it is
    not the score of what is played."""
    engine = Engine(score)
    layout = engine.follower.layout
    ladder = Ladder(score, layout, _Nobody())
    writer = Writer(A4_BANDS)
    truth = _TakeTruth(take.planted, score, layout, heard, strange)
    engine.open()
    next_s, told, notes = 1.0, 0, engine.follower.notes
    for item in with_ticks(heard.inputs):
        while told < len(heard.traces) and heard.known_s[told] <= item.t_s:
            ladder.trace_row(heard.traces[told], heard.a4[told])
            told += 1
        events = engine.push(item)
        if isinstance(item, HeardNote):
            truth.names |= {event.id: item.id for event in events if isinstance(event, Note)}
            if engine.follower.notes > notes:
                notes = engine.follower.notes
                ladder.note(item.id, notes)
        mistakes = [event for event in events if isinstance(event, Mistake)]
        if not mistakes and item.t_s < next_s:
            continue
        if item.t_s >= next_s:
            next_s = item.t_s + random.uniform(*LOOKED_AT_S)
        view = ladder.view(item.t_s, engine.follower)
        if len(view.traces) or len(view.written):
            writer.add(view, truth.of(view), truth.asked(mistakes, view))
    return writer.lesson()


class _Nobody:
    def read(self, view: View) -> Answer:
        raise NotImplementedError("only views are asked for")


class _TakeTruth:
    """What really happened, for any view of the take."""

    def __init__(
        self, planted: Planted, score: Score, layout: Layout, heard: Heard, strange: bool
    ) -> None:
        self._strange = strange
        self.names: dict[int, int] = {}  # the ears' own of each note of the stream
        self._key_named = {score.note_ids[note]: key for key, note in enumerate(layout.key_note)}
        extra = set(planted.extra)
        key_of = {note: key for key, note in enumerate(layout.key_note)}
        key_of |= {note: key for key, notes in layout.twins.items() for note in notes}
        pitch_of = layout.key_pitch
        self._own: dict[int, list[float]] = defaultdict(list)
        for stroke in () if strange else planted.strokes:
            key = key_of.get(stroke.note, -1) if stroke.note is not None else -1
            name = stroke.onset_s, stroke.pitch
            if key >= 0 and stroke.pitch == pitch_of[key] and name not in extra:
                self._own[key].append(stroke.onset_s)
        self._missed, self._extra = _by_pitch(planted.missed), _by_pitch(planted.extra)
        self._struck: dict[tuple[float, int], bool] = {}  # trace -> whether it is extra
        traces: dict[int, list[int]] = defaultdict(list)
        for row, pitch in enumerate(heard.traces["pitch"].tolist()):
            traces[pitch].append(row)
        onset_s, sure = heard.traces["onset_s"], heard.traces["sure"]
        for stroke in planted.strokes:
            near = [row for row in traces[stroke.pitch] if abs(onset_s[row] - stroke.onset_s) <= SAME_S]
            if near:
                best = max(near, key=lambda row: sure[row] - 4 * abs(onset_s[row] - stroke.onset_s))
                name = float(onset_s[best]), stroke.pitch
                self._struck[name] = (stroke.onset_s, stroke.pitch) in extra

    def of(self, view: View) -> Truth:
        struck = np.zeros(len(view.traces), bool)
        extra = np.zeros(len(view.traces), bool)
        names = zip(view.traces["onset_s"].tolist(), view.traces["pitch"].tolist(), strict=True)
        for row, name in enumerate(names):
            if name in self._struck:
                struck[row], extra[row] = True, self._struck[name]
        played = np.full(len(view.written), UNKNOWN if self._strange else NOBODY, np.int8)
        late_s = np.zeros(len(view.written), np.float32)
        keys = view.written[["key", "pitch", "due_s"]].tolist()
        for row, (key, pitch, due_s) in enumerate([] if self._strange else keys):
            own = _nearest(self._own.get(key, ()), due_s)
            if own is not None and abs(own - due_s) <= NEAR_S:
                played[row], late_s[row] = PLAYED, own - due_s
            elif _has(self._missed, pitch, due_s, PLACED_S):
                played[row] = MISSED
        return Truth(played, late_s, struck, extra, self._strange)

    def asked(self, mistakes: Sequence[Mistake], view: View) -> list[tuple[int, int, bool]]:
        """(what, row of the view, whether the verdict is right) for every half of every mistake told."""
        if self._strange:
            return []
        names = view.written[["key", "which_pass"]].tolist()
        rows = {name: row for row, name in enumerate(names)}
        found = []
        for told in mistakes:
            if told.score_note is not None and told.expected is not None:
                row = rows.get((self._key_named.get(told.score_note, -1), told.pass_))
                if row is not None:
                    right = _has(self._missed, told.expected, told.onset, TOLD_S)
                    found.append((MISSED_ASKED, row, right))
            if told.note is not None and told.played is not None:
                at = np.flatnonzero(view.traces["note"] == self.names[told.note])
                if len(at):
                    onset_s = float(view.traces["onset_s"][at[-1]])
                    found.append((EXTRA_ASKED, int(at[-1]), _has(self._extra, told.played, onset_s, SAME_S)))
        return found


def _by_pitch(truth: Sequence[tuple[float, int]]) -> dict[int, list[float]]:
    found: dict[int, list[float]] = defaultdict(list)
    for time_s, pitch in sorted(truth):
        found[pitch].append(time_s)
    return found


def _nearest(times_s: Sequence[float], at_s: float) -> float | None:
    """Of rising times."""
    after = bisect_left(times_s, at_s)
    return min(times_s[max(after - 1, 0) : after + 1], key=lambda time_s: abs(time_s - at_s), default=None)


def _has(times_s: dict[int, list[float]], pitch: int, at_s: float, within_s: float) -> bool:
    nearest = _nearest(times_s.get(pitch, ()), at_s)
    return nearest is not None and abs(nearest - at_s) <= within_s
