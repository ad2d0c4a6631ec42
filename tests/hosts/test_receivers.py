"""Other programs really receive our events: Pure Data and SuperCollider with the files that ship, liblo,
and the examples in four languages. All that are installed hear one bar of one session."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest

from repetiteur.bridges.scores import load_score
from repetiteur.bridges.session_controls import SessionControls
from repetiteur.bridges.wire.endpoint import LOCAL, Endpoint
from repetiteur.bridges.wire.osc_server import OscServer
from repetiteur.realtime.inputs import NoteOn
from repetiteur.realtime.session import Session

from .audience import PureData, Running, SuperCollider, those_installed
from .conftest import marked_score

BEATS = [("1", 0, beat, 1) for beat in (1, 2, 3, 4)]
EXAMPLE_SAYS = ["listening", "armed", "following", *(f"bar 1 beat {beat}" for beat in (1, 2, 3, 4)), "ended"]

Audience = Mapping[str, Running]


@pytest.fixture(scope="module")
def audience(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audience]:
    """Everybody, after the bar."""
    with ExitStack() as ends:
        running: dict[str, Running] = {}
        for program in those_installed():
            one = running[program.name] = Running(program, tmp_path_factory.mktemp(program.name))
            ends.callback(one.end)
        for one in running.values():
            one.wait_until(one.program.is_ready)
        _play_a_bar([port for one in running.values() for port in one.program.ports])
        for one in running.values():
            one.wait_until(one.program.is_through)
        yield running


def _play_a_bar(ports: list[int]) -> None:
    """A real session: somebody plays four quarters, a quarter of a second each."""
    score = marked_score(240.0)
    session = Session(score)
    targets = [Endpoint(LOCAL, port) for port in ports]
    session.add_sink(OscServer(SessionControls(session, load_score), 0, targets=targets))
    session.start()
    for pitch in score.notes["pitch"][:4].tolist():
        session.submit(NoteOn(session.now_s(), pitch, 80))
        time.sleep(0.25)
    session.stop()


def among(audience: Audience, name: str) -> Running:
    if name not in audience:
        pytest.skip(f"needs {name}")
    return audience[name]


@pytest.mark.parametrize("language", ["python", "javascript", "c", "sclang"])
def test_an_example_tells_where_the_player_is(language: str, audience: Audience) -> None:
    lines = among(audience, language).said().splitlines()
    assert [line for line in lines if line in EXAMPLE_SAYS] == EXAMPLE_SAYS
    mistakes = [line for line in lines if line.startswith(("missed", "extra", "wrong"))]
    assert all(line.startswith("missed: expected") for line in mistakes)  # of the bars nobody played


def test_liblo_prints_what_it_is_told(audience: Audience) -> None:
    lines = [line.partition(" ")[2] for line in among(audience, "oscdump").said().splitlines()]
    for bar, index, beat, time_through in BEATS:
        assert f'/repetiteur/beat siii "{bar}" {index} {beat} {time_through}' in lines
    assert '/repetiteur/state s "following"' in lines
    assert sum(line.startswith("/repetiteur/match iisfiif ") for line in lines) == 4


def test_the_pure_data_patch(audience: Audience) -> None:
    """Beats come out of ``[receive repetiteur-beat]``, and what is asked of it reaches the session."""
    pd = among(audience, "pd")
    assert isinstance(pd.program, PureData)
    receiver = pd.program.receiver
    assert receiver.values("/pd/beat") == BEATS
    assert receiver.values("/repetiteur/goto/bar") == [(5.0,)]
    assert receiver.values("/repetiteur/pause") != []
    assert "error" not in pd.said().lower()


def test_the_supercollider_class(audience: Audience) -> None:
    sclang = among(audience, "sclang")
    assert isinstance(sclang.program, SuperCollider)
    assert sclang.program.receiver.values("/sc/beat") == BEATS
    assert sclang.program.receiver.values("/repetiteur/goto/bar") == [("5",)]
