"""Verdicts: what is told, when, and what is taken back."""

from __future__ import annotations

from itertools import count
from typing import cast

import numpy as np
import pytest

from repetiteur.kernels.beam import MEMORY, UNMATCHED
from repetiteur.realtime.events import Match, Mistake, MistakeKind, Retract, State, StateChanged
from repetiteur.realtime.follower import Follower
from repetiteur.realtime.inputs import Finish
from repetiteur.realtime.judge import EXTRA_DELAY_S, LINGER_S, MISSED_DELAY_S, Judge
from repetiteur.realtime.layout import Layout, lay_out
from repetiteur.realtime.score import NoteKind, Ornament
from repetiteur.realtime.second_hearing import SecondHearing

TICK_S = 0.01


def mistakes(events) -> list[Mistake]:
    return [event for event in events if isinstance(event, Mistake)]


def test_clean_playing_has_no_mistake_and_every_note_matches_its_own(stage):
    tune = stage.tune()
    score = stage.score(tune)
    events = stage.listen(score, stage.player(tune))
    standing = stage.standing(events)
    assert not mistakes(standing)
    wanted = {(float(row["onset_q"]), int(row["pitch"])) for row in score.notes}
    pitch_of = dict(zip(score.note_ids, score.notes["pitch"].tolist(), strict=True))
    assert {(match.q, pitch_of[match.score_note]) for match in standing if isinstance(match, Match)} == wanted


def test_a_left_out_note_is_missed_within_the_delay(stage):
    tune = stage.tune()
    gone = next(note for note in tune if note.q == 10.0 and note.pitch < 60)
    played = stage.player([note for note in tune if note is not gone])
    told = mistakes(stage.standing(stage.listen(stage.score(tune), played)))
    assert [(event.kind, event.expected) for event in told] == [(MistakeKind.MISSED, gone.pitch)]
    assert told[0].q == 10.0
    due_s = 0.5 + 10.0 / 2.0
    assert told[0].onset == pytest.approx(due_s, abs=0.05)
    assert told[0].at <= due_s + max(MISSED_DELAY_S, LINGER_S) + 2 * TICK_S


def test_an_extra_note_is_told_after_its_delay(stage):
    tune = stage.tune()
    extra = stage.struck(6.12, 100)
    told = mistakes(stage.standing(stage.listen(stage.score(tune), [*stage.player(tune), extra])))
    assert [(event.kind, event.played) for event in told] == [(MistakeKind.EXTRA, 100)]
    assert told[0].onset == 6.12
    assert told[0].at <= 6.12 + EXTRA_DELAY_S + 2 * TICK_S


def test_a_note_beside_the_right_one_is_wrong(stage):
    tune = stage.tune()
    played = stage.player(tune)
    index = next(i for i, note in enumerate(tune) if note.q == 9.5)
    played[index] = stage.struck(played[index].t_s, played[index].pitch + 1)
    told = mistakes(stage.standing(stage.listen(stage.score(tune), played)))
    assert [event.kind for event in told] == [MistakeKind.WRONG]
    assert (told[0].expected, told[0].played) == (tune[index].pitch, tune[index].pitch + 1)


def test_deviation_is_against_the_players_own_tempo(stage):
    tune = [stage.written(index / 1.0, 60 + (index * 5) % 13, 1.0) for index in range(24)]
    played = stage.player(tune, q_per_s=1.5)
    late = 16
    played[late] = stage.struck(played[late].t_s + 0.08, played[late].pitch)
    events = stage.standing(stage.listen(stage.score(tune), played))
    by_q = {event.q: event for event in events if isinstance(event, Match)}
    assert by_q[16.0].deviation_ms == pytest.approx(80.0, abs=15.0)
    assert by_q[14.0].deviation_ms == pytest.approx(0.0, abs=10.0)


def test_a_louder_note_stands_out(stage):
    tune = stage.tune()
    played = stage.player(tune)
    played[40] = stage.struck(played[40].t_s, played[40].pitch, 94)
    standing = stage.standing(stage.listen(stage.score(tune), played))
    matches = [event for event in standing if isinstance(event, Match)]
    louder = [event for event in matches if event.velocity_deviation > 20]
    assert len(louder) == 1
    assert louder[0].velocity_deviation == pytest.approx(30.0, abs=1.0)


