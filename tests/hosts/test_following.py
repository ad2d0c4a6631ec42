"""A transport that follows the player: what is asked of a host, in order."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from repetiteur.bridges.hosts.actions import Action, Cue, Locate, Marker, Play, Stop, Tempo
from repetiteur.bridges.hosts.following import LOST_LONG_S, Following
from repetiteur.bridges.hosts.places import Places
from repetiteur.bridges.hosts.steering import MOST_CATCH_UP, TELL_EVERY_S
from repetiteur.realtime.events import Event, Position, State
from repetiteur.realtime.score import Score

if TYPE_CHECKING:
    from .conftest import Story

Timed = list[tuple[float, Action]]


def told(following: Following, events: Iterable[Event]) -> Timed:
    return [(event.at, action) for event in events for action in following.take(event)]


def only(actions: Timed, kind: type) -> list:
    return [action for _, action in actions if isinstance(action, kind)]


@pytest.fixture
def elastic(marked: Score) -> Following:
    """A host that takes tempo."""
    return Following(Places(marked), takes_tempo=True, marks_here=False, lead_s=0.05)


@pytest.fixture
def fixed(marked: Score) -> Following:
    """A host that plays at the printed tempo."""
    return Following(Places(marked), takes_tempo=False, marks_here=True, lead_s=0.0)


def begun(following: Following, story: Story, until_q: float = 2.0, bpm: float = 120.0) -> Timed:
    actions = told(following, story.state(State.ARMED))
    actions += told(following, story.stand(0.0))
    actions += told(following, story.state(State.FOLLOWING))
    return actions + told(following, story.play(until_q, bpm))


def test_it_stands_ready_and_starts_with_the_player(elastic: Following, story: Story) -> None:
    ready, tempo, locate, play, cue = (action for _, action in begun(elastic, story))
    assert isinstance(ready, Locate) and not ready.rolling and (ready.place.bar, ready.place.beat) == (1, 1.0)
    assert tempo == Tempo(120.0)
    assert isinstance(locate, Locate)
    assert locate.place.quarters == pytest.approx(0.04 + 0.05 * 2)  # where they are when it obeys
    assert (play, cue) == (Play(), Cue("start"))


@pytest.mark.parametrize("state", [State.COASTING, State.PAUSED, State.IDLE, State.ENDED, State.ARMED])
def test_it_stops_when_they_stop(elastic: Following, story: Story, state: State) -> None:
    begun(elastic, story)
    assert only(told(elastic, story.state(state)), Stop) == [Stop()]
    assert list(elastic.finish()) == []
    again = told(elastic, story.state(State.FOLLOWING)) + told(elastic, story.play(3.0, 120.0))
    assert len(only(again, Play)) == 1


def test_it_stops_with_the_session(elastic: Following, story: Story) -> None:
    begun(elastic, story)
    assert list(elastic.finish()) == [Stop()]


def test_lost_for_a_moment_it_goes_on_and_for_long_it_stops(elastic: Following, story: Story) -> None:
    begun(elastic, story)
    lost = told(elastic, story.state(State.LOST)) + told(elastic, story.play(4.0, 120.0))
    assert not only(lost, Stop)
    assert not only(told(elastic, story.state(State.FOLLOWING)), Play)
    told(elastic, story.state(State.LOST))
    lost_s = story.at_s
    (stop_s,) = (at_s for at_s, action in told(elastic, story.play(16.0, 120.0)) if action == Stop())
    assert stop_s - lost_s == pytest.approx(LOST_LONG_S, abs=0.03)


def test_a_leap_is_a_locate(elastic: Following, story: Story) -> None:
    begun(elastic, story, until_q=9.0)
    (locate,) = only(told(elastic, story.jump(4.0)), Locate)
    assert locate.rolling
    assert locate.place.quarters == pytest.approx(4.1, abs=0.01)


def test_put_elsewhere_while_it_plays_it_waits_for_a_note(elastic: Following, story: Story) -> None:
    begun(elastic, story)
    locate, stop = (action for _, action in told(elastic, story.put(20.0)))
    assert stop == Stop()
    assert isinstance(locate, Locate) and not locate.rolling and locate.place.bar == 6
    assert len(only(told(elastic, story.play(21.0, 120.0)), Play)) == 1


def test_put_elsewhere_while_it_stands_it_waits_there(elastic: Following, story: Story) -> None:
    begun(elastic, story)
    told(elastic, story.state(State.PAUSED))
    (locate,) = only(told(elastic, story.stand(17.0)), Locate)
    assert (locate.rolling, locate.place.bar, locate.place.beat) == (False, 5, 2.0)
    assert locate.place.mark == "B 2"
    assert told(elastic, story.stand(17.0)) == []


def test_tempo_is_told_seldom_and_smoothly(elastic: Following, story: Story) -> None:
    actions = begun(elastic, story, 8.0, 120.0)
    actions += told(elastic, story.play(24.0, 90.0))  # far too suddenly
    tempi = [(at_s, action.bpm) for at_s, action in actions if isinstance(action, Tempo)]
    assert all(later - sooner >= TELL_EVERY_S - 1e-6 for (sooner, _), (later, _) in pairwise(tempi))
    assert all(abs(b / a - 1.0) < 0.12 for (_, a), (_, b) in pairwise(tempi))
    assert tempi[-1][1] == pytest.approx(90.0, rel=0.01)
    assert min(bpm for _, bpm in tempi) > 90.0 * (1.0 - MOST_CATCH_UP) - 0.01
    assert len(tempi) < 30  # in 14 s


def test_a_host_that_obeys_stays_with_the_player(elastic: Following, story: Story) -> None:
    """A host that does what it is told 50 ms later, and a player who slows down and hurries."""
    events: list[Event] = [*story.state(State.ARMED), *story.stand(0.0), *story.state(State.FOLLOWING)]
    for until_q, bpm in ((8.0, 120.0), (16.0, 108.0), (24.0, 126.0), (32.0, 118.0)):
        events += story.play(until_q, bpm)
    queue: Timed = []
    host_q, speed, before_s = 0.0, 0.0, 0.0
    worst_s = 0.0
    for event in events:
        host_q += speed * (event.at - before_s)
        before_s = event.at
        queue += [(event.at + 0.05, action) for action in elastic.take(event)]
        while queue and queue[0][0] <= event.at + 1e-9:
            match queue.pop(0)[1]:
                case Tempo(bpm):
                    speed = bpm / 60.0
                case Locate(place, _):
                    host_q = place.quarters
        if isinstance(event, Position) and event.at > 0.2:
            worst_s = max(worst_s, abs(event.q - host_q) / (event.bpm / 60.0))
    assert worst_s < 0.15


def test_a_host_without_tempo_is_put_right_at_bar_lines(fixed: Following, story: Story) -> None:
    actions = begun(fixed, story, 16.0, 100.0)
    assert not only(actions, Tempo)
    put = [(at_s, action.place) for at_s, action in actions if isinstance(action, Locate) and action.rolling]
    assert [round(place.quarters) for _, place in put] == [0, 4, 8, 12]


def test_a_host_without_tempo_is_left_alone_when_it_fits(fixed: Following, story: Story) -> None:
    assert len(only(begun(fixed, story, 16.0, 120.0), Locate)) == 2  # ready, and at the start


def test_a_host_that_says_it_is_late_is_put_right(fixed: Following, story: Story) -> None:
    begun(fixed, story, 6.0, 120.0)
    fixed.seen_at(story.at_s - 0.3, story.at_s)
    (locate,) = only(told(fixed, story.play(8.5, 120.0)), Locate)
    assert locate.place.quarters == pytest.approx(8.0, abs=0.1)
    fixed.seen_at(3.0, story.at_s)  # it has hardly had the time to obey
    assert not only(told(fixed, story.play(13.0, 120.0)), Locate)


def test_cues_are_fired_ahead_and_once(elastic: Following, story: Story) -> None:
    actions = begun(elastic, story, 18.0, 120.0)
    cues = [(at_s, action.label) for at_s, action in actions if isinstance(action, Cue)]
    assert [label for _, label in cues] == ["start", "A", "B 2"]
    assert cues[1][0] == pytest.approx(4.0 - 0.05, abs=0.021)  # lead time before the mark is reached
    again = told(elastic, story.jump(4.0)) + told(elastic, story.play(10.0, 120.0))
    assert only(again, Cue) == [Cue("A")]


def test_marks_become_markers_once(fixed: Following, story: Story) -> None:
    actions = begun(fixed, story, 18.0, 120.0)
    actions += told(fixed, story.jump(4.0)) + told(fixed, story.play(18.0, 120.0))
    assert only(actions, Marker) == [Marker(4.0, "A", 1), Marker(8.0, "B 2", 2)]
