"""Training the Ladder on a CPU: one step at a time; its state can be kept and taken up again."""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch

from repetiteur.models.ladder.batches import batch_of
from repetiteur.models.ladder.lessons import Lesson, asked_rows
from repetiteur.models.ladder.loss import loss_of
from repetiteur.models.ladder.net import LadderNet
from repetiteur.models.ladder.shape import Shape

LEARNT_AFTER = 50  # steps until the full learning rate
LAST_RATE = 0.02  # of the full learning rate, at the end
LONGEST_STEP = 1.0  # norm of the gradient
AVERAGED = 0.998  # how slowly the averaged weights, which are the ones kept, follow
AT_ONCE = 8  # batches drawn, of which one is taken
OFTENER = 2  # how often views are taken in which a verdict was about to be told


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a run is made of. The same recipe and lessons on the same machine give the same weights."""

    steps: int
    shape: Shape = field(default_factory=Shape)
    batch: int = 32  # views
    rate: float = 3e-3
    decay: float = 0.01  # of the weights
    seed: int = 1

    def as_plain(self) -> dict[str, Any]:
        return asdict(self) | {"shape": self.shape.as_plain()}


class Trainer:
    """Owns the net, its slow average and the optimiser. Thread: one."""

    def __init__(self, recipe: Recipe, lesson: Lesson) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.done = recipe, 0
        self.net = LadderNet(recipe.shape)
        self.average = copy.deepcopy(self.net).eval()
        self._lesson, self._asked = lesson, asked_rows(lesson)
        self._pool = np.concatenate([np.arange(len(lesson)), *[sorted(self._asked)] * (OFTENER - 1)])
        self._sizes = np.diff(lesson.seen["traces"], prepend=0)
        matrices = [weight for weight in self.net.parameters() if weight.ndim > 1]
        others = [weight for weight in self.net.parameters() if weight.ndim <= 1]
        groups = [
            {"params": matrices, "weight_decay": recipe.decay},
            {"params": others, "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, recipe.rate, betas=(0.9, 0.98))

    @property
    def views(self) -> int:
        """How many there are to learn from."""
        return len(self._lesson)

    def step(self) -> dict[str, float]:
        """Learn from one batch. Gives the parts of its loss."""
        random = np.random.default_rng([self.recipe.seed, self.done])
        batch = batch_of(self._lesson, self._some(random), self._asked, random)
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.rate * self.pace()
        parts = loss_of(self.net(batch), batch)
        self.net.zero_grad(set_to_none=True)
        torch.stack(list(parts.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), LONGEST_STEP)
        self.optimiser.step()
        self.done += 1
        self._follow()
        return {name: float(part.detach()) for name, part in parts.items()}

    def _some(self, random: np.random.Generator) -> list[int]:
        """Views of about the same number of traces, so that little is padded."""
        drawn = random.choice(self._pool, AT_ONCE * self.recipe.batch)
        drawn = drawn[np.argsort(self._sizes[drawn], kind="stable")]
        first = random.integers(AT_ONCE) * self.recipe.batch
        return drawn[first : first + self.recipe.batch].tolist()

    def pace(self) -> float:
        """The learning rate of the step to come, as a share of the full one."""
        share = self.done / self.recipe.steps
        rising = min(1.0, (self.done + 1) / LEARNT_AFTER)
        return rising * max(LAST_RATE, 0.5 + 0.5 * float(np.cos(np.pi * share)))

    def state(self) -> dict[str, Any]:
        """Everything that has to be kept to go on later."""
        return {
            "recipe": self.recipe.as_plain(),
            "done": self.done,
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.done = state["done"]
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])

    @torch.no_grad()
    def _follow(self) -> None:
        slow = min(AVERAGED, (1 + self.done) / (10 + self.done))
        for averaged, current in zip(self.average.parameters(), self.net.parameters(), strict=True):
            averaged.lerp_(current, 1 - slow)
