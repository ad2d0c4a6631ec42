from __future__ import annotations

from repetiteur.bridges.assets import PERFORMANCE, SCORE
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.scores import load_score
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import NoteStatus
from repetiteur.realtime.inputs import (
    AskLadder,
    GotoBar,
    HeardEnd,
    HeardNote,
    HeardTrace,
    Loop,
    RulesAlone,
    SetProperty,
    Tick,
)
from repetiteur.realtime.recovery import History
from repetiteur.realtime.timeline import with_ticks

ITEMS = list(with_ticks(read_performance(PERFORMANCE)[:60]))


def lived(history: History, engine: Engine) -> None:
    """Half of it, another score in between."""
    history.told(len(engine.open()))
    for item in ITEMS[:700]:
        history.told(len(engine.push(item)))
        history.add(item)
    other = load_score(SCORE)
    history.told(len(engine.load(other, ITEMS[699].t_s)))
    history.loaded(other, ITEMS[699].t_s)
    for item in ITEMS[700:1000]:
        history.told(len(engine.push(item)))
        history.add(item)


def test_the_engine_again_goes_on_as_the_old_one_would() -> None:
    score = load_score(SCORE)
    history, engine = History(score), Engine(score)
    lived(history, engine)
    again = history.engine_again()
    assert again is not None and again is not engine
    rest = ITEMS[1000:]
    assert [again.push(item) for item in rest] == [engine.push(item) for item in rest]


def test_too_much_is_not_kept() -> None:
    score = load_score(SCORE)
    for history in (History(score, most=500), History(score, room=1000)):
        lived(history, Engine(score))
        assert not history.whole and history.engine_again() is None


def test_every_kind_of_input_comes_back_as_it_was() -> None:
    score = load_score(SCORE)
    given = [
        HeardNote(0.1, 0, NoteStatus.PROVISIONAL, 60, 1 / 3, 64, 0.7), Tick(0.11), Tick(0.12), Tick(0.12345),
        HeardTrace(0.2, -1, 60, 0.04, *[0.1] * 7), RulesAlone(0.2), HeardEnd(0.3, 0, 0.25), AskLadder(0.3),
        Tick(0.3), Tick(0.31), SetProperty(0.31, "mode", "wait"), GotoBar(0.4, "12a", 2), Loop(0.5, "1", "3"),
    ]  # fmt: skip
    history = History(score)
    for item in given:
        history.add(item)
    history.loaded(score, 0.6)
    assert list(history._items()) == [*given, (score, 0.6)]


def test_an_engine_that_tells_otherwise_the_second_time_is_refused() -> None:
    score = load_score(SCORE)
    history, engine = History(score), Engine(score)
    lived(history, engine)
    history.told(1)
    assert history.engine_again() is None
