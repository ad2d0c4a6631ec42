"""The roll encoder a few hops at a time, in torch: what it must remember goes in and comes out as a state.

All sizes are fixed once the batch and the hops of one step are: such a step can be captured, exported or
built for another runtime. Chunks of any length give what the whole gives at once. Steps never write into the
state they are given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from repetiteur.kernels.spectral_grid import KEYS
from repetiteur.models.encoder.net import Block, Common, EncoderNet
from repetiteur.models.encoder.shape import KERNEL


@dataclass(frozen=True, slots=True)
class StreamState:
    """The last inputs of every convolution over time: ``2 * dilation`` hops of each."""

    blocks: tuple[Tensor, ...]  # (batch, width, hops, KEYS), in the order of the blocks
    common: tuple[Tensor, ...]  # (batch, common_width, hops), path by path, layer by layer


class StreamingEncoder:
    """Steps through a network, which it shares and never changes."""

    def __init__(self, net: EncoderNet) -> None:
        self.net = net.eval()

    def init_state(self, batch: int = 1) -> StreamState:
        """Of listeners that have heard nothing."""
        shape, like = self.net.shape, self.net.key

        def past(channels: int, dilation: int, *keys: int) -> Tensor:
            return like.new_zeros(batch, channels, (KERNEL - 1) * dilation, *keys)

        return StreamState(
            tuple(past(shape.width, dilation, KEYS) for dilation in shape.dilations),
            tuple(
                past(shape.common_width, dilation)
                for _ in shape.common_after
                for dilation in shape.common_dilations
            ),
        )

    @torch.no_grad()
    def step(self, spectra: Tensor, descriptors: Tensor, state: StreamState) -> tuple[Tensor, StreamState]:
        """(batch, hops, 3, BINS) and (batch, hops, DESCRIPTORS) to (batch, hops, KEYS, HEADS) logits."""
        return step(self.net, spectra, descriptors, state)


def step(
    net: EncoderNet, spectra: Tensor, descriptors: Tensor, state: StreamState
) -> tuple[Tensor, StreamState]:
    """As ``StreamingEncoder.step``, of tensors alone: it can be traced."""
    keys = net.begin(spectra)
    blocks: list[Tensor] = []
    common: dict[int, list[Tensor]] = {}
    layers = len(net.shape.common_dilations)
    for number, (block, past) in enumerate(zip(net.blocks, state.blocks, strict=True)):
        keys, kept = _block_step(cast(Block, block), keys, past)
        blocks.append(kept)
        if number in net.shape.common_after:
            path = net.shape.common_after.index(number)
            keys, common[path] = _common_step(
                cast(Common, net.common[str(number)]),
                keys, descriptors, state.common[path * layers : (path + 1) * layers],
            )  # fmt: skip
    after = StreamState(tuple(blocks), tuple(kept for path in sorted(common) for kept in common[path]))
    return net.end(keys), after


def _block_step(block: Block, keys: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
    both = torch.cat([past, keys], 2)
    seen = torch.relu(block.time(both))
    return keys + torch.relu(block.pitch(seen)), both[:, :, keys.shape[2] :].clone()


def _common_step(
    common: Common, keys: Tensor, descriptors: Tensor, pasts: tuple[Tensor, ...]
) -> tuple[Tensor, list[Tensor]]:
    now, kept = common.begin(keys, descriptors), []
    for layer, past in zip(common.time, pasts, strict=True):
        conv = cast(nn.Conv1d, layer)
        both = torch.cat([past, now], 2)
        kept.append(both[:, :, now.shape[2] :].clone())
        now = now + torch.relu(nn.functional.conv1d(both, conv.weight, conv.bias, dilation=conv.dilation))
    return keys + common.end(now), kept
