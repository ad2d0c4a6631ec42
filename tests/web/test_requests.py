"""What viewers ask the session for, and what is not done."""

from __future__ import annotations

import pytest

from repetiteur.realtime import inputs

from .client import Connect
from .pretending import Pretended


def test_control_words_are_those_of_the_wires(pretended: Pretended, connect: Connect) -> None:
    client = connect()
    client.watch()
    loop = {"do": "loop", "first": "2", "last": "4"}
    goto = {"do": "goto/beat", "beat": 6.0}
    for words in ({"do": "pause"}, goto, loop):
        assert client.ask(words)["ok"]
    assert pretended.commands == [
        inputs.Pause(1.0), inputs.GotoBeat(1.0, 6.0), inputs.Loop(1.0, "2", "4"),
    ]  # fmt: skip
    assert client.ask({"do": "get", "property": "tempo"})["value"] == 1.0


@pytest.mark.parametrize(
    "words",
    [
        {"do": "score/load", "path": "/etc/passwd"},
        {"do": "score/choose", "name": "../../etc/passwd"},
        {"do": "score/choose", "name": "/etc/passwd"},
        {"do": "score/choose", "name": ["x"]},
        {"do": "score/choose"},
        {"do": "subscribe", "port": 1},
        {"do": "goto/beat", "beat": "NaN"},
        {"do": "goto/beat", "beat": 1e999},
        {"do": "goto/bar", "bar": "x" * 5000},
        {"do": "start", "port": 1},
        {"do": 7}, {}, [], "start", None, {"do": None}, {"do": {"a": 1}}, {"do": "start\x00"},
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_answered_and_changes_nothing(
    pretended: Pretended, connect: Connect, words: object
) -> None:
    client = connect()
    client.watch()
    client.say(words)
    answer = client.until("answer")
    assert not answer["ok"] and answer["fault"] and answer["remedy"]
    assert pretended.commands == []
    assert client.ask({"do": "start"})["ok"]


def test_a_recording_offers_what_it_can(pretended: Pretended, connect: Connect) -> None:
    pretended.words = frozenset({"pause", "resume"})
    client = connect()
    client.watch()
    first = client.messages()
    assert first[1]["words"] == ["pause", "resume"] and first[6]["names"] == []
    assert not client.ask({"do": "goto/beat", "beat": 3.0})["ok"]
    assert client.ask({"do": "pause"})["ok"]
    assert connect().request("/score?a.mid", "POST", b"x", Origin=f"http://localhost:{client.port}")[0] == 409
