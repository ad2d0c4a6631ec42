"""What usually goes with some facts, learnt from one example after the other; older ones fade."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repetiteur.kernels.jit import kernel


class Belief(NamedTuple):
    """A sum of the facts, each so many times: what is believed to begin with, and what was seen since."""

    believed: np.ndarray  # how many times, for each fact
    firmly: np.ndarray  # ... and as firmly as after so many examples that had nothing but this fact, 1
    seen: np.ndarray  # (facts, facts): of the examples, each fact times each
    came: np.ndarray  # (facts,): ... each fact times the value that came with it
    room: np.ndarray  # (facts, facts + 1) to work in


def new_belief(believed: tuple[float, ...], firmly: tuple[float, ...]) -> Belief:
    """Nothing seen yet. The one function here that makes arrays."""
    many = len(believed)
    seen, came, room = np.zeros((many, many)), np.zeros(many), np.zeros((many, many + 1))
    return Belief(np.array(believed), np.array(firmly), seen, came, room)


@kernel
def learn(belief, facts, value, fades):
    """Take in that ``value`` came with ``facts``; what usually comes with them, this example included.
    ``fades``: what an older example counts for, with every new one."""
    seen, came, room = belief.seen, belief.came, belief.room
    many = len(facts)
    for row in range(many):
        came[row] = fades * came[row] + facts[row] * value
        for column in range(many):
            seen[row, column] = fades * seen[row, column] + facts[row] * facts[column]
            room[row, column] = seen[row, column]
        room[row, row] += belief.firmly[row]
        room[row, many] = came[row] + belief.firmly[row] * belief.believed[row]
    for row in range(many):  # no pivots: what stands on the diagonal is above 0
        for below in range(row + 1, many):
            share = room[below, row] / room[row, row]
            for column in range(row, many + 1):
                room[below, column] -= share * room[row, column]
    usual = 0.0
    for row in range(many - 1, -1, -1):
        for column in range(row + 1, many):
            room[row, many] -= room[row, column] * room[column, many]
        room[row, many] /= room[row, row]
        usual += facts[row] * room[row, many]
    return usual