def test_ornaments_and_grace_notes_are_never_mistakes(stage):
    tune = stage.tune()
    trilled = next(i for i, note in enumerate(tune) if note.q == 12.0 and note.pitch >= 60)
    main = tune[trilled]
    tune[trilled] = stage.written(12.0, main.pitch, 2.0, NoteKind.PLAIN, Ornament.TRILL)
    tune = [note for note in tune if not (12.0 < note.q < 14.0 and note.pitch >= 60)]
    grace = stage.written(20.0, 90, 0.0, NoteKind.GRACE)
    score = stage.score([*tune, grace])
    shake = [stage.struck(6.5 + 0.09 * k, main.pitch + 2 * (k % 2)) for k in range(1, 9)]
    with_both = [*stage.player(tune), *shake, stage.struck(10.45, 90)]
    plain = stage.player(tune)
    for played in (with_both, plain):
        assert not mistakes(stage.standing(stage.listen(score, played)))


def test_breaking_off_and_starting_again_flags_nothing(stage):
    tune = stage.tune()
    first = stage.player([note for note in tune if note.q < 14.0])
    again = stage.player([note for note in tune if note.q >= 8.0], start_s=8.4, from_q=8.0)
    assert not mistakes(stage.standing(stage.listen(stage.score(tune), first + again)))


def test_a_late_note_takes_its_missed_back(stage):
    chord = [stage.written(4.0 * k, pitch + k, 4.0) for k in range(4) for pitch in (50, 57, 62)]
    played = stage.player(chord)
    late = next(i for i, note in enumerate(chord) if note.q == 8.0 and note.pitch == 59)
    played[late] = stage.struck(played[late].t_s + 0.8, played[late].pitch)
    events = stage.listen(stage.score(chord), played)
    assert [event.kind for event in mistakes(events)] == [MistakeKind.MISSED]
    assert not mistakes(stage.standing(events))


