"""What the Ladder is to learn, as numbers to make small."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from repetiteur.models.ladder.batches import Batch

LATE_WEIGHT = 0.1


def loss_of(told: tuple[Tensor, Tensor], batch: Batch) -> dict[str, Tensor]:
    """Its parts; each a mean over the tokens it speaks of."""
    written, heard = told
    return {
        "played": _entropy(written[..., 0], batch.played, batch.played_weight),
        "late": LATE_WEIGHT * _mean(
            functional.smooth_l1_loss(written[..., 1], batch.late, reduction="none"), batch.late_weight
        ),
        "struck": _entropy(heard[..., 0], batch.struck, batch.trace_weight * batch.is_trace),
        "extra": _entropy(heard[..., 1], batch.extra, batch.trace_weight * batch.is_trace),
    }  # fmt: skip


def _entropy(logits: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    return _mean(functional.binary_cross_entropy_with_logits(logits, truth, reduction="none"), weight)


def _mean(values: Tensor, weight: Tensor) -> Tensor:
    return (values * weight).sum() / torch.clamp(weight.sum(), min=1.0)
