"""Who may steer when other machines are let in."""

from __future__ import annotations

import pytest

from repetiteur.bridges.wire.admission import MOST_ADMITTED, Admission
from repetiteur.bridges.wire.control import AskScoreInfo, LoadScore, Ping, RefusedError
from repetiteur.realtime.inputs import Pause

HERE, THERE = "127.0.0.1", "192.168.1.7"
STEERING = [Pause(0.0), LoadScore("/etc/passwd")]


@pytest.mark.parametrize("request_", STEERING)
def test_this_machine_may_and_another_needs_the_token(request_: Pause | LoadScore) -> None:
    admission = Admission("let-me-in")
    admission.check(HERE, request_)
    with pytest.raises(RefusedError):
        admission.check(THERE, request_)
    admission.offer(THERE, "let-me-in")
    admission.check(THERE, request_)
    with pytest.raises(RefusedError):
        admission.check("192.168.1.8", request_)


def test_listening_and_asking_need_none() -> None:
    for request_ in (Ping(1), AskScoreInfo()):
        Admission("let-me-in").check(THERE, request_)


@pytest.mark.parametrize(
    "token", ["", "let-me", "let-me-in ", None, 7, 1.5, b"let-me-in", "\ud800", ["let-me-in"]]
)
def test_another_token_opens_nothing(token: object) -> None:
    admission = Admission("let-me-in")
    with pytest.raises(RefusedError):
        admission.offer(THERE, token)
    with pytest.raises(RefusedError):
        admission.check(THERE, Pause(0.0))


def test_without_a_token_there_is_no_question() -> None:
    admission = Admission()
    admission.offer(THERE, "whatever")
    admission.check(THERE, Pause(0.0))


def test_those_who_came_first_are_forgotten_first() -> None:
    admission = Admission("let-me-in")
    for number in range(MOST_ADMITTED + 1):
        admission.offer(f"10.0.0.{number}", "let-me-in")
    with pytest.raises(RefusedError):
        admission.check("10.0.0.0", Pause(0.0))
    admission.check("10.0.0.1", Pause(0.0))
