"""What the Ladder is to learn, as numbers to make small."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from repetiteur.models.ladder.answer import VOTES_OF_ONE
from repetiteur.models.ladder.batches import Batch

LATE_WEIGHT = 0.1
PLACE_WEIGHT = 0.1
NOT_THERE = -1e4


def loss_of(told: tuple[Tensor, Tensor], batch: Batch) -> dict[str, Tensor]:
    """Its parts; each a mean over the tokens it speaks of."""
    written, heard = told
    return {
        "played": _entropy(written[..., 0], batch.played, batch.played_weight),
        "late": LATE_WEIGHT * _mean(
            functional.smooth_l1_loss(written[..., 1], batch.late, reduction="none"), batch.late_weight
        ),
        "struck": _entropy(heard[..., 0], batch.struck, batch.trace_weight * batch.is_trace),
        "extra": _entropy(heard[..., 1], batch.extra, batch.extra_weight * batch.is_trace),
        "place": PLACE_WEIGHT * _place(written[..., 2], heard[..., 2], batch),
    }  # fmt: skip


def _place(here: Tensor, elsewhere: Tensor, batch: Batch) -> Tensor:
    """That the player is at one of the keys that are right, or elsewhere where that is."""
    votes = VOTES_OF_ONE * (elsewhere * batch.is_trace).sum(1, keepdim=True)
    told = torch.cat([here.masked_fill(~batch.is_written, NOT_THERE), votes], 1).log_softmax(1)
    right = torch.cat([batch.here, batch.elsewhere[:, None]], 1) > 0
    known = right.any(1)
    entropy = -told.masked_fill(~right, NOT_THERE).logsumexp(1)
    return _mean(torch.where(known, entropy, 0.0), known.float())


def _entropy(logits: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    return _mean(functional.binary_cross_entropy_with_logits(logits, truth, reduction="none"), weight)


def _mean(values: Tensor, weight: Tensor) -> Tensor:
    return (values * weight).sum() / torch.clamp(weight.sum(), min=1.0)
