"""Inputs in, events out: the deterministic heart of a session."""

from __future__ import annotations

import math
from itertools import count

from repetiteur.models.ladder.reading import shipped_reader
from repetiteur.realtime import inputs
from repetiteur.realtime.commands import Operator
from repetiteur.realtime.events import (
    WIRE_VERSION,
    Event,
    Fault,
    Health,
    Hello,
    Note,
    NoteEnd,
    NoteStatus,
    State,
    StateChanged,
)
from repetiteur.realtime.follower import Follower
from repetiteur.realtime.foresight import Foresight
from repetiteur.realtime.glide import COAST_AFTER_S
from repetiteur.realtime.judge import Judge
from repetiteur.realtime.ladder_hearing import LadderHearing
from repetiteur.realtime.layout import Layout, lay_out, reroute
from repetiteur.realtime.properties import PROPERTIES
from repetiteur.realtime.score import PlayOrder, Score
from repetiteur.realtime.second_hearing import SecondHearing
from repetiteur.realtime.version import __version__
from repetiteur.realtime.whereabouts import Whereabouts

MOVING = (State.FOLLOWING, State.COASTING, State.LOST)
HEARING = (State.ARMED, State.FOLLOWING, State.COASTING, State.LOST, State.ENDED)


MIDI_RULES_S = 5.0  # so long after a note over MIDI the ears are not asked: those notes are certain


