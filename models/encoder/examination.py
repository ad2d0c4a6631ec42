"""A quick examination during training: held-out pieces on a held-out piano, onset F1 of every look-ahead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from repetiteur.models.encoder.heads import HOP_S, HOP_SAMPLES, LOWEST_KEY, ONSET_DELAYS
from repetiteur.models.studio.mixing import Mixer
from repetiteur.models.studio.performance import Performance
from repetiteur.models.studio.pianos import Keyboard, Touch, strokes
from repetiteur.models.studio.recording import through_rooms
from repetiteur.models.studio.room import draw_room
from repetiteur.models.studio.stretches import Part, within

HOPS = 1200
SKIPPED_S = 1.0  # at the beginning of a question
LEFT_OUT_S = 0.3  # at its end
TOLERANCE_S = 0.05
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6)
PLAIN = Touch(cents=0.0, key_cents=0.0, release_s=0.08, undamped_top=False)
DRY_LEVEL = 0.3


@dataclass(frozen=True, slots=True)
class Question:
    """Some seconds of a held-out piece."""

    sound: np.ndarray  # samples, the lead-in first
    notes: np.ndarray  # PLAYED, in seconds of the question


@dataclass(frozen=True, slots=True)
class Mark:
    """At the threshold where F1 is highest."""

    f1: float
    precision: float
    recall: float
    threshold: float


def questions(
    performances: Sequence[Performance], keyboard: Keyboard, mixer: Mixer, many: int, lead_in: int, seed: int
) -> list[Question]:
    """On the mixer's only instrument, which has this ``keyboard``; every other one in a room, the rest dry.
    A question's time 0 is its sample ``lead_in``."""
    random = np.random.default_rng(seed)
    length_s = HOPS * HOP_S
    found = []
    for number in range(many):
        performance = performances[int(random.integers(len(performances)))]
        begin_s = random.uniform(0, max(1.0, performance.duration_s - length_s - 1))
        notes = within(performance.notes, begin_s, length_s)
        struck = strokes(keyboard, notes, PLAIN, lead_in, random)
        sound = mixer.mix([Part(0, struck, 0.0)], lead_in + HOPS * HOP_SAMPLES)
        if number % 2:
            noise = torch.Generator(sound.device).manual_seed(number)
            sound = through_rooms(sound, [draw_room(random)], noise)
        else:
            sound = sound * (DRY_LEVEL / sound.abs().max().clamp_min(1e-9))
        found.append(Question(sound[0].cpu().numpy(), notes))
    return found


def examine(hear: Callable[[np.ndarray], np.ndarray], asked: Sequence[Question]) -> dict[int, Mark]:
    """``hear`` gives evidence (hops, 88, heads) of one question's sound. Marks by delay in hops."""
    counts = np.zeros((len(ONSET_DELAYS), len(THRESHOLDS), 3), int)
    for question in asked:
        evidence = hear(question.sound)
        for head, delay in enumerate(ONSET_DELAYS):
            for number, threshold in enumerate(THRESHOLDS):
                counts[head, number] += _found(evidence[:, :, head], question.notes, delay, threshold)
    return {delay: _mark(counts[head]) for head, delay in enumerate(ONSET_DELAYS)}


def _found(onset: np.ndarray, notes: np.ndarray, delay: int, threshold: float) -> tuple[int, int, int]:
    """How many were right, were told, were played, the beginning and the end left out. What was told of a
    note counts when the note does."""
    middle = onset[1:-1]
    hop, key = np.nonzero((middle >= threshold) & (middle > onset[:-2]) & (middle >= onset[2:]))
    last_s = len(onset) * HOP_S - LEFT_OUT_S

    def counts(onset_s: np.ndarray) -> int:
        return int(np.count_nonzero((onset_s > SKIPPED_S) & (onset_s < last_s)))

    right = wrong = 0
    for of_key in np.union1d(key, notes["pitch"] - LOWEST_KEY):
        told_s = (hop[key == of_key] + 2 - delay) * HOP_S
        played_s = notes["onset_s"][notes["pitch"] == of_key + LOWEST_KEY]
        told, played = _pairs(told_s, played_s)
        right += counts(played_s[played])
        wrong += counts(np.delete(told_s, told))
    return right, right + wrong, counts(notes["onset_s"])


def _pairs(told_s: np.ndarray, played_s: np.ndarray) -> tuple[list[int], list[int]]:
    """The most pairs within the tolerance, as places in both; both rise."""
    pairs: list[tuple[int, int]] = []
    told = 0
    for played, onset_s in enumerate(played_s):
        while told < len(told_s) and told_s[told] < onset_s - TOLERANCE_S:
            told += 1
        if told < len(told_s) and told_s[told] <= onset_s + TOLERANCE_S:
            pairs.append((told, played))
            told += 1
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _mark(counts: np.ndarray) -> Mark:
    right, told, played = counts.T.astype(float)
    f1 = 2 * right / np.maximum(told + played, 1)
    best = int(np.argmax(f1))
    return Mark(
        f1=round(float(f1[best]), 4),
        precision=round(float(right[best] / max(told[best], 1)), 4),
        recall=round(float(right[best] / max(played[best], 1)), 4),
        threshold=THRESHOLDS[best],
    )
