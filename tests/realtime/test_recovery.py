from __future__ import annotations

from repetiteur.bridges.assets import PERFORMANCE, SCORE
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.scores import load_score
from repetiteur.realtime.engine import Engine
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
    history, engine = History(score, most=500), Engine(score)
    lived(history, engine)
    assert not history.whole and history.engine_again() is None


def test_an_engine_that_tells_otherwise_the_second_time_is_refused() -> None:
    score = load_score(SCORE)
    history, engine = History(score), Engine(score)
    lived(history, engine)
    history.told(1)
    assert history.engine_again() is None
