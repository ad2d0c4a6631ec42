"""What the Ladder says of a view."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

WRITTEN_HEADS = 3  # played, how late, here
HEARD_HEADS = 3  # struck, extra, elsewhere
VOTES_OF_ONE = 0.125  # what a single trace counts towards being elsewhere


class Answer(NamedTuple):
    """Probabilities, for each row of the view."""

    played: np.ndarray  # each written key was played
    struck: np.ndarray  # each trace was struck
    extra: np.ndarray  # each trace was struck, and is not written
    here: np.ndarray  # the player has reached the chord of this written key, and no later one
    elsewhere: float  # or he plays nothing of what is written here: with ``here`` it all sums to 1
