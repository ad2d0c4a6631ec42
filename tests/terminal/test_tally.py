from __future__ import annotations

from repetiteur.bridges.terminal.outcome import outcome
from repetiteur.bridges.terminal.tally import Tally
from repetiteur.realtime.events import (
    Bar,
    Event,
    Fault,
    Match,
    Mistake,
    MistakeKind,
    Note,
    NoteStatus,
    Position,
    Retract,
    State,
    StateChanged,
)
from repetiteur.realtime.score import Score


def match(seq: int, deviation_ms: float = 0.0) -> Match:
    return Match(seq, 1.0, seq, "s0", 0.0, 1, deviation_ms, 0.0)


def missed(seq: int, onset: float) -> Mistake:
    return Mistake(seq, 9.0, MistakeKind.MISSED, "s1", 69, None, None, 1.0, 1, onset, 1.0)


def bar(seq: int, index: int, pass_: int = 1) -> Bar:
    return Bar(seq, 1.0, str(index + 1), index, pass_)


def told(*events: Event) -> Tally:
    tally = Tally()
    tally.add(events)
    return tally


def test_what_was_taken_back_no_longer_counts() -> None:
    tally = told(
        match(1), missed(2, 0.5), match(3), Retract(4, 1.0, 2), Retract(5, 1.0, 3), Retract(6, 1.0, 99)
    )
    assert tally.counts == {"match": 1, "missed": 0, "extra": 0, "wrong": 0}
    assert tally.mistakes == []
    assert tally.verdict(1) == match(1)
    assert tally.verdict(2) is None


def test_mistakes_come_in_the_order_they_happened() -> None:
    assert [each.seq for each in told(missed(1, 5.0), missed(2, 3.0)).mistakes] == [2, 1]


def test_stretches_break_where_the_player_leaps() -> None:
    tally = told(bar(1, 0), bar(2, 1), bar(3, 0, 2), bar(4, 1, 2), bar(5, 2), bar(6, 2), bar(7, 7))
    assert [(s.first, s.last) for s in tally.stretches] == [("1", "2"), ("1", "3"), ("3", "3"), ("8", "8")]


def test_the_summary_says_it_all(scale: Score) -> None:
    tally = told(
        StateChanged(0, 0.0, State.FOLLOWING),
        Note(1, 1.0, 0, NoteStatus.CONFIRMED, 67, 1.0, 64),
        match(2, -12.0),
        match(3, 4.0),
        bar(4, 0),
        bar(5, 1),
        Position(6, 1.0, "1", 0, 1.0, 0.0, 0.0, 100.0, 1.0),
        Position(7, 75.0, "2", 1, 1.0, 4.0, 4.0, 110.0, 1.0),
        missed(8, 2.0),
        Fault(9, 75.0, "the cable is out", "put it in"),
    )
    text = "\n".join(outcome(tally, scale))
    assert "1 note in 1 min 15 s" in text
    assert "bars 1-2" in text
    assert "within 8 ms" in text
    assert "2 right, 1 left out, 0 extra, 0 wrong" in text
    assert "bar 1 beat 2  left out A4" in text
    assert "trouble: the cable is out; put it in" in text


def test_nothing_heard_is_said_too(scale: Score) -> None:
    assert next(outcome(Tally(), scale)) == "heard 0 notes in 0 s"
