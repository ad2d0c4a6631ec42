"""What a training run keeps to be gone on with."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Protocol

import torch

from repetiteur.bridges.training.files import write_whole
from repetiteur.realtime.errors import InputError

CHECKPOINT = "checkpoint.pt"
MAY_DIFFER = {"steps"}  # from the recipe of the checkpoint: a run may be made longer


class Recipe(Protocol):
    def as_plain(self) -> dict[str, Any]: ...


class Trainer(Protocol):
    @property
    def recipe(self) -> Recipe: ...

    def state(self) -> dict[str, Any]: ...

    def restore(self, state: dict[str, Any]) -> None: ...


def keep(trainer: Trainer, folder: Path) -> None:
    content = io.BytesIO()  # in memory first: torch does not say that a disk is full
    torch.save(trainer.state(), content)
    write_whole(folder / CHECKPOINT, content.getvalue())


def take_up(trainer: Trainer, folder: Path) -> bool:
    """Go on from the folder's checkpoint. Gives whether there is one."""
    checkpoint = folder / CHECKPOINT
    if not checkpoint.exists():
        return False
    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        different = _different(state["recipe"], trainer.recipe.as_plain())
        if not different:
            trainer.restore(state)
    except Exception as error:  # torch raises whatever comes to hand on a damaged file
        problem = f"damaged, or no checkpoint ({type(error).__name__})"
        raise InputError(str(checkpoint), problem, "delete it, or give another --out") from error
    if different:
        problem = f"it was made with {different}"
        raise InputError(str(checkpoint), problem, "give the same again, or another --out")
    return True


def _different(kept: dict[str, Any], wanted: dict[str, Any]) -> str:
    """Which parts of a checkpoint's recipe are not as they are wanted now."""
    names = sorted((set(kept) | set(wanted)) - MAY_DIFFER)
    told = [
        f"{name} {kept.get(name)} (now {wanted.get(name)})"
        for name in names
        if kept.get(name) != wanted.get(name)
    ]
    return ", ".join(told)
