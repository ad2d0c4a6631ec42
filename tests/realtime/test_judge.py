"""Verdicts: what is told, when, and what is taken back."""

from __future__ import annotations

import pytest

from repetiteur.realtime.events import Match, Mistake, MistakeKind
from repetiteur.realtime.judge import EXTRA_DELAY_S, LINGER_S, MISSED_DELAY_S
from repetiteur.realtime.score import NoteKind, Ornament

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
    assert [(event.kind, event.expected, event.q) for event in told] == [(MistakeKind.MISSED, gone.pitch, 10.0)]
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
    matches = [event for event in stage.standing(stage.listen(stage.score(tune), played)) if isinstance(event, Match)]
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
