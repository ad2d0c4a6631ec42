"""What each of the operator's commands does to a running engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from repetiteur.realtime import inputs
from repetiteur.realtime.events import Fault, State
from repetiteur.realtime.practice import looped, without_repeats
from repetiteur.realtime.properties import PROPERTIES

if TYPE_CHECKING:
    from repetiteur.realtime.engine import Engine


class Operator:
    """The hand on the controls: it wins at once. Same thread as the engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def obey(self, command: inputs.Command) -> None:
        """Carry out one command, or tell in a fault why it cannot be."""
        engine, t_s = self._engine, command.t_s
        match command:
            case inputs.Start() | inputs.Resume():
                engine.enter(State.FOLLOWING, t_s)
            case inputs.Arm():
                engine.enter(State.ARMED, t_s)
            case inputs.Stop():
                engine.enter(State.IDLE, t_s)
            case inputs.Pause():
                engine.enter(State.PAUSED, t_s)
            case inputs.Reset():
                engine.restart(t_s)
                engine.enter(State.ARMED, t_s)
            case inputs.Panic():
                engine.silence(t_s)
                engine.enter(State.PAUSED, t_s)
            case inputs.Next():
                self._step(1, t_s)
            case inputs.Prev():
                self._step(-1, t_s)
            case inputs.GotoBeat():
                self._go_to_beat(command)
            case inputs.GotoBar():
                self._go_to_bar(command)
            case inputs.GotoMark():
                self._go_to_mark(command)
            case inputs.Loop():
                self._loop(command)
            case inputs.LoopOff():
                self._way(engine.where.q, t_s)
            case inputs.SetProperty():
                self._set(command)

    def _step(self, onsets: int, t_s: float) -> None:
        engine = self._engine
        follower = engine.follower
        chord = follower.chord + onsets
        if 0 <= chord < follower.layout.chords:
            q = follower.layout.chord_q[chord]
            engine.place(q, follower.which_pass, t_s)

    def _go_to_beat(self, command: inputs.GotoBeat) -> None:
        score = self._engine.score
        if score.start_q <= command.q < score.end_q:
            self._engine.place(command.q, 1, command.t_s)
        else:
            remedy = f"quarters run from {score.start_q:g} to {score.end_q:g}"
            self._refuse(command.t_s, f"no quarter {command.q:g} in {score.id}", remedy)

    def _go_to_bar(self, command: inputs.GotoBar) -> None:
        bar = self._bar(command.bar, command.t_s)
        if bar is not None:
            start_q = float(self._engine.score.bars["start_q"][bar])
            self._engine.place(start_q, max(command.pass_, 1), command.t_s)

    def _go_to_mark(self, command: inputs.GotoMark) -> None:
        marks = self._engine.score.marks
        found = next((mark for mark in marks if mark.label == command.mark), None)
        if found is None:
            known = ", ".join(mark.label for mark in marks) or "none"
            self._refuse(command.t_s, f"no rehearsal mark {command.mark!r}", f"marks of this score: {known}")
        else:
            self._engine.place(found.q, 1, command.t_s)

    def _loop(self, command: inputs.Loop) -> None:
        engine = self._engine
        first, last = self._bar(command.first_bar, command.t_s), self._bar(command.last_bar, command.t_s)
        if first is None or last is None:
            return
        if last < first:
            what = f"loop ends at bar {command.last_bar!r} before it begins"
            self._refuse(command.t_s, what, "give the earlier bar first")
            return
        bars = engine.score.bars
        inside = bars["start_q"][first] - 1e-6 <= engine.where.q < bars["end_q"][last]
        order = looped(engine.score, first, last)
        engine.travel_by(order, engine.where.q if inside else float(bars["start_q"][first]), command.t_s)

    def _way(self, q: float, t_s: float) -> None:
        """Back to the score's own play order, or the one without repeats."""
        engine = self._engine
        order = engine.score.play_order
        engine.travel_by(without_repeats(order) if engine.settings["repeats"] == "none" else order, q, t_s)

    def _set(self, command: inputs.SetProperty) -> None:
        engine = self._engine
        known = PROPERTIES.get(command.name)
        if known is None:
            self._refuse(command.t_s, f"no property {command.name!r}", f"properties: {', '.join(PROPERTIES)}")
            return
        value = known.accept(command.value)
        if value is None:
            allowed = " or ".join(known.choices) or f"{known.lowest:g} to {known.highest:g}"
            self._refuse(command.t_s, f"{command.name} cannot be {command.value!r}", f"allowed: {allowed}")
            return
        changed = engine.settings[command.name] != value
        engine.settings[command.name] = value
        if command.name == "tempo":
            engine.follower.expect_tempo(float(value))
        elif command.name == "repeats" and changed:
            self._way(engine.where.q, command.t_s)

    def _bar(self, label: str, t_s: float) -> int | None:
        score = self._engine.score
        bar = score.bar_labelled(label)
        if bar is None:
            remedy = f"bars of {score.id} run from {score.bar_labels[0]!r} to {score.bar_labels[-1]!r}"
            self._refuse(t_s, f"no bar {label!r}", remedy)
        return bar

    def _refuse(self, t_s: float, what: str, remedy: str) -> None:
        self._engine.emit(Fault, t_s, (what, remedy))
