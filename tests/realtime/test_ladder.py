"""What the Ladder is shown: the traces heard lately, and the score as the follower has it."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.kernels.ladder_read import MATCHED, NOT_A_NOTE, STRAY
from repetiteur.models.ladder.answer import Answer
from repetiteur.models.ladder.tokens import AHEAD_S, MOST_WRITTEN, PAST_S, View
from repetiteur.realtime.follower import Follower
from repetiteur.realtime.inputs import HeardTrace
from repetiteur.realtime.ladder import REMEMBERED, Ladder
from repetiteur.realtime.layout import lay_out


def trace(note: int, pitch: int, onset_s: float, sure: float = 0.9) -> HeardTrace:
    return HeardTrace(onset_s + 0.16, note, pitch, onset_s, sure, sure, sure, 0.0, sure, sure, 0.5)


class Sure:
    """Says of every row what its number is."""

    def read(self, view: View) -> Answer:
        traces, written = np.arange(len(view.traces)) / 100, np.arange(len(view.written)) / 100
        here = np.zeros(len(written))
        here[-1:] = 0.5
        return Answer(written, traces, traces + 0.5, here, 0.5)


@pytest.fixture
def played(stage):
    """A tune played to its tenth quarter, with one stray note."""
    tune = stage.tune()
    score = stage.score(tune)
    follower = Follower(lay_out(score))
    ladder = Ladder(score, follower.layout, Sure())
    strokes = [note for note in stage.player(tune) if note.t_s < 5.5]
    for number, stroke in enumerate([*strokes, stage.struck(5.51, 100)]):
        ladder.trace(trace(number, stroke.pitch, stroke.t_s), number, stroke.pitch)
        follower.note(stroke.pitch, stroke.t_s)
        ladder.note(number, follower.notes)
    ladder.trace(trace(-1, 30, 5.52, 0.01), None, 30)
    return ladder, follower, len(strokes)


def test_the_score_around_the_place_is_seen_as_the_follower_has_it(played) -> None:
    ladder, follower, _ = played
    written = ladder.view(5.7, follower).written
    assert ((written["due_s"] >= 5.7 - PAST_S) & (written["due_s"] <= 5.7 + AHEAD_S)).all()
    assert written["heard"][~written["ahead"]].all()
    assert not written["heard"][written["ahead"]].any() and written["ahead"].any()
    assert np.array_equal(written["pitch"], np.asarray(follower.layout.key_pitch)[written["key"]])
    assert (written["lasts_s"] > 0).all()


def test_every_trace_is_read_as_the_follower_reads_it(played) -> None:
    ladder, follower, strokes = played
    view = ladder.view(5.7, follower)
    assert (view.traces["onset_s"] >= 5.7 - PAST_S).all()
    assert view.reading[-2:].tolist() == [STRAY, NOT_A_NOTE]
    assert (view.reading[:-2] == MATCHED).all()
    linked = view.written[view.link[:-2]]
    assert np.array_equal(linked["pitch"], view.traces["pitch"][:-2])
    assert view.traces["note"][-3] == strokes - 1


def test_the_answer_is_of_the_note_asked_for(played) -> None:
    ladder, follower, strokes = played
    look = ladder.look(5.7, follower)
    traces = len(look.view.traces)
    assert look.was_extra(strokes) == (traces - 2) / 100 + 0.5
    assert look.was_extra(0) is None and look.was_extra(999) is None


def test_it_is_bounded(stage) -> None:
    tune = [stage.written(0.01 * number, 40 + number % 40) for number in range(400)]
    score = stage.score(tune)
    follower = Follower(lay_out(score))
    ladder = Ladder(score, follower.layout, Sure())
    for number in range(3 * REMEMBERED):
        ladder.trace(trace(-1, 60, number * 1e-3), None, 60)
    follower.note(40, 3.0)
    view = ladder.view(3.072, follower)
    assert len(view.written) <= MOST_WRITTEN
    assert view.traces["onset_s"][-1] == pytest.approx(3.071)
