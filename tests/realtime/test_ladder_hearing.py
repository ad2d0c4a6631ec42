"""The judge's questions, answered by what the Ladder sees; by the rules where it sees nothing."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.models.ladder.answer import Answer
from repetiteur.models.ladder.tokens import View
from repetiteur.realtime.follower import Follower
from repetiteur.realtime.inputs import HeardTrace
from repetiteur.realtime.ladder_hearing import LadderHearing
from repetiteur.realtime.layout import lay_out


class Opinion:
    """The same of every key and trace."""

    played, extra, elsewhere, asked = 0.0, 0.0, 0.0, 0

    def read(self, view: View) -> Answer:
        self.asked += 1
        traces, written = np.ones(len(view.traces)), np.ones(len(view.written))
        return Answer(self.played * written, traces, self.extra * traces, 0 * written, self.elsewhere)


def faint(pitch: int, onset_s: float) -> HeardTrace:
    return HeardTrace(onset_s + 0.16, -1, pitch, onset_s, 0.02, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5)


@pytest.fixture
def hearing(stage):
    """Two seconds into a tune, with a faint trace of a key that is due."""
    tune = stage.tune()
    score = stage.score(tune)
    follower = Follower(lay_out(score))
    opinion = Opinion()
    hearing = LadderHearing(lambda: opinion)
    hearing.follow(score, follower)
    strokes = [note for note in stage.player(tune) if note.t_s < 2.0]
    for number, stroke in enumerate(strokes):
        heights = 0.8, 0.8, 0.8, 0.0, 0.9, 0.9, 0.5
        trace = HeardTrace(stroke.t_s + 0.16, number, stroke.pitch, stroke.t_s, *heights)
        hearing.trace(trace, number, stroke.pitch)
        follower.note(stroke.pitch, stroke.t_s)
        hearing.note(number)
    last = strokes[-1]
    hearing.trace(faint(last.pitch, last.t_s + 0.02), None, last.pitch)
    hearing.tick(2.2)
    return hearing, last, len(strokes) - 1, opinion


def test_a_note_was_struck_if_the_ladder_says_so(hearing) -> None:
    heard, last, _, opinion = hearing
    assert heard.struck(last.pitch, last.t_s) is None
    opinion.played = 0.9
    heard.tick(2.21)
    assert heard.struck(last.pitch, last.t_s) == faint(last.pitch, last.t_s + 0.02)


def test_a_note_is_real_if_the_ladder_says_so_and_it_is_asked_once_a_moment(hearing) -> None:
    heard, _, note, opinion = hearing
    assert not heard.is_real(note) and not heard.is_real(note - 1)
    assert opinion.asked == 1
    opinion.extra = 0.9
    heard.tick(2.21)
    assert heard.is_real(note)
    opinion.extra = 0.1
    heard.tick(2.22)
    assert heard.is_real(note) and not heard.is_real(note - 1)


def test_the_player_is_elsewhere_if_the_ladder_says_so(hearing) -> None:
    heard, _, _, opinion = hearing
    assert not heard.elsewhere()
    opinion.elsewhere = 0.9
    heard.tick(2.21)
    assert heard.elsewhere()


def test_what_is_strange_for_some_time_is_another_piece_and_another_place_a_new_beginning(hearing) -> None:
    heard, _, note, opinion = hearing
    opinion.elsewhere = 0.9
    before = [heard.strange]
    for number in range(4):
        heard.tick(2.3 + 0.51 * number)
        heard.note(note)
        heard.note(note)  # within the same half second: nobody looks again
        before.append(heard.strange)
    assert before == sorted(before) and before[0] == 0 and 0.2 < before[1] < 0.5 and 0.7 < before[-1] <= 0.9
    heard._follower.jump(0.0, 1, 0.0)
    heard.tick(5.0)
    heard.note(note)
    assert heard.strange == 0


def test_at_rest_it_is_not_asked_and_the_rules_answer(hearing) -> None:
    heard, last, note, opinion = hearing
    opinion.played, heard.at_rest = 0.9, True
    assert heard.struck(last.pitch, last.t_s) is None and heard.is_real(note)
    assert opinion.asked == 0
    heard.at_rest = False
    assert heard.struck(last.pitch, last.t_s) == faint(last.pitch, last.t_s + 0.02)


def test_the_rules_answer_where_it_sees_nothing(hearing) -> None:
    heard, _, _, _ = hearing
    assert heard.is_real(999)
    assert LadderHearing(Opinion).struck(60, 1.0) is None
    assert not LadderHearing(Opinion).elsewhere()
