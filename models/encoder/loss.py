"""How far the heads are from what they should have said."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from repetiteur.models.encoder.heads import (
    EARLY_DELAY,
    FRAME,
    FRAME_EARLY,
    KEYS,
    OFFSET,
    ONSET_DELAYS,
    SURE_DELAY,
    VELOCITY,
    VELOCITY_EARLY,
)
from repetiteur.models.encoder.targets import Targets

ONSET_WEIGHTS = (0.2, 0.3, 0.5, 1.1, 0.8, 1.0)  # one for each delay
FRAME_EARLY_WEIGHT, FRAME_WEIGHT, OFFSET_WEIGHT, VELOCITY_WEIGHT = 0.1, 0.3, 0.6, 60.0


def loss_of(logits: Tensor, targets: Targets, warm: int) -> dict[str, Tensor]:
    """Parts of the loss, each per hop. ``logits`` are (batch, hops, 88, heads), ``targets`` have one moment
    more than hops. The first ``warm`` hops do not count: what sounds there began before the stretch."""
    hops = logits.shape[1]
    said = logits[:, warm:].float()

    def at(target: Tensor, delay: int) -> Tensor:
        """What a head with this delay should have said: hop ``t`` speaks of the moment ``t + 1 - delay``."""
        return target[:, warm + 1 - delay : hops + 1 - delay]

    def part(head: int, target: Tensor, delay: int) -> Tensor:
        return KEYS * cross_entropy(said[..., head], at(target, delay))

    def struck(head: int, delay: int) -> Tensor:
        counts = at(targets.struck, delay)
        each = cross_entropy(said[..., head], at(targets.velocity, delay), weight=counts, reduction="sum")
        return KEYS * each / counts.numel()

    onsets = torch.stack([part(number, targets.onset, delay) for number, delay in enumerate(ONSET_DELAYS)])
    return {
        "onset": (onsets * onsets.new_tensor(ONSET_WEIGHTS)).sum(),
        "frame": FRAME_WEIGHT * part(FRAME, targets.frame, SURE_DELAY)
        + FRAME_EARLY_WEIGHT * part(FRAME_EARLY, targets.frame, EARLY_DELAY),
        "offset": OFFSET_WEIGHT * part(OFFSET, targets.offset, SURE_DELAY),
        "velocity": VELOCITY_WEIGHT * (struck(VELOCITY, SURE_DELAY) + struck(VELOCITY_EARLY, EARLY_DELAY)),
    }
