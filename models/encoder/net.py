"""The roll encoder: every key looks at its own partials with the same eyes, and all keys hear of each other.

Causal throughout: a hop's output needs that hop and the past. The same small filters serve all 88 keys (a
key's pitch only moves where it looks), so what is learnt from one is known of all; a narrow path through all
keys at once, fed by the descriptors, tells each what else is sounding.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from repetiteur.models.encoder.descriptors import DESCRIPTORS
from repetiteur.models.encoder.heads import HEADS, KEYS
from repetiteur.models.encoder.shape import KERNEL, REACH, Shape, interval
from repetiteur.models.encoder.spectra import BINS, WINDOWS, harmonic_taps


class Block(nn.Module):
    """One look back in time and one along the keys."""

    def __init__(self, width: int, dilation: int, interval: int) -> None:
        super().__init__()
        self.past = (KERNEL - 1) * dilation
        reach = (REACH // 2) * interval
        self.time = nn.Conv2d(width, width, (KERNEL, 1), dilation=(dilation, 1))
        self.pitch = nn.Conv2d(width, width, (1, REACH), dilation=(1, interval), padding=(0, reach))

    def forward(self, keys: Tensor) -> Tensor:
        seen = torch.relu(self.time(nn.functional.pad(keys, (0, 0, self.past, 0))))
        return keys + torch.relu(self.pitch(seen))


class Common(nn.Module):
    """The narrow path through all keys and the descriptors."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.out_channels = shape.common_out
        self.gather = nn.Conv2d(shape.width, shape.common_in, 1)
        self.enter = nn.Linear(shape.common_in * KEYS + DESCRIPTORS, shape.common_width)
        self.time = nn.ModuleList(
            nn.Conv1d(
                shape.common_width, shape.common_width, KERNEL,
                dilation=dilation, padding=(KERNEL - 1) * dilation,
            )
            for dilation in shape.common_dilations
        )  # fmt: skip
        self.leave = nn.Linear(shape.common_width, shape.common_out * KEYS)
        self.spread = nn.Conv2d(shape.common_out, shape.width, 1)

    def forward(self, keys: Tensor, descriptors: Tensor) -> Tensor:
        state = self.begin(keys, descriptors)
        for layer in self.time:
            state = state + torch.relu(layer(state)[:, :, : state.shape[2]])
        return keys + self.end(state)

    def begin(self, keys: Tensor, descriptors: Tensor) -> Tensor:
        """(batch, common_width, hops): what all keys and the descriptors say, before any look back."""
        told = self.gather(keys).permute(0, 2, 1, 3).flatten(2)  # (batch, hops, common_in * KEYS)
        return torch.relu(self.enter(torch.cat([told, descriptors.to(told.dtype)], 2))).transpose(1, 2)

    def end(self, state: Tensor) -> Tensor:
        """What each key is told."""
        batch, _, hops = state.shape
        answer = self.leave(state.transpose(1, 2)).view(batch, hops, self.out_channels, KEYS)
        as_keys = answer.transpose(1, 2).contiguous(memory_format=torch.channels_last)
        return self.spread(torch.relu(as_keys))


class EncoderNet(nn.Module):
    """(batch, hops, 3, BINS) spectra and (batch, hops, DESCRIPTORS) to logits (batch, hops, KEYS, HEADS)."""

    def __init__(self, shape: Shape = Shape()) -> None:  # noqa: B008 (frozen)
        super().__init__()
        self.shape = shape
        taps = torch.tensor(harmonic_taps())
        on_all = torch.arange(len(WINDOWS))[None, :, None] * (BINS + 1) + taps[:, None, :]
        self.register_buffer("places", on_all.reshape(-1), False)
        self.taps = on_all.shape[1] * on_all.shape[2]
        self.look = nn.Linear(self.taps, shape.width)
        self.key = nn.Parameter(torch.zeros(1, 1, KEYS, shape.width))  # what differs between the keys
        self.blocks = nn.ModuleList(
            Block(shape.width, dilation, interval(number))
            for number, dilation in enumerate(shape.dilations)
        )
        self.common = nn.ModuleDict({str(after): Common(shape) for after in shape.common_after})
        self.hidden = nn.Conv2d(shape.width, shape.head_width, 1)
        self.heads = nn.Conv2d(shape.head_width, HEADS, 1)
        self._begin()

    def _begin(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv1d | nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        with torch.no_grad():  # begin close to passing everything on
            self.look.weight *= 0.5
            for block in self.blocks:
                cast(Block, block).pitch.weight.mul_(0.2)
            for common in self.common.values():
                cast(Common, common).spread.weight.mul_(0.1)
        nn.init.normal_(self.heads.weight, std=0.02)
        nn.init.constant_(cast(Tensor, self.heads.bias), -3.0)  # most keys are silent most of the time

    def forward(self, spectra: Tensor, descriptors: Tensor) -> Tensor:
        keys = self.begin(spectra)
        for number, block in enumerate(self.blocks):
            keys = block(keys)
            if str(number) in self.common:
                keys = self.common[str(number)](keys, descriptors)
        return self.end(keys)

    def begin(self, spectra: Tensor) -> Tensor:
        """(batch, width, hops, KEYS): what each key sees of its partials in each hop."""
        batch, hops = spectra.shape[:2]
        grid = nn.functional.pad(spectra, (1, 0)).flatten(2)  # place 0 of each window is silence
        seen = grid[:, :, cast(Tensor, self.places)].view(batch, hops, KEYS, self.taps)
        return torch.relu(self.look(seen) + self.key).permute(0, 3, 1, 2)  # channels last in memory

    def end(self, keys: Tensor) -> Tensor:
        """Logits of what the keys have come to."""
        return self.heads(torch.relu(self.hidden(keys))).permute(0, 2, 3, 1)
