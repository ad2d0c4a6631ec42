"""Sound in, notes out: resampler, encoder and decoder in a row, with the times of the stream."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Protocol

import numpy as np

from repetiteur.kernels.notes_from_evidence import CONFIRMED, ENDED, PROVISIONAL, SHORTEST, TRACE, WITHDRAWN
from repetiteur.kernels.offset import OffsetRemover
from repetiteur.models.encoder.heads import HOP_S, LOWEST_KEY, SAMPLE_RATE_HZ
from repetiteur.realtime.events import Event, Note, NoteEnd, NoteStatus
from repetiteur.realtime.hearing.decoder import LOOKAHEAD_S, NoteDecoder
from repetiteur.realtime.hearing.dynamics import Dynamics
from repetiteur.realtime.hearing.sound_clock import SoundClock
from repetiteur.realtime.hearing.thresholds import DEFAULTS, Thresholds
from repetiteur.realtime.inputs import Chunk, HeardTrace

LOUDEST = 4.0  # full scale is 1; beyond this it is damage, not sound
SILENCE_S = 2.0  # of lost sound that is filled in: after that nothing sounds any more
AT_ONCE_S = 0.5  # of sound that goes through in one piece, so that a long chunk needs no more room
SHORTEST_S = SHORTEST * HOP_S
UNKNOWN_VELOCITY = 64
A4_HZ = 440.0  # of a piano nobody says anything about
TRACE_DIGITS = 3
NO_TRACES = np.zeros(0, TRACE)

_STATUS = {
    PROVISIONAL: NoteStatus.PROVISIONAL,
    CONFIRMED: NoteStatus.CONFIRMED,
    WITHDRAWN: NoteStatus.WITHDRAWN,
}


class Encoder(Protocol):
    """What tells of every key: see ``models/encoder/heads.py``."""

    @property
    def delay_s(self) -> float:
        """What its front end adds to the delays of the heads; 0 where the heads allow for it."""
        ...

    def hear(self, samples: np.ndarray) -> np.ndarray:
        """16 kHz mono float32 of any length in, the evidence of every full hop out."""
        ...

    def reset(self) -> None: ...


class Resampler(Protocol):
    """From some rate to SAMPLE_RATE_HZ, piece by piece; what comes out is at its right time."""

    @property
    def delay_s(self) -> float:
        """What is out was in so much earlier."""
        ...

    def push(self, samples: np.ndarray) -> np.ndarray: ...


class Ears:
    """One stream of sound. Thread: whoever pushes. The notes do not depend on how the sound is cut.

    Every note is told as confirmed or withdrawn in the end, with the id it was first told with;
    confirmed ones are followed by their end. ``seq`` counts from 0. With a faint threshold there
    are traces between them, which have no ``seq``.
    """

    def __init__(
        self,
        encoder: Encoder,
        make_resampler: Callable[[float], Resampler],
        thresholds: Thresholds = DEFAULTS,
        lookahead_s: float = LOOKAHEAD_S,
        a4_hz: Callable[[int], float] = lambda hop: A4_HZ,
    ) -> None:
        """``make_resampler``: from that rate to SAMPLE_RATE_HZ. ``lookahead_s``: of provisional notes.
        ``a4_hz``: how the piano is tuned, as far as is known in that hop of the stream."""
        self._encoder = encoder
        self._a4_hz = a4_hz
        self._make_resampler = make_resampler
        self._decoder = NoteDecoder(thresholds, lookahead_s)
        self._offset = OffsetRemover()
        self._dynamics = Dynamics()
        self._settles_s = self._decoder.delay_s + thresholds.same_s + thresholds.silent_s + 2 * HOP_S
        self.reset()

    @property
    def provisional_delay_s(self) -> float:
        """From an onset to its provisional note, in sound; computing comes on top."""
        return self._held_s + self._encoder.delay_s + self._decoder.provisional_delay_s

    @property
    def delay_s(self) -> float:
        """From an onset to its confirmed note."""
        return self._held_s + self._encoder.delay_s + self._decoder.delay_s

    def reset(self) -> None:
        """Forget everything; the next chunk is the first."""
        self._encoder.reset()
        self._decoder.reset()
        self._offset.reset()
        self._dynamics.reset()
        self._clock = SoundClock()
        self._rate_hz = 0.0
        self._resampler: Resampler | None = None  # none needed, or nothing heard yet
        self._held_s = 0.0  # how long the resampler keeps what it gets
        self._since_s = 0.0  # sound taken in before this rate
        self._taken = 0  # samples at this rate
        self._given = 0  # samples to the encoder
        self._end_s = math.inf  # known once it is over
        self._begin_s = -math.inf
        self._at_s = 0.0
        self._seq = 0
        self._notes = 0  # the next to be told of for the first time
        self._unheard: set[int] = set()
        self._begun_s: dict[int, float] = {}  # of those that sound

    def warm_up(self, rate_hz: float) -> None:
        """Compile whatever the first sound would have to wait for. Forgets everything."""
        self.push(Chunk(0.0, np.zeros(int(rate_hz * AT_ONCE_S), np.float32), rate_hz))
        self._dynamics.velocity(LOWEST_KEY, 0.0, UNKNOWN_VELOCITY, A4_HZ)
        self.finish()
        self.reset()

    def push(self, chunk: Chunk) -> list[Event | HeardTrace]:
        """What the sound tells, as far as one can tell yet."""
        out: list[Event | HeardTrace] = []
        if chunk.rate_hz != self._rate_hz:
            self._change_rate(chunk, out)
        if chunk.lost > 0:
            lost_s = chunk.lost / chunk.rate_hz
            self._clock.jump(lost_s - self._be_silent(min(lost_s, SILENCE_S), out))
        self._clock.stamped(chunk.t_s, self._taken_in_s, len(chunk.samples) / chunk.rate_hz)
        self._take_in(chunk.samples, out)
        return out

    def finish(self) -> list[Event | HeardTrace]:
        """The sound is over: what is still on its way comes out, and every note is settled."""
        out: list[Event | HeardTrace] = []
        if self._rate_hz:
            self._end_s = self._clock.at_s(self._taken_in_s)
            self._be_silent(self._held_s + self._encoder.delay_s + self._settles_s, out)
            self._tell(self._decoder.finish(), NO_TRACES, out)
        return out

    @property
    def _taken_in_s(self) -> float:
        return self._since_s + (self._taken / self._rate_hz if self._rate_hz else 0.0)

    def _change_rate(self, chunk: Chunk, out: list[Event | HeardTrace]) -> None:
        """The first chunk, or another device: what the resampler still holds comes out first.

        The new one is filled with the first sample, as if that had been there before (no steady offset begins
        with a click): then a hop ends with a sample of the device counted from its first, and where
        blocks divide 10 ms no hop waits for the rest of a block.
        """
        if not self._rate_hz:
            self._begin_s = chunk.t_s
        before_s = self._taken_in_s
        self._be_silent(self._held_s, out)
        self._since_s = self._given / SAMPLE_RATE_HZ
        self._rate_hz = chunk.rate_hz
        as_it_is = chunk.rate_hz == SAMPLE_RATE_HZ
        self._resampler = None if as_it_is else self._make_resampler(chunk.rate_hz)
        self._held_s = self._resampler.delay_s if self._resampler else 0.0
        self._taken = round(self._held_s * self._rate_hz)
        if self._resampler is not None:
            first = _clean(chunk.samples[:1])
            self._resampler.push(np.full(self._taken, first[0] if len(first) else 0.0, np.float32))
        self._clock.jump(before_s - self._taken_in_s)

    def _be_silent(self, seconds: float, out: list[Event | HeardTrace]) -> float:
        """Take in silence; returns how much, in whole samples."""
        samples = math.ceil(seconds * self._rate_hz - 1e-6)
        self._take_in(np.zeros(samples, np.float32), out)
        return samples / self._rate_hz if samples else 0.0

    def _take_in(self, samples: np.ndarray, out: list[Event | HeardTrace]) -> None:
        piece = max(1, int(AT_ONCE_S * self._rate_hz))
        for first in range(0, len(samples), piece):
            sound = _clean(samples[first : first + piece])
            self._taken += len(sound)
            if self._resampler is not None:
                sound = self._resampler.push(sound)
            self._given += len(sound)
            sound = self._offset.push(sound)
            self._dynamics.take_in(sound)
            evidence = self._encoder.hear(sound)
            self._tell(*self._decoder.push(evidence), out)

    def _tell(self, changes: np.ndarray, traces: np.ndarray, out: list[Event | HeardTrace]) -> None:
        """Changes of notes and traces, counted in hops, as rows of the stream, in its seconds."""
        waiting = deque(traces.tolist())
        for change in changes.tolist():
            while waiting and waiting[0][1] < change[2]:
                self._tell_trace(waiting.popleft(), out)
            self._tell_change(change, out)
        for trace in waiting:
            self._tell_trace(trace, out)

    def _tell_change(self, change: tuple, out: list[Event | HeardTrace]) -> None:
        kind, note, hop, key, moment, velocity, confidence = change
        at_s, t_s = self._known_at_s(hop), self._moment_s(moment)
        if note >= self._notes:
            self._notes = note + 1
            if t_s > self._end_s:
                self._unheard.add(note)  # of the silence after the end
        if note in self._unheard:
            return
        t_s = min(t_s, self._end_s)
        if kind == ENDED:
            event = NoteEnd(self._seq, at_s, note, max(t_s, self._begun_s.pop(note) + SHORTEST_S))
        else:
            pitch = key + LOWEST_KEY
            loud = UNKNOWN_VELOCITY if math.isnan(velocity) else velocity * 128
            if kind == CONFIRMED:
                self._begun_s[note] = t_s
                onset = (moment * HOP_S - self._encoder.delay_s) * SAMPLE_RATE_HZ
                loud = self._dynamics.velocity(pitch, onset, loud, self._a4_hz(hop))
            loud = min(max(round(loud), 1), 127)
            event = Note(self._seq, at_s, note, _STATUS[kind], pitch, t_s, loud, confidence)
        out.append(event)
        self._seq += 1

    def _tell_trace(self, trace: tuple, out: list[Event | HeardTrace]) -> None:
        note, hop, key, moment, *told = trace
        at_s, t_s = self._known_at_s(hop), self._moment_s(moment)
        if t_s <= self._end_s and note not in self._unheard:
            shares = (round(share, TRACE_DIGITS) for share in told)
            out.append(HeardTrace(at_s, note, key + LOWEST_KEY, t_s, *shares))

    def _known_at_s(self, hop: int) -> float:
        """When what that hop told was known. Time never goes back."""
        at_s = min(self._clock.at_s((hop + 1) * HOP_S + self._held_s), self._end_s)
        self._at_s = max(at_s, self._at_s)
        return self._at_s

    def _moment_s(self, moment: float) -> float:
        return max(self._clock.at_s(moment * HOP_S - self._encoder.delay_s), self._begin_s)


def notes_of(told: list[Event | HeardTrace]) -> list[Event]:
    """Without the traces."""
    return [event for event in told if isinstance(event, Event)]


def _clean(samples: np.ndarray) -> np.ndarray:
    """As float32, within bounds; what is no number is silence."""
    sound = np.nan_to_num(np.asarray(samples, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    return np.clip(sound, -LOUDEST, LOUDEST)