class Engine:
    """Follows one player through one score. No clock, no thread, no I/O: the same inputs
    give the same events, however they are cut into calls."""

    delay = 0.0

    def __init__(self, score: Score, second: SecondHearing | None = None) -> None:
        """``second``: asked before anything heard is called a mistake; the Ladder if none is given."""
        self._out: list[Event] = []
        self._seq = 0
        self._ids = count()  # of notes
        self._heard_s = 0.0  # onset of the latest note
        self._behind_s = 0.0  # how long after it we knew: ears take their time
        self._sounding: dict[tuple[int, int], int] = {}
        self._heard: dict[int, int] = {}  # notes by ear, unsettled or sounding: ours by the ears' id
        self._midi_s = -math.inf  # of the latest note over MIDI
        self._second = second or LadderHearing(shipped_reader)
        self.state = State.IDLE
        self.settings: dict[str, float | str] = {name: item.default for name, item in PROPERTIES.items()}
        self._operator = Operator(self)  # pyright: ignore[reportArgumentType]  # same class by two paths
        self._take_up(score, lay_out(score))

    def open(self) -> list[Event]:
        """First events of the stream: ``hello``, ``state``, and the place where it begins."""
        self._hello(0.0)
        self.enter(State.ARMED, 0.0)
        self.where.placed(self.follower, 0.0)
        return self._flush()

    def load(self, score: Score, t_s: float) -> list[Event]:
        """Change to another score; the stream goes on."""
        self._take_up(score, lay_out(score))
        self._hello(t_s)
        self.enter(State.ARMED, t_s)
        self.where.placed(self.follower, t_s)
        return self._flush()

    def push(self, item: inputs.Input) -> list[Event]:
        """One input in, the events it causes out. Never raises on musical or operator input."""
        match item:
            case inputs.NoteOn():
                self._note_on(item)
            case inputs.NoteOff():
                self._note_off(item)
            case inputs.HeardNote():
                self._heard_note(item)
            case inputs.HeardEnd():
                self._heard_end(item)
            case inputs.HeardTrace():
                self._heard_trace(item)
            case inputs.Tick():
                self._tick(item.t_s)
            case inputs.Controller():
                pass
            case inputs.Finish():
                self._finish(item.t_s)
            case inputs.FaultSeen():
                self.emit(Fault, item.t_s, (item.what, item.remedy))
            case inputs.RulesAlone():
                self._second.at_rest = True
            case inputs.AskLadder():
                self._second.at_rest = False
            case inputs.HealthMeasured():
                measured = (item.latency_p50_ms, item.latency_p99_ms, item.overflows, item.dropped, item.cpu)
                self.emit(Health, item.t_s, measured)
            case _:
                self._operator.obey(item)
        return self._flush()

    # What the operator's commands are made of

    def emit(self, event_type: type[Event], at_s: float, fields: tuple) -> int:
        """Append one event; returns its ``seq``."""
        seq = self._seq
        self._seq = seq + 1
        self._out.append(event_type(seq, at_s, *fields))
        return seq

    def enter(self, state: State, t_s: float) -> None:
        """Tell a new state; silent when it is the old one."""
        if state is not self.state:
            self.state = state
            self.emit(StateChanged, t_s, (state,))

    def place(self, q: float, which_pass: int, t_s: float) -> None:
        """Wait for the player at the first onset at or after ``q``; what lies between is not judged."""
        from_q = self.where.q
        self.follower.jump(q, which_pass, self.score.play_order.travel_offset(q, which_pass))
        self.foresight.reset()
        self.judge.reset()
        self.where.leapt(self.follower, from_q, t_s)

    def restart(self, t_s: float) -> None:
        """Back to the beginning, everything forgotten."""
        self.follower.reset(float(self.settings["tempo"]))
        self.foresight.reset()
        self._second.follow(self.score, self.follower)
        self.judge.reset()
        self.where.placed(self.follower, t_s)

    def travel_by(self, order: PlayOrder, q: float, t_s: float) -> None:
        """Follow another play order from ``q`` on."""
        follower = self.follower
        self._follow(reroute(follower.layout, self.score, order))
        self.follower.reset(1.0 / follower.pace)
        self.follower.jump(q, 1, order.travel_offset(q, 1))
        self.foresight.reset()
        self.where.placed(self.follower, t_s)

    def silence(self, t_s: float) -> None:
        """End every sounding note."""
        for note in (*self._sounding.values(), *sorted(self._heard.values())):
            self.emit(NoteEnd, t_s, (note, t_s))
        self._sounding.clear()
        self._heard.clear()

    # Inputs

    def _note_on(self, item: inputs.NoteOn) -> None:
        self._note_off(item)
        self._midi_s = item.t_s
        note = next(self._ids)
        self._sounding[item.channel, item.pitch] = note
        self.emit(
            Note,
            item.t_s,
            (note, NoteStatus.CONFIRMED, item.pitch, item.t_s, item.velocity, None, item.channel, None),
        )
        self._follow_note(note, item.pitch, item.velocity, item.t_s, item.t_s, self.follower)

    def _heard_note(self, item: inputs.HeardNote) -> None:
        """Certain notes are followed and judged; uncertain ones show the player ahead, and no more."""
        note = self._heard.get(item.id)
        if note is None:
            if item.t_s < self._midi_s + MIDI_RULES_S:
                return
            note = self._heard[item.id] = next(self._ids)
        told = (note, item.status, item.pitch, item.onset_s, item.velocity, item.confidence, None, None)
        self.emit(Note, item.t_s, told)
        if item.status is NoteStatus.CONFIRMED:
            onset_s = min(max(item.onset_s, self._heard_s), item.t_s)  # for the follower time never goes back
            self._follow_note(note, item.pitch, item.velocity, onset_s, item.t_s, self.foresight)
        elif item.status is NoteStatus.WITHDRAWN:
            self.foresight.settled(note)
            del self._heard[item.id]
        elif (pitch := self._followed(item.pitch)) is not None:
            self.foresight.note(note, pitch, item.onset_s)
        if self.state in MOVING:
            self.where.heard(self.foresight, item.t_s)

    def _heard_end(self, item: inputs.HeardEnd) -> None:
        note = self._heard.pop(item.id, None)
        if note is not None:
            self.emit(NoteEnd, item.t_s, (note, item.offset_s))

    def _heard_trace(self, item: inputs.HeardTrace) -> None:
        written = self._followed(item.pitch)
        if written is not None and item.t_s >= self._midi_s + MIDI_RULES_S:
            self._second.trace(item, self._heard.get(item.id), written)

    def _follow_note(
        self, note: int, pitch: int, velocity: int, onset_s: float, t_s: float, shown: Follower | Foresight
    ) -> None:
        """Follow and judge a note that began at ``onset_s`` and is known since ``t_s``."""
        written = self._followed(pitch)
        if written is None:
            return
        self._heard_s, self._behind_s = onset_s, t_s - onset_s
        self.judge.tick(onset_s, t_s)
        self.follower.strange = self._second.strange
        self.follower.note(written, onset_s)
        self.enter(State.LOST if self.follower.lost else State.FOLLOWING, t_s)
        if isinstance(shown, Foresight):
            shown.settled(note)
        self.where.heard(shown, t_s)
        self.judge.note(note, written, velocity, onset_s, t_s)

    def _followed(self, pitch: int) -> int | None:
        """The pitch the score has for a sounding one; None where the note is not to be followed."""
        if self.state not in HEARING or self.settings["mode"] in ("step", "listen"):
            return None
        pitch -= int(self.settings["transpose"])
        if not 0 <= pitch < 128:
            return None
        return self.follower.nearest_octave(pitch) if self.settings["octave"] == "any" else pitch

    def _note_off(self, item: inputs.NoteOn | inputs.NoteOff) -> None:
        """A key was released, or struck again while it sounded."""
        note = self._sounding.pop((item.channel, item.pitch), None)
        if note is not None:
            self.emit(NoteEnd, item.t_s, (note, item.t_s))

    def _tick(self, t_s: float) -> None:
        if self.state not in MOVING:
            return
        known_s = t_s - self._behind_s
        self.judge.tick(known_s, t_s)
        if self.settings["mode"] == "wait":
            return
        self.where.passed(t_s, float(self.settings["rate"]))
        silent = known_s >= self._heard_s + COAST_AFTER_S and known_s >= self.where.glide.overdue_s
        if self.state is State.FOLLOWING and silent:
            self.enter(State.ENDED if self.where.glide.last else State.COASTING, t_s)

    def _finish(self, t_s: float) -> None:
        if self.state in HEARING:
            self.judge.finish(t_s)
        self.silence(t_s)
        self.enter(State.ENDED, t_s)

    # The rest

    def _take_up(self, score: Score, layout: Layout) -> None:
        self.score = score
        self._follow(layout)
        self.follower.reset(float(self.settings["tempo"]))
        self.foresight.reset()

    def _follow(self, layout: Layout) -> None:
        self.follower = Follower(layout)
        self.foresight = Foresight(self.follower)
        self._second.follow(self.score, self.follower)
        self.judge = Judge(self.score, self.follower, self._second, self._ids, self.emit)
        self.where = Whereabouts(self.score, self.follower, self.emit)

    def _hello(self, t_s: float) -> None:
        score = self.score
        self.emit(Hello, t_s, (__version__, WIRE_VERSION, score.id, len(score.bars), len(score.notes)))

    def _flush(self) -> list[Event]:
        out, self._out = self._out, []
        return out
