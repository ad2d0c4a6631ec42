"""An engine that is told of notes by ear: late, first unsurely, and with the time they began."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from repetiteur.realtime.engine import MIDI_RULES_S, Engine
from repetiteur.realtime.events import Event, Match, Mistake, MistakeKind, Note, NoteEnd, NoteStatus, Position
from repetiteur.realtime.inputs import HeardEnd, HeardNote, Input, NoteOff, NoteOn, Panic
from repetiteur.realtime.score import Score
from repetiteur.realtime.timeline import with_ticks

G_MAJOR = (67, 69, 71, 72, 74, 76, 78, 79)
LATE_S = 0.163
PROVISIONAL, CONFIRMED, WITHDRAWN = NoteStatus.PROVISIONAL, NoteStatus.CONFIRMED, NoteStatus.WITHDRAWN


def run(score: Score, items: Sequence[Input]) -> list[Event]:
    engine = Engine(score)
    events = engine.open()
    for item in with_ticks(sorted(items, key=lambda item: item.t_s)):
        events += engine.push(item)
    assert [event.seq for event in events] == list(range(len(events)))
    assert [event.at for event in events] == sorted(event.at for event in events)
    return events


def heard(note: int, pitch: int, onset_s: float, *ways: NoteStatus) -> list[Input]:
    late_s = {PROVISIONAL: 0.043, CONFIRMED: LATE_S, WITHDRAWN: 0.22}
    items: list[Input] = [
        HeardNote(onset_s + late_s[way], note, way, pitch, onset_s, 70, 0.75) for way in ways
    ]
    if CONFIRMED in ways:
        items.append(HeardEnd(onset_s + 0.4 + LATE_S, note, onset_s + 0.4))
    return items


def verdicts(events: list[Event]) -> list[tuple]:
    """What was told of which note of the score, and how far off the player's tempo it was."""
    return [
        (event.score_note, round(event.deviation_ms, 3)) if isinstance(event, Match)
        else (event.kind, event.expected, event.played, round(event.onset, 6))
        for event in events
        if isinstance(event, Match | Mistake)
    ]  # fmt: skip


@pytest.fixture
def scale(stage: Any) -> Score:
    """G major up and up again in quarters, four bars of four."""
    return stage.score([stage.written(float(k), pitch, 1.0) for k, pitch in enumerate(G_MAJOR * 2)])


@pytest.fixture
def onsets(scale: Score) -> list[tuple[int, float]]:
    """The scale at its tempo, one note left out and one wrong, a little uneven."""
    played = [(int(p), 0.5 * k + 0.013 * (k % 3)) for k, p in enumerate(scale.notes["pitch"])]
    del played[5]
    played[10] = 75, played[10][1]
    return played


def test_the_verdicts_are_those_of_the_same_notes_over_midi(
    scale: Score, onsets: list[tuple[int, float]]
) -> None:
    by_ear = [
        item for k, (pitch, t) in enumerate(onsets) for item in heard(k, pitch, t, PROVISIONAL, CONFIRMED)
    ]
    over_midi: list[Input] = []
    for pitch, t_s in onsets:
        over_midi += [NoteOn(t_s, pitch, 70), NoteOff(t_s + 0.4, pitch)]
    told, expected = verdicts(run(scale, by_ear)), verdicts(run(scale, over_midi))
    assert expected == told
    assert sum(len(each) == 4 for each in told) >= 2, "mistakes were told, too"


def test_the_stream_has_the_notes_of_the_ears_as_they_told_them(scale: Score) -> None:
    first, stray = heard(0, 67, 1.0, PROVISIONAL, CONFIRMED), heard(1, 70, 1.2, PROVISIONAL, WITHDRAWN)
    events = run(scale, [*first, *stray])
    notes = [event for event in events if isinstance(event, Note)]
    assert [(note.id, note.status) for note in notes] == [
        (0, PROVISIONAL), (0, CONFIRMED), (1, PROVISIONAL), (1, WITHDRAWN)]  # fmt: skip
    assert {note.confidence for note in notes} == {0.75} and {note.channel for note in notes} == {None}
    assert [note.onset for note in notes] == [1.0, 1.0, 1.2, 1.2]
    assert [(end.id, end.offset) for end in events if isinstance(end, NoteEnd)] == [(0, 1.4)]
    assert not [event for event in events if isinstance(event, Mistake) and event.note == 1]


def test_the_place_is_where_the_player_is_by_now(scale: Score) -> None:
    events = run(
        scale, [item for k in range(4) for item in heard(k, 67 + (0, 2, 4, 5)[k], 0.5 * k, CONFIRMED)]
    )
    last = max(event.seq for event in events if isinstance(event, Note))
    place = next(event for event in events[last:] if isinstance(event, Position))
    assert place.q == pytest.approx(3.0 + 2 * LATE_S, abs=0.02)


