"""A quick examination during training: held-out pieces on a held-out piano, onset F1 of every look-ahead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from repetiteur.models.encoder.heads import HOP_S, HOP_SAMPLES, LOWEST_KEY, ONSET_DELAYS
from repetiteur.models.studio.mixing import CpuMixer
from repetiteur.models.studio.performance import Performance
from repetiteur.models.studio.pianos import Piano, Touch, strokes
from repetiteur.models.studio.recording import through_rooms
from repetiteur.models.studio.room import draw_room
from repetiteur.models.studio.stretches import Part, later, within

HOPS = 1200
SKIPPED_S = 1.0  # at the beginning of a question
TOLERANCE_S = 0.05
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6)
PLAIN = Touch(cents=0.0, key_cents=0.0, release_s=0.08, undamped_top=False)
DRY_LEVEL = 0.3


@dataclass(frozen=True, slots=True)
class Question:
    sound: np.ndarray
    notes: np.ndarray  # PLAYED, in seconds of the question


@dataclass(frozen=True, slots=True)
class Mark:
    """At the threshold where F1 is highest."""

    f1: float
    precision: float
    recall: float
    threshold: float


def questions(
    performances: Sequence[Performance], piano: Piano, many: int, lead_in: int, seed: int
) -> list[Question]:
    """Every other one in a room, the rest dry."""
    random = np.random.default_rng(seed)
    mixer, length_s = CpuMixer([piano]), HOPS * HOP_S
    found = []
    for number in range(many):
        performance = performances[random.integers(len(performances))]
        begin_s = random.uniform(0, max(1.0, performance.duration_s - length_s - 1))
        notes = within(performance.notes, begin_s, length_s)
        struck = later(strokes(piano, notes, PLAIN, random), lead_in)
        sound = mixer.mix([Part(0, struck, 0.0)], lead_in + HOPS * HOP_SAMPLES)
        if number % 2:
            sound = through_rooms(sound, [draw_room(random)], torch.Generator().manual_seed(number))
        else:
            sound = sound * (DRY_LEVEL / sound.abs().max().clamp_min(1e-9))
        found.append(Question(sound[0].numpy(), notes))
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
    """How many were right, were told, were played."""
    middle = onset[1:-1]
    hop, key = np.nonzero((middle >= threshold) & (middle > onset[:-2]) & (middle >= onset[2:]))
    told_s = (hop + 2 - delay) * HOP_S
    last_s = len(onset) * HOP_S - 0.3
    counted = (told_s > SKIPPED_S) & (told_s < last_s)
    told_s, key = told_s[counted], key[counted]
    played = notes[(notes["onset_s"] > SKIPPED_S) & (notes["onset_s"] < last_s)]
    right = 0
    for pitch in np.unique(played["pitch"]):
        of_key = np.sort(told_s[key == pitch - LOWEST_KEY])
        right += _pairs(of_key, played["onset_s"][played["pitch"] == pitch])
    return right, len(told_s), len(played)


def _pairs(told_s: np.ndarray, played_s: np.ndarray) -> int:
    """The most pairs within the tolerance; both rise."""
    pairs = told = 0
    for onset_s in played_s:
        while told < len(told_s) and told_s[told] < onset_s - TOLERANCE_S:
            told += 1
        if told < len(told_s) and told_s[told] <= onset_s + TOLERANCE_S:
            pairs += 1
            told += 1
    return pairs


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
