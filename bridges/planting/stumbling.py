"""Plants the mistakes people make at the piano, and keeps the truth about them.

Neighbour keys; neighbour keys corrected at once, which takes time; octave slips; lost inner
voices; single notes left out; a key struck twice; hesitations; and, after a stumble, the bar
begun again. The replayed notes of a bar are neither extra nor a second chance to miss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from random import Random

from repetiteur.bridges.planting.complete import Meant
from repetiteur.bridges.planting.injection import Planted, in_order, other_key
from repetiteur.bridges.planting.strokes import Stroke


class Slip(StrEnum):
    NEIGHBOUR = "neighbour key"
    CORRECTED = "neighbour key, corrected"
    OCTAVE = "octave slip"
    INNER_VOICE = "inner voice lost"
    DROPPED = "left out"
    TWICE = "struck twice"


RATES = {
    Slip.NEIGHBOUR: 0.012,
    Slip.CORRECTED: 0.004,
    Slip.OCTAVE: 0.002,
    Slip.INNER_VOICE: 0.012,
    Slip.DROPPED: 0.006,
    Slip.TWICE: 0.003,
}  # per note
HESITATION, RESTART = 0.004, 0.0015  # per chord
CORRECTION_S, HESITATION_S, RESTART_S, TWICE_S = (0.15, 0.5), (0.3, 1.5), (0.4, 1.2), (0.09, 0.18)
BRUSHED_S = 0.1  # how long a wrong key is held that is corrected at once
CHORD_S = 0.04  # notes this close are one chord


def human(meant: Sequence[Meant], seed: int) -> Planted:
    """See the module. What takes time moves all that follows."""
    player = _Player(meant, Random(seed))
    for index in range(len(meant)):
        player.go_on(index)
    return in_order(player.strokes, player.missed, player.extra)


class _Player:
    def __init__(self, meant: Sequence[Meant], chance: Random) -> None:
        self._meant = meant
        self._chance = chance
        self._late_s = 0.0
        self.strokes: list[Stroke] = []
        self.missed: list[tuple[float, int]] = []
        self.extra: list[tuple[float, int]] = []

    def go_on(self, index: int) -> None:
        """The next note, with what may come before it."""
        note = self._meant[index]
        if index and note.stroke.onset_s - self._meant[index - 1].stroke.onset_s > CHORD_S:
            if self._chance.random() < HESITATION:
                self._late_s += self._chance.uniform(*HESITATION_S)
            if self._chance.random() < RESTART:
                self._begin_bar_again(index)
        slip = self._slip() if note.is_plain else None
        if slip is None or (slip is Slip.INNER_VOICE and not self._is_inner(index)):
            self._play(note)
        elif slip in (Slip.DROPPED, Slip.INNER_VOICE):
            self.missed.append((note.stroke.onset_s + self._late_s, note.stroke.pitch))
        elif slip is Slip.TWICE:
            self._play_twice(note)
        else:
            self._play_wrong(index, slip)

    def _slip(self) -> Slip | None:
        draw = self._chance.random()
        for slip, rate in RATES.items():
            if draw < rate:
                return slip
            draw -= rate
        return None

    def _play(self, note: Meant) -> Stroke:
        stroke = replace(note.stroke, onset_s=note.stroke.onset_s + self._late_s)
        self.strokes.append(stroke)
        return stroke

    def _play_twice(self, note: Meant) -> None:
        first = self._play(note)
        gap_s = self._chance.uniform(*TWICE_S)
        self.strokes[-1] = replace(first, duration_s=min(first.duration_s, gap_s / 2))
        self.strokes.append(replace(first, onset_s=first.onset_s + gap_s))
        self.extra.append((first.onset_s + gap_s, first.pitch))

    def _play_wrong(self, index: int, slip: Slip) -> None:
        steps = (-12, 12) if slip is Slip.OCTAVE else (-2, -1, 1, 2)
        pitch = other_key(self._chance, self._meant, index, lambda: self._chance.choice(steps))
        note = self._meant[index]
        wrong = replace(self._play(note), pitch=pitch)
        self.extra.append((wrong.onset_s, pitch))
        if slip is not Slip.CORRECTED:
            self.strokes[-1] = wrong
            self.missed.append((wrong.onset_s, note.stroke.pitch))
            return
        self.strokes[-1] = replace(wrong, duration_s=BRUSHED_S)
        self._late_s += self._chance.uniform(*CORRECTION_S)
        self._play(note)

    def _begin_bar_again(self, index: int) -> None:
        """Unless something in it was left out: then right and wrong would be a matter of taste."""
        bar = self._meant[index - 1].bar_travel_q - 1e-6
        again = [note for note in self._meant[:index] if note.travel_q >= bar]
        begin_s = again[0].stroke.onset_s + self._late_s
        if any(time_s >= begin_s for time_s, _ in self.missed):
            return
        pause_s = self._chance.uniform(*RESTART_S)
        self._late_s = self.strokes[-1].onset_s + pause_s - again[0].stroke.onset_s
        for note in again:
            self._play(note)

    def _is_inner(self, index: int) -> bool:
        """Neither top nor bottom of a chord."""
        note = self._meant[index]
        around = self._meant[max(0, index - 10) : index + 11]
        chord = [other.stroke.pitch for other in around if abs(other.travel_q - note.travel_q) < 1e-6]
        return min(chord) < note.stroke.pitch < max(chord)
