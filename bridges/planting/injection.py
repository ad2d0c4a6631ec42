"""Plants mistakes into a performance and keeps the truth about them.

``published`` is the procedure for synthetic practice errors as a paper describes it: each
note is drawn with probability λ ~ U(0.1, 0.4), and is left out, or gets a wrong key, or
moves a little, or gets a stray note beside it, all equally likely.

``released`` is what the code behind the published data does: of the notes drawn, one in
sixteen each is left out, gets a wrong key, a wrong key corrected at once, or a stray note
after it; the other twelve only move. All drawn notes that still sound move by N(0, 0.3 s),
which tears chords and melodies apart.

In both only plain notes are drawn: leaving out a note that need not be played is no mistake.
The key that a wrong one replaces was due when the wrong one sounded.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from repetiteur.bridges.planting.complete import Meant
from repetiteur.bridges.planting.strokes import Stroke

SHARE = (0.1, 0.4)  # of notes drawn
LITTLE_S, MUCH_S = 0.02, 0.3  # standard deviations
KEPT = 16

NEARBY_S = 1.0  # a planted key must not be one the score asks for this near


@dataclass(frozen=True, slots=True)
class Planted:
    """The performance with its mistakes. Truth as (time_s, pitch); a wrong key is one of each."""

    strokes: tuple[Stroke, ...]
    missed: tuple[tuple[float, int], ...]
    extra: tuple[tuple[float, int], ...]


def published(meant: Sequence[Meant], seed: int) -> Planted:
    """See the module. Order and length of the whole stay."""
    chance = Random(seed)
    strokes, missed, extra = [], [], []
    share = chance.uniform(*SHARE)
    for index, note in enumerate(meant):
        stroke = note.stroke
        is_drawn = chance.random() < share and note.is_plain
        what = chance.choice(("missed", "wrong", "moved", "stray")) if is_drawn else "kept"
        if what == "missed":
            missed.append((stroke.onset_s, stroke.pitch))
        if what in ("wrong", "stray"):
            pitch = other_key(chance, meant, index, lambda: int(chance.gauss(0.0, 1.0)))
            planted = replace(stroke, pitch=pitch, onset_s=_moved_s(stroke, chance.gauss(0.0, LITTLE_S)))
            strokes.append(planted)
            extra.append((planted.onset_s, pitch))
            if what == "wrong":
                missed.append((planted.onset_s, stroke.pitch))
        if what == "moved":
            stroke = replace(stroke, onset_s=_moved_s(stroke, chance.gauss(0.0, LITTLE_S)))
        if what in ("kept", "moved", "stray"):
            strokes.append(stroke)
    return in_order(strokes, missed, extra)


def released(meant: Sequence[Meant], seed: int) -> Planted:
    """See the module. Order and length of the whole stay."""
    chance = Random(seed)
    strokes, missed, extra = [], [], []
    drawn = _drawn(chance, len(meant))
    for index, note in enumerate(meant):
        stroke = note.stroke
        what = chance.randrange(16) if index in drawn and note.is_plain else KEPT
        if what == KEPT:
            strokes.append(stroke)
            continue
        if what == 0:
            missed.append((stroke.onset_s, stroke.pitch))
            continue
        lasts_s = stroke.duration_s * min(max(chance.gauss(1.0, 0.02), 0.5), 2.0)
        moved = replace(stroke, onset_s=_moved_s(stroke, chance.gauss(0.0, MUCH_S)), duration_s=lasts_s)
        if what > 3:
            strokes.append(moved)
            continue
        pitch = other_key(chance, meant, index, lambda: int(chance.gauss(0.0, 1.0)))
        planted = replace(moved, pitch=pitch)
        if what == 1:
            missed.append((planted.onset_s, stroke.pitch))
        elif what == 2:
            short_s = stroke.duration_s / 8 + chance.uniform(
                -stroke.duration_s / 32, 3 * stroke.duration_s / 8
            )
            planted = replace(planted, duration_s=short_s)
            strokes.append(replace(moved, onset_s=moved.onset_s + short_s))
        elif what == 3:
            until_s = meant[min(index + 1, len(meant) - 1)].stroke.onset_s
            planted = replace(planted, onset_s=chance.uniform(stroke.onset_s, max(until_s, stroke.onset_s)))
            strokes.append(moved)
        strokes.append(planted)
        extra.append((planted.onset_s, pitch))
    return in_order(strokes, missed, extra)


def until(planted: Planted, end_s: float) -> Planted:
    """What was played, and due, before then."""
    return Planted(
        tuple(stroke for stroke in planted.strokes if stroke.onset_s < end_s),
        tuple(note for note in planted.missed if note[0] < end_s),
        tuple(note for note in planted.extra if note[0] < end_s),
    )


def _moved_s(stroke: Stroke, by_s: float) -> float:
    return max(0.0, stroke.onset_s + by_s)


def _drawn(chance: Random, notes: int) -> frozenset[int]:
    wanted = math.ceil(chance.uniform(*SHARE) * notes)
    wanted += chance.randint(-(wanted // 2), wanted // 2)
    return frozenset(chance.sample(range(notes), min(max(wanted, 0), notes)))


def other_key(chance: Random, meant: Sequence[Meant], index: int, step: Callable[[], int]) -> int:
    """A key off by ``step()`` that no note nearby asks for; in a crowd the nearest free one."""
    pitch = meant[index].stroke.pitch
    taken = _pitches_near(meant, index)
    for _ in range(50):
        other = pitch + step()
        if other != pitch and 0 <= other <= 127 and other not in taken:
            return other
    return min((p for p in range(21, 109) if p not in taken), key=lambda p: (abs(p - pitch), p))


def _pitches_near(meant: Sequence[Meant], index: int) -> set[int]:
    at_s = meant[index].stroke.onset_s
    first = bisect_left(meant, at_s - NEARBY_S, key=lambda note: note.stroke.onset_s)
    last = bisect_left(meant, at_s + NEARBY_S, key=lambda note: note.stroke.onset_s)
    return {note.stroke.pitch for note in meant[first:last]}


def in_order(
    strokes: list[Stroke], missed: list[tuple[float, int]], extra: list[tuple[float, int]]
) -> Planted:
    """Everything sorted by time."""
    by_onset = sorted(strokes, key=lambda stroke: (stroke.onset_s, stroke.pitch))
    return Planted(tuple(by_onset), tuple(sorted(missed)), tuple(sorted(extra)))
