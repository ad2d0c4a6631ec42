"""What the heads should have said about stretches of music, from their notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from repetiteur.models.encoder.heads import HOP_S, KEYS, LOWEST_KEY, TRIANGLE_HOPS

REACH = int(np.ceil(TRIANGLE_HOPS))
STRUCK = 1  # hops before and after an onset in which the velocity counts


@dataclass(frozen=True, slots=True)
class Targets:
    """Each (batch, moments, 88) float32; moment ``m`` is ``m * HOP_S`` after the stretch's beginning."""

    onset: Tensor  # triangles
    offset: Tensor  # triangles
    frame: Tensor  # 1 while a note sounds
    velocity: Tensor  # velocity / 128 near an onset
    struck: Tensor  # 1 where velocity counts


def targets_of(stretches: Sequence[np.ndarray], moments: int, device: torch.device) -> Targets:
    """Of the notes (``PLAYED``, in seconds of the stretch, by onset) of every stretch of a batch.

    Those outside it leave no trace. Made where they are needed: only the notes go to the ``device``.
    """
    notes = np.concatenate(stretches)
    stretch = np.repeat(np.arange(len(stretches)), [len(each) for each in stretches])
    row = stretch * KEYS + notes["pitch"] - LOWEST_KEY
    columns = row, notes["onset_s"] / HOP_S, notes["offset_s"] / HOP_S, notes["velocity"] / 128
    on_device = torch.from_numpy(np.stack(columns).astype(np.float64)).to(device)
    canvas = _Canvas(len(stretches), moments, on_device[0].long())
    start, end = on_device[1], on_device[2]
    velocity = torch.nn.functional.pad(on_device[3].float(), (0, 1))  # the last is for no note at all
    nearest = canvas.latest(start.round().long()[:, None] + torch.arange(-STRUCK, STRUCK + 1, device=device))
    return Targets(
        onset=canvas.triangles(start),
        offset=canvas.triangles(end),
        frame=canvas.between(start.ceil().long(), end.ceil().long()),
        velocity=velocity[nearest],
        struck=(nearest >= 0).float(),
    )


class _Canvas:
    """Draws something for each note, in its own row; a row is one key of one stretch. A moment before the
    first and one after the last catch what lies outside."""

    def __init__(self, batch: int, moments: int, rows: Tensor) -> None:
        self.batch, self.moments, self.rows = batch, moments, rows
        self.size = moments + 2

    def triangles(self, moment: Tensor) -> Tensor:
        near = moment.floor().long()[:, None] + torch.arange(1 - REACH, REACH + 1, device=moment.device)
        height = (1 - (near - moment[:, None]).abs() / TRIANGLE_HOPS).clamp_min(0).float()
        blank = torch.zeros(self.batch * KEYS * self.size, device=moment.device)
        return self._view(blank.scatter_reduce_(0, self._places(near), height.flatten(), "amax"))

    def between(self, begin: Tensor, end: Tensor) -> Tensor:
        """1 from ``begin`` to before ``end``."""
        blank = torch.zeros(self.batch * KEYS * self.size, dtype=torch.int32, device=begin.device)
        one = torch.ones(len(begin), dtype=torch.int32, device=begin.device)
        blank.scatter_add_(0, self._places(begin), one)
        blank.scatter_add_(0, self._places(torch.maximum(begin, end)), -one)
        sounding = blank.view(-1, self.size).cumsum(1) > 0
        return self._view(sounding.float().flatten())

    def latest(self, near: Tensor) -> Tensor:
        """(batch, moments, 88): the number of the last of the notes that are ``near``; -1 where none is."""
        number = torch.arange(len(near), device=near.device)[:, None].expand_as(near)
        blank = torch.full((self.batch * KEYS * self.size,), -1, device=near.device)
        return self._view(blank.scatter_reduce_(0, self._places(near), number.flatten(), "amax"))

    def _places(self, moment: Tensor) -> Tensor:
        rows = self.rows if moment.ndim == 1 else self.rows[:, None]
        return (rows * self.size + (moment + 1).clamp(0, self.size - 1)).flatten()

    def _view(self, drawn: Tensor) -> Tensor:
        return drawn.view(self.batch, KEYS, self.size)[:, :, 1:-1].transpose(1, 2).contiguous()