def test_a_missing_key_of_a_rolled_chord_was_due_between_its_neighbours(stage):
    chords = [stage.written(4.0 * k, pitch + k, 4.0) for k in range(4) for pitch in (50, 57, 62)]
    rolled_s = {50: 0.0, 57: 0.06, 62: 0.12}
    played = [
        stage.struck(note.t_s + rolled_s[written.pitch - int(written.q) // 4], note.pitch)
        for written, note in zip(chords, stage.player(chords), strict=True)
        if (written.q, written.pitch) != (8.0, 59)
    ]
    told = mistakes(stage.standing(stage.listen(stage.score(chords), played)))
    assert [(event.kind, event.expected) for event in told] == [(MistakeKind.MISSED, 59)]
    assert told[0].onset == pytest.approx(0.5 + 4.0 + 0.12 * 7 / 12, abs=0.001)


def test_a_chord_passed_over_was_due_between_those_that_sounded_though_the_player_slows_down(stage):
    tune = [stage.written(float(k), 60 + (k * 5) % 13, 1.0) for k in range(24)]
    played = [
        stage.struck(note.t_s + (0.2 if written.q >= 15.0 else 0.0), note.pitch)
        for written, note in zip(tune, stage.player(tune), strict=True)
        if written.q != 14.0
    ]
    told = mistakes(stage.standing(stage.listen(stage.score(tune), played)))
    assert [(event.kind, event.q) for event in told] == [(MistakeKind.MISSED, 14.0)]
    assert told[0].onset == pytest.approx(0.5 + 7.0 + 0.1, abs=0.005)


def test_the_right_key_is_never_wrong(stage):
    """Each bass note early by as much as to be taken for a stray, or late."""
    tune = stage.tune()
    for offset_s in (-0.45, -0.3, -0.15, 0.15, 0.3, 0.45):
        moved = [offset_s if note.pitch < 60 and note.q % 5.0 == 4.0 else 0.0 for note in tune]
        played = [
            stage.struck(note.t_s + by_s, note.pitch)
            for by_s, note in zip(moved, stage.player(tune), strict=True)
        ]
        events = stage.listen(stage.score(tune), played)
        assert all(event.expected != event.played for event in mistakes(events))
        standing = mistakes(stage.standing(events))
        keys = {event.played for event in standing if event.kind is MistakeKind.EXTRA}
        assert not keys & {event.expected for event in standing if event.kind is MistakeKind.MISSED}


def test_a_slip_belongs_to_the_chord_it_sounds_with(stage):
    """A stray beside one note is not the wrong key for another that was left out before."""
    tune = [stage.written(k / 4.0, 60 + (k * 5) % 13, 0.25) for k in range(64)]
    gone, beside = tune[29], tune[30]
    played = [note for note, written in zip(stage.player(tune), tune, strict=True) if written is not gone]
    due_s = 0.5 + beside.q / 2.0
    stray = stage.struck(due_s, gone.pitch + 1)
    told = mistakes(stage.standing(stage.listen(stage.score(tune), [*played, stray])))
    assert {event.kind for event in told} == {MistakeKind.MISSED, MistakeKind.EXTRA}


def test_a_stop_is_no_deviation(stage):
    tune = stage.tune()
    played = [
        stage.struck(note.t_s + (3.0 if written.q >= 16.0 else 0.0), note.pitch)
        for written, note in zip(tune, stage.player(tune), strict=True)
    ]
    matches = [event for event in stage.listen(stage.score(tune), played) if isinstance(event, Match)]
    assert len(matches) == len(tune)
    assert max(abs(match.deviation_ms) for match in matches) < 100.0


def test_breaking_off_within_a_chord_does_not_leave_its_other_keys_missed(stage):
    tune = stage.tune()
    first = stage.player([note for note in tune if note.q < 14.0 or (note.q == 14.0 and note.pitch < 60)])
    again = stage.player([note for note in tune if note.q >= 8.0], start_s=9.0, from_q=8.0)
    events = stage.listen(stage.score(tune), first + again)
    assert not mistakes(stage.standing(events))


def test_a_mistake_before_breaking_off_stands(stage):
    tune = stage.tune()
    gone = next(note for note in tune if note.q == 12.0 and note.pitch < 60)
    first = stage.player([note for note in tune if note.q < 14.0 and note is not gone])
    again = stage.player([note for note in tune if note.q >= 8.0], start_s=8.4, from_q=8.0)
    told = mistakes(stage.standing(stage.listen(stage.score(tune), first + again)))
    assert [(event.kind, event.expected) for event in told] == [(MistakeKind.MISSED, gone.pitch)]


def test_the_last_chord_is_judged_when_the_performance_ends(stage):
    tune = [*stage.tune(4), *(stage.written(16.0, pitch, 4.0) for pitch in (48, 55, 64))]
    played = [note for note in stage.player(tune) if note.pitch != 55 or note.t_s < 8.0]
    events = stage.listen(stage.score(tune), [*played, Finish(8.52)])
    told = mistakes(stage.standing(events))
    assert [(event.kind, event.expected) for event in told] == [(MistakeKind.MISSED, 55)]


def test_playing_the_last_chords_again_makes_neither_try_wrong(stage):
    tune = stage.tune(8)
    chords = [
        stage.written(note.q, note.pitch + up, 0.5) for note in tune if note.pitch < 60 for up in (0, 16, 28)
    ]
    first = stage.player([note for note in chords if note.q < 14.0])
    again = stage.player([note for note in chords if note.q >= 12.0], start_s=7.9, from_q=12.0)
    events = stage.standing(stage.listen(stage.score(chords), first + again))
    assert not mistakes(events)
    assert len([event for event in events if isinstance(event, Match)]) == len(first) + len(again)


def test_what_is_played_while_lost_is_never_extra(stage):
    tune = stage.tune(24)
    first = stage.player([note for note in tune if note.q < 32.0])
    die = np.random.default_rng(5)
    noise = [stage.struck(16.6 + 0.2 * k, int(die.integers(90, 108))) for k in range(60)]
    rest = stage.player([note for note in tune if note.q >= 60.0], start_s=29.0, from_q=60.0)
    events = stage.listen(stage.score(tune), first + noise + rest)
    states = [event for event in events if isinstance(event, StateChanged)]
    lost_s = next(event.at for event in states if event.state is State.LOST)
    late = [event for event in mistakes(events) if event.onset > lost_s]
    assert not [event for event in late if event.onset < 28.0]
    assert len([event for event in events if isinstance(event, Match) and event.at > 32.0]) > 50


@pytest.mark.parametrize(("keys", "taken_back"), [(2, 0), (1, 1)])
def test_keys_played_again_were_right_before_but_a_single_one_is_struck_twice(stage, keys, taken_back):
    score = stage.score(stage.tune(1))
    follower = Reading(lay_out(score))
    told: list[type] = []

    def emit(event_type, at_s, fields) -> int:
        told.append(event_type)
        return len(told)

    judge = Judge(score, cast(Follower, follower), SecondHearing(), count(), emit)
    for number in range(1, 2 * keys + 1):
        follower.hear(number - 1 if number <= keys else UNMATCHED)
        if number == 2 * keys:  # only now the second try is believed, and the first no longer
            for note in range(1, keys + 1):
                follower.read(note, UNMATCHED)
                follower.read(note + keys, note - 1)
        judge.note(number, 60, 64, float(number), float(number))
    assert told.count(Match) == 2 * keys
    assert told.count(Retract) == taken_back


class Reading:
    """In a follower's place: reads the notes as it is told to."""

    chord, which_pass, fit, root, certain, expected_s = 0, 1, 1.0, 0, True, 0.0

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.notes = 0
        self.meanings = np.full(MEMORY, UNMATCHED, np.int32), np.ones(MEMORY, np.int32)

    def hear(self, key: int) -> None:
        self.notes += 1
        self.read(self.notes, key)

    def read(self, note: int, key: int) -> None:
        self.meanings[0][note % MEMORY] = key


def test_a_chord_struck_again_after_a_stop_is_no_mistake(stage):
    chords = [stage.written(2.0 * k, pitch + 3 * k % 8, 2.0) for k in range(8) for pitch in (50, 57, 62)]
    first = stage.player([note for note in chords if note.q <= 8.0])
    again = stage.player([note for note in chords if note.q == 8.0], start_s=6.0, from_q=8.0)
    events = stage.listen(stage.score(chords), [*first, *again, Finish(7.0)])
    assert not mistakes(events)  # not even for a moment
    matches = [event for event in stage.standing(events) if isinstance(event, Match)]
    assert len(matches) == len(first) + len(again)


def test_a_single_key_struck_again_is_extra(stage):
    chords = [stage.written(2.0 * k, pitch + 3 * k % 8, 2.0) for k in range(8) for pitch in (50, 57, 62)]
    played = stage.player(chords)
    late = next(note for note, written in zip(played, chords, strict=True) if written.q == 8.0)
    events = stage.listen(stage.score(chords), [*played, stage.struck(late.t_s + 0.6, late.pitch)])
    assert [event.kind for event in mistakes(stage.standing(events))] == [MistakeKind.EXTRA]


def test_of_voices_in_unison_every_note_is_matched_and_taken_back_together(stage):
    tune = stage.tune()
    doubled = next(note for note in tune if note.q == 10.0 and note.pitch < 60)
    twins = [*tune, stage.written(10.0, doubled.pitch, 2.0)]
    score = stage.score(twins)
    standing = stage.standing(stage.listen(score, stage.player(tune)))
    assert not mistakes(standing)
    matches = [event for event in standing if isinstance(event, Match)]
    assert len({match.score_note for match in matches}) == len(twins)
    both = names(score, doubled.pitch)
    there = [match for match in matches if match.q == 10.0 and match.score_note in both]
    assert len(there) == 2
    assert len({match.note for match in there}) == 1


def test_a_voice_in_unison_left_out_is_missed_once(stage):
    tune = stage.tune()
    gone = next(note for note in tune if note.q == 10.0 and note.pitch < 60)
    score = stage.score([*tune, stage.written(10.0, gone.pitch, 2.0)])
    played = stage.player([note for note in tune if note is not gone])
    told = mistakes(stage.standing(stage.listen(score, played)))
    assert [(event.kind, event.expected) for event in told] == [(MistakeKind.MISSED, gone.pitch)]


def test_a_trill_may_begin_before_its_note(stage):
    tune = stage.tune()
    trilled = next(i for i, note in enumerate(tune) if note.q == 12.0 and note.pitch >= 60)
    main = tune[trilled]
    tune[trilled] = stage.written(12.0, main.pitch, 2.0, NoteKind.PLAIN, Ornament.TRILL)
    tune = [note for note in tune if not (12.0 < note.q < 14.0 and note.pitch >= 60)]
    early = stage.struck(6.5 - 0.05, main.pitch + 1)
    assert not mistakes(stage.standing(stage.listen(stage.score(tune), [*stage.player(tune), early])))


def test_a_grace_note_held_on_is_its_note(stage):
    tune = stage.tune()
    main = next(note for note in tune if note.q == 20.0 and note.pitch >= 60)
    score = stage.score([*tune, stage.written(20.0, main.pitch, 0.0, NoteKind.GRACE)])
    played = [
        stage.struck(note.t_s - (0.08 if written is main else 0.0), note.pitch)
        for written, note in zip(tune, stage.player(tune), strict=True)
    ]
    standing = stage.standing(stage.listen(score, played))
    assert not mistakes(standing)


def test_the_hands_are_as_far_apart_as_they_were(stage):
    """The left hand comes 0.08 s before the right; a note left out by the right was due with the right."""
    tune = [stage.written(float(k), pitch + (k * 5) % 7, 1.0) for k in range(16) for pitch in (48, 72)]
    score = stage.score(tune)
    score.notes["staff"] = np.where(score.notes["pitch"] < 60, 2, 1)
    played = [
        stage.struck(note.t_s + (0.08 if written.pitch >= 60 else 0.0), note.pitch)
        for written, note in zip(tune, stage.player(tune), strict=True)
        if not (written.q == 10.0 and written.pitch >= 60)
    ]
    told = mistakes(stage.standing(stage.listen(score, played)))
    assert [(event.kind, event.q) for event in told] == [(MistakeKind.MISSED, 10.0)]
    assert told[0].onset == pytest.approx(0.5 + 5.0 + 0.08, abs=0.03)


def names(score, pitch: int) -> set[str]:
    """Ids of the score's notes of that pitch."""
    return {name for name, key in zip(score.note_ids, score.notes["pitch"], strict=True) if key == pitch}
