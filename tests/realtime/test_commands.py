"""The operator's hand: it wins at once, and what it cannot do it says."""

from __future__ import annotations

import pytest

from repetiteur.realtime import inputs
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import (
    Fault,
    Jump,
    Mark,
    Match,
    Mistake,
    Note,
    NoteEnd,
    Position,
    State,
    StateChanged,
)
from repetiteur.realtime.inputs import NoteOff, NoteOn
from repetiteur.realtime.score import END, Edge, EdgeKind, PlayOrder, Segment


@pytest.fixture
def score(stage):
    return stage.score(stage.tune())


@pytest.fixture
def engine(score):
    engine = Engine(score)
    engine.open()
    return engine


def last(events, event_type):
    return [event for event in events if isinstance(event, event_type)][-1]


def test_goto_bar_waits_there_and_the_next_note_is_matched_there(stage, score, engine):
    events = engine.push(inputs.GotoBar(1.0, "5"))
    assert last(events, Jump).to_q == 16.0
    assert last(events, Position).bar == "5"
    here = [note for note in stage.tune() if note.q == 16.0]
    matched = last(engine.push(NoteOn(2.0, here[0].pitch, 64)), Match)
    assert matched.q == 16.0


def test_goto_beat_and_mark(stage, engine):
    assert last(engine.push(inputs.GotoBeat(1.0, 6.0)), Position).q == 6.0
    assert last(engine.push(inputs.GotoMark(2.0, "A")), Position).q == 8.0
    here = next(note for note in stage.tune() if note.q == 8.0)
    assert last(engine.push(NoteOn(3.0, here.pitch, 64)), Mark).mark == "A"


