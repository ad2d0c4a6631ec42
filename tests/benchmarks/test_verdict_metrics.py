from __future__ import annotations

import pytest

from repetiteur.benchmarks.note_metrics import Count
from repetiteur.benchmarks.truth import build_truth
from repetiteur.benchmarks.verdict_metrics import count_verdicts, extra_delays_s, missed_delays_s
from repetiteur.realtime.score import NoteKind, Ornament


def _plain(desk, notes, missing=(), extra=()):
    """Truth of one note a second; ``missing`` note numbers are left out, ``extra`` (s, pitch) added."""
    rows = []
    for number, note in enumerate(notes):
        played = None if number in missing else desk.played(number, note.q, note.pitch)
        rows.append(desk.row(note, note.q, 1, played))
    rows += [desk.row(None, played=desk.played(100 + k, *note)) for k, note in enumerate(extra)]
    return build_truth(rows, desk.score(notes))


def _right(desk, notes, missing=(), extra=()):
    """A stream that matches everything at once and says nothing else yet."""
    stream = desk.stream()
    for number, note in enumerate(notes):
        if number not in missing:
            stream.note(number, note.q, note.pitch)
            stream.match(note.q, number, note.id)
    for number, (onset_s, pitch) in enumerate(extra):
        stream.note(100 + number, onset_s, pitch)
    return stream


def test_everything_right(desk) -> None:
    notes = desk.line()
    truth = _plain(desk, notes, missing=[5], extra=[(3.5, 90)])
    stream = _right(desk, notes, missing=[5], extra=[(3.5, 90)])
    stream.extra(3.6, 100, 90)
    stream.missed(5.5, "n5", 65, 5.0)
    heard = stream.heard(truth)
    found = count_verdicts(heard, truth)
    for kind in ("match", "insertion", "deletion"):
        for view in ("", "fair_", "live_"):
            assert getattr(found, view + kind).f1 == 1, view + kind
    assert found.flagged.f1 == 1
    assert found.false_alarms == found.shown_alarms == 0
    assert extra_delays_s(heard, truth) == pytest.approx([0.1])
    assert missed_delays_s(heard, truth) == pytest.approx([0.5])


def test_a_wrong_note_is_one_missed_and_one_extra(desk) -> None:
    notes = desk.line()
    truth = _plain(desk, notes, missing=[5], extra=[(5.0, 66)])
    stream = _right(desk, notes, missing=[5], extra=[(5.0, 66)])
    stream.wrong(5.1, "n5", 65, 100, 66)
    found = count_verdicts(stream.heard(truth), truth)
    assert found.deletion == found.flagged == Count(1, 1, 1)
    assert found.false_alarms == 0


def test_a_verdict_told_too_late_is_right_in_the_end_only(desk) -> None:
    notes = desk.line()
    truth = _plain(desk, notes, missing=[5], extra=[(3.5, 90)])
    stream = _right(desk, notes, missing=[5], extra=[(3.5, 90)])
    stream.missed(7.5, "n5", 65, 5.0)  # a beat lasts 1 s here
    found = count_verdicts(stream.heard(truth), truth)
    assert found.fair_deletion.f1 == 1
    assert found.live_deletion == Count(0, 0, 1)


def test_a_verdict_taken_back_in_time_never_counts_and_later_counts_live(desk) -> None:
    notes = desk.line()
    truth = _plain(desk, notes)
    stream = _right(desk, notes)
    early = stream.missed(5.2, "n5", 65, 5.0)
    stream.retract(5.4, early)
    late = stream.missed(7.2, "n7", 67, 7.0)
    stream.retract(9.0, late)
    found = count_verdicts(stream.heard(truth), truth)
    assert found.deletion == found.fair_deletion == Count(0, 0, 0)
    assert found.live_deletion == Count(0, 1, 0)
    assert (found.false_alarms, found.shown_alarms) == (0, 2)


def test_false_alarms(desk) -> None:
    notes = desk.line()
    truth = _plain(desk, notes)
    stream = desk.stream()
    for number, note in enumerate(notes):
        stream.note(number, note.q, note.pitch)
        if number != 4:
            stream.match(note.q, number, note.id)
    stream.extra(4.1, 4, 64)
    stream.missed(4.5, "n4", 64, 4.0)
    found = count_verdicts(stream.heard(truth), truth)
    assert found.false_alarms == 2
    assert found.match == Count(15, 15, 16)
    assert found.insertion == Count(0, 1, 0)


