"""Training the encoder: one step at a time, on a CPU or a GPU. Its state can be kept and taken up again."""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from repetiteur.models.encoder.descriptors import Descriptors
from repetiteur.models.encoder.heads import HOP_S
from repetiteur.models.encoder.loss import loss_of
from repetiteur.models.encoder.muon import Muon
from repetiteur.models.encoder.net import EncoderNet
from repetiteur.models.encoder.normalised import folded, normalised
from repetiteur.models.encoder.shape import Shape
from repetiteur.models.encoder.spectra import Spectra
from repetiteur.models.encoder.targets import Targets

WARM_HOPS = 100  # at the beginning of a stretch, where what sounds began before it: they do not count
LEARNT_AFTER = 150  # steps until the full learning rate
LAST_RATE = 0.02  # of the full learning rate, at the end
LONGEST_STEP = 1.0  # norm of the gradient
AVERAGED = 0.999  # how slowly the averaged weights, which are the ones kept, follow
WITHOUT_DESCRIPTORS = 0.1  # share of stretches, so that what they are worth can be measured


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a run is made of. The same recipe on the same machine gives the same weights."""

    steps: int
    width: int = 32
    batch: int = 4  # stretches to a step
    hops: int = 700  # to a stretch
    rate: float = 2e-3  # of AdamW, for the ends of the net and all that is no matrix
    matrix_rate: float = 0.02  # of Muon, for the matrices between
    decay: float = 0.35  # the last share of the steps, in which the learning rate falls
    seed: int = 1

    @property
    def hours_per_step(self) -> float:
        return self.batch * self.hops * HOP_S / 3600

    def as_plain(self) -> dict[str, object]:
        return asdict(self)


class Trainer:
    """Owns the net, its slow average and the optimiser. Thread: one."""

    def __init__(self, recipe: Recipe, device: torch.device) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.device, self.done = recipe, device, 0
        self.net = normalised(Shape(width=recipe.width)).to(device)
        self.average = copy.deepcopy(self.net).eval()
        self.spectra, self.descriptors = Spectra().to(device), Descriptors().to(device)
        matrices = [named for named in self.net.named_parameters() if named[1].ndim > 1]
        inner = [weight for name, weight in matrices if _is_inner(name)]
        outer = [weight for name, weight in matrices if not _is_inner(name)]
        others = [weight for weight in self.net.parameters() if weight.ndim <= 1]
        groups = [{"params": outer, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}]
        self.optimisers = (
            torch.optim.AdamW(groups, recipe.rate, betas=(0.9, 0.98)),
            Muon(inner, recipe.matrix_rate),
        )
        self.full_rates = [[group["lr"] for group in each.param_groups] for each in self.optimisers]

    def step(self, sound: Tensor, targets: Targets) -> dict[str, Tensor]:
        """Learn from one batch of ``sound`` (batch, samples). Gives the parts of its loss."""
        self._set_rates()
        with torch.no_grad():
            spectra, amplitudes = self.spectra(sound)
            described = self.descriptors(amplitudes)
            kept = (torch.rand(len(described), 1, 1) >= WITHOUT_DESCRIPTORS).to(self.device)
        with self.narrow():
            logits = self.net(spectra, described * kept)
        parts = loss_of(logits, targets, WARM_HOPS)
        self.net.zero_grad(set_to_none=True)
        torch.stack(list(parts.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), LONGEST_STEP)
        for optimiser in self.optimisers:
            optimiser.step()
        self.done += 1
        self._follow()
        return {name: part.detach() for name, part in parts.items()}

    def pace(self) -> float:
        """The learning rate of the step to come, as a share of the full one."""
        share = self.done / self.recipe.steps
        rising = min(1.0, (self.done + 1) / LEARNT_AFTER)
        return rising * min(1.0, max(LAST_RATE, (1 - share) / self.recipe.decay))

    def plain(self) -> EncoderNet:
        """The averaged weights as the net that is used."""
        return folded(self.average)

    @torch.no_grad()
    def hear(self, sound: Tensor) -> Tensor:
        """Evidence (batch, hops, 88, heads) by the averaged weights."""
        spectra, amplitudes = self.spectra(sound)
        with self.narrow():
            return self.average(spectra, self.descriptors(amplitudes)).float().sigmoid()

    def narrow(self) -> torch.autocast:
        """bfloat16 where the machine multiplies it quicker."""
        quick = self.device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()  # (no public way to ask)
        return torch.autocast(self.device.type, torch.bfloat16, enabled=quick)

    def state(self) -> dict[str, Any]:
        """Everything that has to be kept to go on later."""
        return {
            "recipe": self.recipe.as_plain(),
            "done": self.done,
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "random": torch.get_rng_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.done = state["done"]
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        for optimiser, kept in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        torch.set_rng_state(state["random"])

    def _set_rates(self) -> None:
        pace = self.pace()
        for optimiser, rates in zip(self.optimisers, self.full_rates, strict=True):
            for group, rate in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = rate * pace

    @torch.no_grad()
    def _follow(self) -> None:
        slow = min(AVERAGED, (1 + self.done) / (10 + self.done))
        for averaged, current in zip(self.average.parameters(), self.net.parameters(), strict=True):
            averaged.lerp_(current, 1 - slow)
        for averaged, current in zip(self.average.buffers(), self.net.buffers(), strict=True):
            averaged.copy_(current)


def _is_inner(name: str) -> bool:
    """Between the first look and the heads."""
    return name.startswith(("blocks.", "common."))