@pytest.mark.parametrize(
    "command",
    [
        inputs.GotoBar(1.0, "99"),
        inputs.GotoBeat(1.0, -1.0),
        inputs.GotoBeat(1.0, 1e9),
        inputs.GotoMark(1.0, "Z"),
        inputs.Loop(1.0, "9", "3"),
        inputs.Loop(1.0, "x", "3"),
        inputs.SetProperty(1.0, "volume", 3.0),
        inputs.SetProperty(1.0, "tempo", 99.0),
        inputs.SetProperty(1.0, "mode", "sideways"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_moves(engine, command):
    events = engine.push(command)
    assert [type(event) for event in events] == [Fault]
    assert events[0].what and events[0].remedy


def test_next_and_prev_move_by_one_onset(engine):
    assert last(engine.push(inputs.Next(1.0)), Position).q == 0.5
    assert last(engine.push(inputs.Next(1.1)), Position).q == 1.0
    assert last(engine.push(inputs.Prev(1.2)), Position).q == 0.5
    assert engine.push(inputs.Prev(1.3))
    assert not engine.push(inputs.Prev(1.4))


def test_in_step_mode_only_the_operator_moves(stage, engine):
    engine.push(inputs.SetProperty(0.0, "mode", "step"))
    events = engine.push(NoteOn(1.0, stage.tune()[0].pitch, 64))
    assert [type(event) for event in events] == [Note]
    assert last(engine.push(inputs.Next(2.0)), Position).q == 0.5


def test_paused_and_stopped_notes_are_told_but_not_followed(stage, engine):
    for command, resume in ((inputs.Pause(1.0), inputs.Resume(2.0)), (inputs.Stop(3.0), inputs.Start(4.0))):
        engine.push(command)
        assert [type(event) for event in engine.push(NoteOn(command.t_s, 60, 64))] == [Note]
        engine.push(NoteOff(command.t_s, 60))
        assert last(engine.push(resume), StateChanged).state is State.FOLLOWING


def test_panic_ends_every_note(engine):
    engine.push(NoteOn(1.0, 60, 64))
    engine.push(NoteOn(1.0, 64, 64))
    events = engine.push(inputs.Panic(1.5))
    assert len([event for event in events if isinstance(event, NoteEnd)]) == 2
    assert engine.state is State.PAUSED


def test_reset_begins_again(stage, score, engine):
    first = [note for note in stage.tune() if note.q == 0.0]
    for note in stage.player(stage.tune())[:20]:
        engine.push(NoteOn(note.t_s, note.pitch, 64))
    events = engine.push(inputs.Reset(20.0))
    assert last(events, Position).q == 0.0
    assert engine.state is State.ARMED
    assert last(engine.push(NoteOn(21.0, first[0].pitch, 64)), Match).q == 0.0


def test_transposed_playing_is_right_playing(stage, score):
    played = [inputs.SetProperty(0.0, "transpose", 3.0)]
    played += [stage.struck(note.t_s, note.pitch + 3) for note in stage.player(stage.tune())]
    assert not [event for event in stage.listen(score, played) if isinstance(event, Mistake)]


def test_any_octave_is_right_when_asked_for(stage):
    melody = [stage.written(index / 2, 60 + (index * 5) % 13) for index in range(64)]
    played = [inputs.SetProperty(0.0, "octave", "any")]
    played += [stage.struck(note.t_s, note.pitch - 12) for note in stage.player(melody)]
    events = stage.listen(stage.score(melody), played)
    assert not [event for event in events if isinstance(event, Mistake)]
    assert len([event for event in stage.standing(events) if isinstance(event, Match)]) == 64


def test_a_loop_comes_round_without_a_jump_back_by_evidence(stage, score):
    tune = stage.tune()
    bars = [note for note in tune if 8.0 <= note.q < 16.0]
    played = [inputs.Loop(0.0, "3", "4")]
    for time_round in range(3):
        played += stage.player(bars, start_s=0.5 + 4.0 * time_round, from_q=8.0)
    events = stage.listen(score, played)
    matches = [event for event in stage.standing(events) if isinstance(event, Match)]
    assert len(matches) == 3 * len(bars)
    assert {match.pass_ for match in matches} == {1, 2, 3}
    assert not [event for event in events if isinstance(event, Mistake)]


def test_without_repeats_the_second_half_is_expected_at_once(stage):
    tune = stage.tune(8)
    order = PlayOrder(
        (Segment(0.0, 16.0), Segment(16.0, 32.0)),
        (Edge(0, 0, EdgeKind.REPEAT, (1,)), Edge(0, 1, EdgeKind.ON, (2,)), Edge(1, END, EdgeKind.ON, (1,))),
        (0, 0, 1),
    )
    played = [inputs.SetProperty(0.0, "repeats", "none"), *stage.player(tune)]
    events = stage.listen(stage.score(tune, order), played)
    assert len([event for event in stage.standing(events) if isinstance(event, Match)]) == len(tune)
    assert not [event for event in events if isinstance(event, Jump | Mistake)]


def test_nothing_pushed_makes_an_engine_raise(stage, score):
    engine = Engine(score)
    engine.open()
    strange = [
        inputs.NoteOff(0.0, 5),
        inputs.NoteOn(0.0, 0, 1),
        inputs.NoteOn(0.0, 127, 127, 15),
        inputs.Controller(0.1, 64, 127),
        inputs.Next(0.1),
        inputs.Loop(0.2, "1", "16"),
        inputs.Loop(0.2, "16", "16"),
        inputs.Next(0.2),
        inputs.LoopOff(0.3),
        inputs.LoopOff(0.3),
        inputs.SetProperty(0.3, "transpose", 40.0),
        inputs.NoteOn(0.4, 10, 64),
        inputs.GotoBar(0.4, "3", 7),
        inputs.Finish(0.5),
        inputs.NoteOn(0.6, 60, 64),
        inputs.Tick(9.0),
        inputs.Finish(9.0),
    ]
    events = [event for item in strange for event in engine.push(item)]
    assert [event.seq for event in events] == list(range(events[0].seq, events[0].seq + len(events)))


def test_travel_goes_on_when_the_play_order_changes_behind_a_repeat(stage):
    """Without repeats the second half lies as far along the way as it is written; with a loop as well."""
    tune = stage.tune(8)
    order = PlayOrder(
        (Segment(0.0, 16.0), Segment(16.0, 32.0)),
        (Edge(0, 0, EdgeKind.REPEAT, (1,)), Edge(0, 1, EdgeKind.ON, (2,)), Edge(1, END, EdgeKind.ON, (1,))),
        (0, 0, 1),
    )
    engine = Engine(stage.score(tune, order))
    engine.open()
    engine.push(inputs.Loop(0.0, "5", "6"))
    events = engine.push(inputs.LoopOff(0.1))
    position = last(events, Position)
    assert position.q == 16.0
    assert position.travel == 32.0  # the repeat lies behind it
