"""Later input never changes earlier events, and nothing depends on how input is cut up."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.wire.json_lines import encode
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.inputs import Finish, Input, NoteOn
from repetiteur.realtime.score import Score
from repetiteur.realtime.timeline import with_ticks

PLAYED_S = 32.0  # of the bundled performance: wrong note, hesitation, repeat, missed note


@pytest.fixture(scope="module")
def score() -> Score:
    return load_score(assets.SCORE)


@pytest.fixture(scope="module")
def inputs() -> list[Input]:
    return list(with_ticks(item for item in read_performance(assets.PERFORMANCE) if item.t_s < PLAYED_S))


def told(score: Score, inputs: list[Input]) -> list[list[bytes]]:
    """Encoded events of the opening and of each input."""
    engine = Engine(score)
    return [[encode(event) for event in engine.open()]] + [
        [encode(event) for event in engine.push(item)] for item in inputs
    ]


def joined(batches: list[list[bytes]]) -> bytes:
    return b"".join(line for batch in batches for line in batch)


@pytest.fixture(scope="module")
def whole(score: Score, inputs: list[Input]) -> list[list[bytes]]:
    return told(score, inputs)


def test_two_runs_are_identical(score: Score, inputs: list[Input], whole: list[list[bytes]]) -> None:
    assert joined(told(score, inputs)) == joined(whole)


@pytest.mark.parametrize("share", [0.03, 0.21, 0.34, 0.55, 0.8, 0.97])
def test_what_comes_later_changes_nothing(
    score: Score, inputs: list[Input], whole: list[list[bytes]], share: float
) -> None:
    cut = int(share * len(inputs))
    assert told(score, inputs[:cut]) == whole[: cut + 1]


def test_ending_early_changes_nothing_told_before(
    score: Score, inputs: list[Input], whole: list[list[bytes]]
) -> None:
    cut = len(inputs) // 2
    ended = told(score, [*inputs[:cut], Finish(inputs[cut].t_s)])
    assert ended[: cut + 1] == whole[: cut + 1]


def test_other_music_afterwards_changes_nothing_told_before(
    score: Score, inputs: list[Input], whole: list[list[bytes]]
) -> None:
    cut = len(inputs) // 3
    t_s = inputs[cut].t_s
    noise = [NoteOn(t_s + 0.01 * k, 30 + 7 * k % 60, 64) for k in range(40)]
    assert told(score, [*inputs[:cut], *noise])[: cut + 1] == whole[: cut + 1]


def test_it_does_not_matter_how_the_input_is_cut_up(
    score: Score, inputs: list[Input], whole: list[list[bytes]]
) -> None:
    die = Random(5)
    engine = Engine(score)
    lines = [encode(event) for event in engine.open()]
    coming = iter(inputs)
    while batch := list(islice(coming, die.randrange(1, 400))):
        events = [event for item in batch for event in engine.push(item)]
        lines += map(encode, events)
    assert b"".join(lines) == joined(whole)


def test_two_engines_side_by_side_do_not_disturb_each_other(
    score: Score, inputs: list[Input], whole: list[list[bytes]]
) -> None:
    one, other = Engine(score), Engine(score)
    lines = [encode(event) for event in one.open()]
    other.open()
    for k, item in enumerate(inputs):
        lines += map(encode, one.push(item))
        if k % 3:
            other.push(item)
    assert b"".join(lines) == joined(whole)


def test_every_event_is_stamped_with_the_newest_input(score: Score, inputs: list[Input]) -> None:
    engine = Engine(score)
    seq = len(engine.open())
    for item in inputs:
        for event in engine.push(item):
            assert event.at == item.t_s
            assert event.seq == seq
            seq += 1
