"""Batches of training music: what was drawn made to sound, on the device that will learn from it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import torch
from torch import Tensor

from repetiteur.models.encoder.heads import HOP_SAMPLES
from repetiteur.models.encoder.targets import Targets, targets_of
from repetiteur.models.studio.drawing import Plan, drawn_ahead
from repetiteur.models.studio.mixing import Mixer
from repetiteur.models.studio.recording import through_rooms
from repetiteur.models.studio.stretches import Stretch


@dataclass(frozen=True, slots=True)
class Batch:
    sound: Tensor  # (stretches, samples)
    targets: Targets  # of the stretches' hops and one moment more


def batches(
    plan: Plan, mixer: Mixer, first: int, workers: int, device: torch.device
) -> Generator[Batch, None, None]:
    """Without end, from the batch numbered ``first``; the next one is made in a thread meanwhile."""

    def make() -> Batch:
        found = next(drawn)
        return sound_of(found.stretches, found.noise_seed, mixer, plan.lead_in, plan.hops, device)

    drawn = drawn_ahead(plan, first, workers)
    with ThreadPoolExecutor(1, "studio") as studio:
        try:
            waiting = studio.submit(make)
            while True:
                batch = waiting.result()
                waiting = studio.submit(make)
                yield batch
        finally:
            studio.shutdown()
            drawn.close()


def sound_of(
    stretches: Sequence[Stretch], noise_seed: int, mixer: Mixer, lead_in: int, hops: int, device: torch.device
) -> Batch:
    """Mix every part, put it behind the first, send all through their rooms."""
    samples = lead_in + hops * HOP_SAMPLES
    noise = torch.Generator(device).manual_seed(noise_seed)
    fronts = mixer.mix([stretch.parts[0] for stretch in stretches], samples)
    behind = [(row, part) for row, stretch in enumerate(stretches) for part in stretch.parts[1:]]
    if behind:
        backs = mixer.mix([part for _, part in behind], samples)
        for back, (row, part) in zip(backs, behind, strict=True):
            fronts[row] += back * (10 ** (part.level_db / 20) * _rms(fronts[row]) / _rms(back))
    sound = through_rooms(fronts, [stretch.room for stretch in stretches], noise)
    return Batch(sound, targets_of([stretch.notes for stretch in stretches], hops + 1, device))


def _rms(sound: Tensor) -> Tensor:
    return sound.square().mean().sqrt().clamp_min(1e-6)