def test_two_voices_on_one_key_are_one_note(desk) -> None:
    notes = [*desk.line(), desk.written("twin", 5.0, 65)]
    truth = _plain(desk, notes, missing=[16])
    stream = _right(desk, notes, missing=[5, 16])
    stream.note(5, 5.0, 65)
    stream.match(5.0, 5, "twin")
    found = count_verdicts(stream.heard(truth), truth)
    assert found.deletion == Count(0, 0, 1)
    assert found.fair_deletion == Count(0, 0, 0)
    assert found.match.f1 < 1
    assert found.fair_match.f1 == 1


def test_notes_of_a_trill_are_set_aside_and_any_of_them_is_the_note(desk) -> None:
    notes = desk.line()
    notes[8] = desk.written("n8", 8.0, 68, ornament=Ornament.TRILL)
    shakes = [(8.2, 70), (8.4, 68), (8.6, 70)]
    truth = _plain(desk, notes, extra=shakes)
    stream = _right(desk, notes, missing=[8], extra=shakes)
    stream.note(8, 8.0, 68)
    stream.match(8.4, 101, "n8")  # the second of its pitch, where the table has the first
    stream.extra(8.7, 102, 70)
    found = count_verdicts(stream.heard(truth), truth)
    assert found.insertion.f1 < 1
    assert found.fair_insertion == Count(0, 0, 0)
    assert found.match.f1 < 1
    assert found.fair_match.f1 == 1
    assert (found.false_alarms, found.ornament_alarms) == (0, 1)


def test_grace_notes_may_be_left_out_or_played_unlisted(desk) -> None:
    notes = [*desk.line(), desk.written("g", 6.0, 80, 0.0, NoteKind.GRACE)]
    truth = _plain(desk, notes, missing=[16], extra=[(5.9, 80)])
    stream = _right(desk, notes, missing=[16], extra=[(5.9, 80)])
    stream.match(5.9, 100, "g")
    found = count_verdicts(stream.heard(truth), truth)
    assert (found.match.f1, found.insertion.f1, found.deletion.f1) != (1, 1, 1)
    assert (found.fair_match.f1, found.fair_insertion.f1, found.fair_deletion.f1) == (1, 1, 1)


def test_a_key_far_from_the_ornament_is_extra_all_the_same(desk) -> None:
    notes = desk.line()
    notes[8] = desk.written("n8", 8.0, 68, ornament=Ornament.TRILL)
    truth = _plain(desk, notes, extra=[(8.2, 74), (11.5, 70)])
    found = count_verdicts(_right(desk, notes, extra=[(8.2, 74), (11.5, 70)]).heard(truth), truth)
    assert found.fair_insertion == Count(2, 2, 2)
    assert found.flagged == Count(0, 0, 2)


def test_mistakes_inside_marked_regions(desk) -> None:
    notes = desk.line()
    rows = [desk.row(note, note.q, 1, desk.played(k, note.q, note.pitch)) for k, note in enumerate(notes)]
    truth = build_truth(rows, desk.score(notes), error_regions=((3.0, 5.0),))
    stream = _right(desk, notes)
    stream.missed(4.5, "n4", 64, 4.0)
    stream.missed(9.5, "n9", 69, 9.0)
    found = count_verdicts(stream.heard(truth), truth)
    assert (found.marked, found.marked_inside) == (2, 1)


def test_a_note_without_a_match_is_unmatched_though_nothing_was_told_of_it(desk) -> None:
    notes = [*desk.line(), desk.written("twin", 5.0, 65)]
    rows = [
        desk.row(note, note.q, 1, desk.played(k, note.q, note.pitch)) for k, note in enumerate(notes[:16])
    ]
    rows[7] = desk.row(notes[7], 7.0, 1)
    rows.append(desk.row(notes[16], 5.0, 1))
    truth = build_truth(rows, desk.score(notes))
    stream = _right(desk, notes[:16], missing=[7])
    stream.match(5.0, 5, "twin")
    found = count_verdicts(stream.heard(truth), truth)
    assert found.unmatched == Count(2, 2, 2)
    assert found.deletion == Count(0, 0, 2)
