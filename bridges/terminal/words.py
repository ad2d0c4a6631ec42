"""How a musician says it: spelled pitches, places in the score, verdicts in a sentence."""

from __future__ import annotations

import numpy as np

from repetiteur.realtime.events import Mistake, MistakeKind, State
from repetiteur.realtime.score import Score

BARS_AROUND = 6  # that the key of a bar is judged by, on each side
_LETTERS = "FCGDAEB"  # up in fifths; F is 0
_SIGNS = {-1: "♭", 0: "", 1: "♯"}
_LOWEST, _HIGHEST = -7, 13  # fifths that need no double sign
STATE_WORDS = {
    State.IDLE: "idle",
    State.ARMED: "waiting for the first note",
    State.FOLLOWING: "following",
    State.COASTING: "waiting for you",
    State.LOST: "lost, listening for where you are",
    State.PAUSED: "paused",
    State.ENDED: "ended",
}
_FRACTIONS = {0.25: "¼", 0.333: "⅓", 0.5: "½", 0.667: "⅔", 0.75: "¾"}


class Speller:
    """Spells MIDI pitches in the key of the place. Made once per score."""

    def __init__(self, score: Score) -> None:
        self._score = score
        counts = np.zeros((len(score.bars), 12))
        np.add.at(counts, (score.notes["bar"], score.notes["pitch"] % 12), 1.0)
        sums = np.vstack([np.zeros(12), np.cumsum(counts, axis=0)])
        bar = np.arange(len(score.bars))
        around = (
            sums[np.minimum(bar + BARS_AROUND + 1, len(score.bars))] - sums[np.maximum(bar - BARS_AROUND, 0)]
        )
        self._signatures = np.argmax(around @ _IN_KEY.T + _FEW_SIGNS, axis=1) - 6

    def spell(self, pitch: int, q: float) -> str:
        """``F♯4`` for 66 where sharps are at home; C4 is the middle C."""
        signature = int(self._signatures[self._score.bar_at(q)])
        lowest = signature - 2  # of the twelve fifths in use, from a flattened third to a raised fourth
        fifth = lowest + (7 * (pitch - 5) - lowest) % 12
        fifth += 12 * (fifth < _LOWEST) - 12 * (fifth > _HIGHEST)
        alter, letter = fifth // 7, _LETTERS[fifth % 7]
        return f"{letter}{_SIGNS[alter]}{(pitch - alter) // 12 - 1}"


# Row k: which of the twelve pitch classes belong to the key of k - 6 sharps (flats below zero).
_IN_KEY = np.array(
    [[float((7 * (pitch - 5) - signature) % 12 < 7) for pitch in range(12)] for signature in range(-6, 7)]
)
_FEW_SIGNS = -0.01 * np.abs(np.arange(-6, 7))


def beat(number: float) -> str:
    """``2½`` for 2.5; two decimals where there is no such sign."""
    whole = int(number + 0.01)
    rest = number - whole
    if rest < 0.01:
        return str(whole)
    for fraction, sign in _FRACTIONS.items():
        if abs(rest - fraction) < 0.01:
            return f"{whole}{sign}"
    return f"{number:.2f}"


def place(score: Score, q: float, which_pass: int) -> str:
    """``bar 12 beat 2½``, and the time through when it is not the first."""
    return f"{bar(score.bar_labels[score.bar_at(q)], which_pass)} beat {beat(score.beat_at(q))}"


def bar(label: str, which_pass: int) -> str:
    """``bar 12``, ``bar 12 (2nd time)``."""
    return f"bar {label}" if which_pass <= 1 else f"bar {label} ({_ordinal(which_pass)} time)"


def verdict(mistake: Mistake, speller: Speller) -> str:
    """``played F4 instead of F♯4``."""
    played = "" if mistake.played is None else speller.spell(mistake.played, mistake.q)
    expected = "" if mistake.expected is None else speller.spell(mistake.expected, mistake.q)
    match mistake.kind:
        case MistakeKind.MISSED:
            return f"left out {expected}"
        case MistakeKind.EXTRA:
            return f"an extra {played}"
        case MistakeKind.WRONG:
            return f"played {played} instead of {expected}"


def sentence(mistake: Mistake, score: Score, speller: Speller) -> str:
    """``bar 12 beat 3: played F4 instead of F♯4``."""
    return f"{place(score, mistake.q, mistake.pass_)}: {verdict(mistake, speller)}"


def counted(number: int, thing: str) -> str:
    """``1 bar``, ``2 bars``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def duration(seconds: float) -> str:
    """``1 min 14 s``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}th" if 10 < number % 100 < 14 else f"{number}{ending}"
