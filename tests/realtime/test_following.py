"""The follower through an engine: players who do what players do."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.realtime.events import Beat, Jump, Match, Mistake, Position, State, StateChanged
from repetiteur.realtime.inputs import NoteOn
from repetiteur.realtime.score import END, Edge, EdgeKind, PlayOrder, Segment


def positions(events) -> list[Position]:
    return [event for event in events if isinstance(event, Position)]


def states(events) -> list[State]:
    return [event.state for event in events if isinstance(event, StateChanged)]


def begun_twice(end_q: float) -> PlayOrder:
    """The first 16 quarters are repeated."""
    return PlayOrder(
        (Segment(0.0, 16.0), Segment(16.0, end_q)),
        (
            Edge(0, 0, EdgeKind.REPEAT, (1,)),
            Edge(0, 1, EdgeKind.ON, (2,)),
            Edge(1, END, EdgeKind.ON, (1,)),
        ),
        (0, 0, 1),
    )


def place_at(events, t_s: float) -> Position:
    return [event for event in positions(events) if event.at <= t_s + 1e-9][-1]


@pytest.mark.parametrize("q_per_s", [1.0, 2.0, 4.0])
def test_plain_playing_arrives_with_every_note_at_any_tempo(stage, q_per_s):
    tune = stage.tune()
    played = stage.player(tune, q_per_s)
    events = stage.listen(stage.score(tune), played)
    for note, struck in zip(tune, played, strict=True):
        assert place_at(events, struck.t_s).q == pytest.approx(note.q, abs=0.01)
    assert not [event for event in events if isinstance(event, Jump)]
    assert positions(events)[-1].bpm == pytest.approx(q_per_s * 60.0, rel=0.03)


def test_position_never_runs_ahead_of_what_is_still_to_be_played(stage):
    tune = stage.tune()
    played = stage.player(tune, 1.6)
    events = stage.listen(stage.score(tune), played)
    onset_s = {note.q: struck.t_s for note, struck in zip(tune, played, strict=True)}
    for told in positions(events)[1:]:
        due = [q for q, t_s in onset_s.items() if t_s > told.at + 1e-9]
        assert not due or told.q < min(due)


def test_position_glides_between_notes(stage):
    tune = [stage.written(2.0 * index, pitch, 2.0) for index, pitch in enumerate((60, 64, 62, 67, 65, 72))]
    events = stage.listen(stage.score(tune), stage.player(tune, 2.0))
    assert place_at(events, 0.5 + 3.5).q == pytest.approx(7.0, abs=0.1)
    beats = [(event.bar, event.beat) for event in events if isinstance(event, Beat)]
    assert beats[:6] == [("1", 1), ("1", 2), ("1", 3), ("1", 4), ("2", 1), ("2", 2)]


def test_a_start_in_the_middle_is_found(stage):
    tune = stage.tune()
    rest = [note for note in tune if note.q >= 24.0]
    events = stage.listen(stage.score(tune), stage.player(rest, from_q=24.0))
    assert place_at(events, 0.5 + 3.0).q == pytest.approx(30.0, abs=0.1)


def test_practising_a_bar_again_goes_back_at_once(stage):
    tune = stage.tune()
    first = stage.player([note for note in tune if note.q < 12.0])
    again = stage.player([note for note in tune if 8.0 <= note.q < 20.0], start_s=7.5, from_q=8.0)
    events = stage.listen(stage.score(tune), first + again)
    assert place_at(events, 7.5 + 2.0).q == pytest.approx(12.0, abs=0.1)
    jumps = [event for event in events if isinstance(event, Jump)]
    assert len(jumps) == 1
    assert jumps[0].to_q < 10.0
    assert not [event for event in stage.standing(events) if isinstance(event, Mistake)]


@pytest.mark.parametrize("taken", [True, False])
def test_a_repeat_may_be_taken_or_left_out(stage, taken):
    tune = stage.tune(8)
    order = begun_twice(32.0)
    half = [note for note in tune if note.q < 16.0]
    rest = [note for note in tune if note.q >= 16.0]
    played = stage.player(half)
    if taken:
        played += stage.player(half, start_s=8.5)
    played += stage.player(rest, start_s=16.5 if taken else 8.5, from_q=16.0)
    events = stage.listen(stage.score(tune, order), played)
    matches = [event for event in stage.standing(events) if isinstance(event, Match)]
    assert len(matches) == len(played)
    assert {match.pass_ for match in matches if match.q < 16.0} == ({1, 2} if taken else {1})
    last = positions(events)[-1]
    assert last.travel - last.q == pytest.approx(16.0 if taken else 0.0)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_heard_before_the_piece_is_no_time_through(stage, seed):
    tune = stage.tune()
    order = begun_twice(64.0)
    die = np.random.default_rng(seed)
    talk = [stage.struck(0.1 * number, int(die.integers(40, 75))) for number in range(120)]
    begin = [note for note in tune if note.q < 16.0]
    matches = [
        event
        for event in stage.listen(stage.score(tune, order), talk + stage.player(begin, start_s=13.0))
        if isinstance(event, Match) and event.at > 14.0
    ]
    assert len(matches) > 0.8 * len(begin)
    assert {match.pass_ for match in matches} == {1}


def test_unrelated_music_is_lost_and_the_way_back_is_found(stage):
    tune = stage.tune(24)
    die = np.random.default_rng(3)
    head = stage.player([note for note in tune if note.q < 16.0])
    noise = [stage.struck(8.5 + 0.12 * index, int(die.integers(21, 109))) for index in range(80)]
    back = stage.player([note for note in tune if note.q >= 40.0], start_s=18.5, from_q=40.0)
    events = stage.listen(stage.score(tune), head + noise + back)
    lost = [event.at for event in events if isinstance(event, StateChanged) and event.state is State.LOST]
    assert lost and 8.5 < lost[0] < 12.0
    assert place_at(events, 17.0).confidence < 0.3
    assert place_at(events, 18.5 + 4.0).q == pytest.approx(48.0, abs=0.1)
    assert place_at(events, 18.5 + 8.0).confidence > 0.8


def test_a_hand_an_octave_too_high_is_followed_and_told(stage):
    tune = [note for note in stage.tune() if note.pitch >= 60]
    played = stage.player(tune)
    for index, note in enumerate(tune):
        if 16.0 <= note.q < 24.0:
            played[index] = stage.struck(played[index].t_s, note.pitch + 12)
    events = stage.listen(stage.score(tune), played)
    assert place_at(events, 0.5 + 12.0).q == pytest.approx(24.0, abs=0.1)
    assert not [event for event in events if isinstance(event, Jump)]
    told = [event for event in stage.standing(events) if isinstance(event, Mistake)]
    wrong = [event for event in told if event.kind == "wrong"]
    assert len(wrong) >= 12
    assert all(event.expected is not None and event.played == event.expected + 12 for event in wrong)


def test_whoever_begins_an_octave_low_is_placed_from_the_beginning(stage):
    tune = [note for note in stage.tune() if note.pitch >= 60]
    played = [stage.struck(struck.t_s, struck.pitch - 12) for struck in stage.player(tune)[:8]]
    events = stage.listen(stage.score(tune), played + stage.player(tune)[8:])
    for note, struck in zip(tune[2:12], stage.player(tune)[2:12], strict=True):
        assert place_at(events, struck.t_s).q == pytest.approx(note.q, abs=0.01)


def test_a_wrong_note_in_time_moves_the_place_like_the_right_one(stage):
    tune = [note for note in stage.tune() if note.pitch >= 60]
    played = stage.player(tune)
    slip = 20
    played[slip] = stage.struck(played[slip].t_s, tune[slip].pitch + 1)
    events = stage.listen(stage.score(tune), played)
    assert place_at(events, played[slip].t_s).q == pytest.approx(tune[slip].q, abs=0.01)
    told = [event for event in stage.standing(events) if isinstance(event, Mistake)]
    assert [(event.kind, event.expected) for event in told] == [("wrong", tune[slip].pitch)]


def test_other_notes_for_two_bars_and_back_in_time(stage):
    tune = stage.tune()
    die = np.random.default_rng(5)
    played = stage.player([note for note in tune if not 16.0 <= note.q < 24.0])
    played += [stage.struck(8.5 + 0.25 * eighth, int(die.integers(85, 100))) for eighth in range(16)]
    events = stage.listen(stage.score(tune), played)
    assert place_at(events, 0.5 + 12.6).q == pytest.approx(25.2, abs=0.1)


def test_silence_coasts_then_holds_short_of_the_next_onset(stage):
    tune = stage.tune(8)
    half = [note for note in tune if note.q < 16.0]
    rest = [note for note in tune if note.q >= 16.0]
    late = stage.player(rest, start_s=13.5, from_q=16.0)
    events = stage.listen(stage.score(tune), stage.player(half) + late)
    assert State.COASTING in states(events)
    assert place_at(events, 13.0).q == pytest.approx(15.94, abs=0.02)
    assert place_at(events, 13.5).q == pytest.approx(16.0, abs=0.01)
    assert states(events)[-1] is State.ENDED


def test_rolled_chords_and_a_slip_do_not_move_the_place(stage):
    chords = [
        stage.written(2.0 * bar, pitch, 2.0)
        for bar, root in enumerate((48, 53, 55, 46, 50, 51, 57, 48))
        for pitch in (root, root + 7, root + 12, root + 16)
    ]
    played = [
        stage.struck(0.5 + note.q / 2.0 + 0.06 * (index % 4), note.pitch) for index, note in enumerate(chords)
    ]
    played.append(stage.struck(2.52, 54))
    events = stage.listen(stage.score(chords), played)
    for bar in range(8):
        assert place_at(events, 0.5 + bar + 0.3).q == pytest.approx(2.0 * bar, abs=0.7)
    matches = [event for event in stage.standing(events) if isinstance(event, Match)]
    assert len(matches) == len(chords)


def test_same_inputs_give_the_same_events(stage):
    tune = stage.tune(6)
    played = [NoteOn(struck.t_s, struck.pitch, 70) for struck in stage.player(tune)]
    score = stage.score(tune)
    assert stage.listen(score, played) == stage.listen(score, played)