def test_nothing_is_called_missed_before_the_ears_could_have_told_of_it(scale: Score) -> None:
    notes = [(k, pitch) for k, pitch in enumerate(scale.notes["pitch"].tolist()) if k != 3]
    events = run(scale, [item for k, pitch in notes for item in heard(k, pitch, 0.5 * k, CONFIRMED)])
    missed = [event for event in events if isinstance(event, Mistake) and event.kind is MistakeKind.MISSED]
    assert [round(event.onset, 2) for event in missed] == [1.5]
    assert missed[0].at >= 1.5 + 0.4 + LATE_S - 0.011


def test_panic_ends_a_note_once(scale: Score) -> None:
    events = run(scale, [*heard(0, 67, 1.0, CONFIRMED), Panic(1.3)])
    assert [(end.at, end.id) for end in events if isinstance(end, NoteEnd)] == [(1.3, 0)]


def test_notes_of_one_chord_may_come_in_any_order(scale: Score) -> None:
    items = [*heard(0, 69, 1.004, CONFIRMED), *heard(1, 67, 1.0, CONFIRMED)]
    events = run(scale, items)
    assert [note.onset for note in events if isinstance(note, Note)] == [1.0, 1.004]
    items = [HeardNote(1.2, 0, CONFIRMED, 69, 1.004, 70, 0.9), HeardNote(1.2, 1, CONFIRMED, 67, 1.0, 70, 0.9)]
    assert len([event for event in run(scale, items) if isinstance(event, Note)]) == 2


def _in_eighths(notes: int) -> list[Input]:
    """So much of the scale, twice as quick as written, from the first second on."""
    each = (heard(k, G_MAJOR[k % 8], 1.0 + 0.25 * k, PROVISIONAL, CONFIRMED) for k in range(notes))
    return [item for items in each for item in items]


def places(events: list[Event], after_s: float, before_s: float) -> list[float]:
    return [event.q for event in events if isinstance(event, Position) and after_s < event.at < before_s]


def test_an_uncertain_note_moves_the_player_at_once(scale: Score) -> None:
    """The fourth onset comes late, so nothing but its note can tell of it."""
    onsets_s = [0.5, 1.0, 1.5, 2.6]
    items = [item for k, t in enumerate(onsets_s) for item in heard(k, G_MAJOR[k], t, PROVISIONAL, CONFIRMED)]
    events = run(scale, items)
    assert max(places(events, 1.6, 2.64)) < 3.0 <= min(places(events, 2.642, 2.7))


def test_what_is_withdrawn_leaves_nothing_behind(scale: Score) -> None:
    sure = [item for k in range(3) for item in heard(k, G_MAJOR[k], 0.5 + 0.5 * k, PROVISIONAL, CONFIRMED)]
    later = [
        item for k in range(3, 8) for item in heard(k, G_MAJOR[k], 1.7 + 0.5 * k, PROVISIONAL, CONFIRMED)
    ]
    taken_back = heard(9, G_MAJOR[3], 2.2, PROVISIONAL, WITHDRAWN)
    with_it, without = run(scale, [*sure, *taken_back, *later]), run(scale, [*sure, *later])
    assert max(places(with_it, 2.24, 2.4)) >= 3.0, "it was believed"
    assert verdicts(with_it) == verdicts(without)
    assert places(with_it, 3.5, 9.0) == places(without, 3.5, 9.0)


def test_a_regular_player_is_shown_on_time_though_heard_late(scale: Score) -> None:
    events = run(scale, _in_eighths(16))
    for k in range(6, 16):
        arrived_s = next(e.at for e in events if isinstance(e, Position) and e.q >= k - 0.02)
        assert abs(arrived_s - (1.0 + 0.25 * k)) < 0.025


def test_nobody_is_carried_on_who_stops(scale: Score) -> None:
    events = run(scale, _in_eighths(8))
    assert max(event.q for event in events if isinstance(event, Position)) < 8.5


def test_over_midi_and_by_ear_each_note_is_told_once(scale: Score) -> None:
    """A piano with both: its MIDI notes are certain, and nothing the ears make of them is told."""
    both: list[Input] = []
    for k in range(8):
        t_s = 1.0 + 0.5 * k
        both += [NoteOn(t_s, G_MAJOR[k], 70), NoteOff(t_s + 0.4, G_MAJOR[k])]
        both += heard(k, G_MAJOR[k], t_s + 0.004, PROVISIONAL, CONFIRMED)
    midi = [item for item in both if isinstance(item, NoteOn | NoteOff)]
    assert run(scale, both)[:-1] == run(scale, midi)[: len(run(scale, both)) - 1]


def test_when_midi_falls_silent_the_ears_go_on(scale: Score) -> None:
    both: list[Input] = [NoteOn(0.1 + k, G_MAJOR[k], 70) for k in range(4)]
    for k in range(16):
        both += heard(k, (G_MAJOR * 2)[k], 0.1 + k, PROVISIONAL, CONFIRMED)
    events = run(scale, both)
    silent_s = 3.1 + MIDI_RULES_S
    assert not [event for event in events if isinstance(event, Note) and 3.2 < event.at < silent_s]
    late = {event.id for event in events if isinstance(event, Note) and event.at > silent_s}
    assert len(late) == 8 and min(late) == 4, "ids go on where those of MIDI ended"
    assert places(events, 15.2, 16.5)[-1] >= 15.0, "and the player is found again"
