"""Batches of training music, made ahead in threads; the sound on the device that will learn from it.

What is in the k-th batch of a seed is the same on any machine.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from repetiteur.models.encoder.heads import HOP_SAMPLES
from repetiteur.models.encoder.targets import Targets, targets_of
from repetiteur.models.studio.mixing import CpuMixer, GpuMixer, Mixer
from repetiteur.models.studio.pianos import Piano
from repetiteur.models.studio.recording import through_rooms
from repetiteur.models.studio.stretches import Material, Stretch, draw_stretch

TARGETS = ("onset", "offset", "frame", "velocity", "struck")


@dataclass(frozen=True, slots=True)
class Batch:
    sound: Tensor  # (stretches, samples)
    targets: dict[str, Tensor]  # each (stretches, hops + 1, 88)


def mixer_for(device: torch.device, instruments: Sequence[Piano]) -> Mixer:
    return GpuMixer(instruments, device) if device.type == "cuda" else CpuMixer(instruments)


def batches(
    material: Material,
    stretches: int,
    lead_in: int,
    hops: int,
    seed: int,
    first: int,
    threads: int,
    device: torch.device,
) -> Iterator[Batch]:
    """Without end, from the batch numbered ``first``, made ahead in ``threads``."""
    seconds = np.array([performance.duration_s for performance in material.performances])
    chances = seconds / seconds.sum()
    mixer = mixer_for(device, material.instruments)

    def make(number: int) -> Batch:
        random = np.random.default_rng([seed, number])
        drawn = [draw_stretch(material, chances, lead_in, hops, random) for _ in range(stretches)]
        return sound_of(drawn, int(random.integers(1 << 31)), mixer, lead_in, hops, device)

    with ThreadPoolExecutor(threads, "studio") as pool:
        waiting: deque[Future[Batch]] = deque()
        number = first
        while True:
            while len(waiting) <= threads:
                waiting.append(pool.submit(make, number))
                number += 1
            yield waiting.popleft().result()


def sound_of(
    drawn: Sequence[Stretch], noise_seed: int, mixer: Mixer, lead_in: int, hops: int, device: torch.device
) -> Batch:
    """Mix every part, put it behind the first, send all through their rooms."""
    samples = lead_in + hops * HOP_SAMPLES
    noise = torch.Generator(device).manual_seed(noise_seed)
    fronts = mixer.mix([stretch.parts[0] for stretch in drawn], samples)
    behind = [(row, part) for row, stretch in enumerate(drawn) for part in stretch.parts[1:]]
    if behind:
        backs = mixer.mix([part for _, part in behind], samples)
        for back, (row, part) in zip(backs, behind, strict=True):
            fronts[row] += back * (10 ** (part.level_db / 20) * _rms(fronts[row]) / _rms(back))
    sound = through_rooms(fronts, [stretch.room for stretch in drawn], noise)
    targets = [targets_of(stretch.notes, hops + 1) for stretch in drawn]
    return Batch(sound, {name: _stacked(targets, name).to(device) for name in TARGETS})


def _rms(sound: Tensor) -> Tensor:
    return sound.square().mean().sqrt().clamp_min(1e-6)


def _stacked(targets: Sequence[Targets], name: str) -> Tensor:
    return torch.from_numpy(np.stack([getattr(each, name) for each in targets]))
