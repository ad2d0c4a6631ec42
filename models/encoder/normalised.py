"""The network while it learns: its blocks normalise what passes, and it learns about three times as fast.

Afterwards the normalisation is folded into the weights, and what is left is a plain ``EncoderNet``.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from repetiteur.models.encoder.net import EncoderNet
from repetiteur.models.encoder.shape import KERNEL, REACH, Shape, interval

FOLLOWING = 0.02  # share of each batch in the statistics that are folded in
BEGINNING = 0.3  # gain of a block's answer, so that at first most things pass unchanged


class NormalisedBlock(nn.Module):
    """As ``Block``, with each convolution's output normalised over batch, hops and keys."""

    def __init__(self, width: int, dilation: int, interval: int) -> None:
        super().__init__()
        self.past = (KERNEL - 1) * dilation
        reach = (REACH // 2) * interval
        self.time = nn.Conv2d(width, width, (KERNEL, 1), dilation=(dilation, 1), bias=False)
        self.time_norm = nn.BatchNorm2d(width, momentum=FOLLOWING)
        self.pitch = nn.Conv2d(
            width, width, (1, REACH), dilation=(1, interval), padding=(0, reach), bias=False
        )
        self.pitch_norm = nn.BatchNorm2d(width, momentum=FOLLOWING)
        nn.init.kaiming_normal_(self.time.weight, nonlinearity="relu")
        nn.init.kaiming_normal_(self.pitch.weight, nonlinearity="relu")
        nn.init.constant_(self.pitch_norm.weight, BEGINNING)

    def forward(self, keys: Tensor) -> Tensor:
        seen = torch.relu(self.time_norm(self.time(nn.functional.pad(keys, (0, 0, self.past, 0)))))
        return keys + torch.relu(self.pitch_norm(self.pitch(seen)))


def normalised(shape: Shape) -> EncoderNet:
    """An untrained net with normalised blocks."""
    net = EncoderNet(shape)
    net.blocks = nn.ModuleList(
        NormalisedBlock(shape.width, dilation, interval(number))
        for number, dilation in enumerate(shape.dilations)
    )
    return net


@torch.no_grad()
def folded(net: EncoderNet) -> EncoderNet:
    """The plain net that says the same as this one does in ``eval`` mode. On the CPU."""
    state = {name: values.detach().cpu() for name, values in net.state_dict().items()}
    plain = EncoderNet(net.shape)
    outside = [name for name in plain.state_dict() if not name.startswith("blocks.")]
    kept = {name: state[name] for name in outside}
    for number, block in enumerate(net.blocks):
        for name in ("time", "pitch"):
            convolution = cast(nn.Conv2d, getattr(block, name))
            weight, bias = _folded(convolution, cast(nn.BatchNorm2d, getattr(block, f"{name}_norm")))
            kept[f"blocks.{number}.{name}.weight"], kept[f"blocks.{number}.{name}.bias"] = weight, bias
    plain.load_state_dict(kept)
    return plain.eval()


def _folded(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    mean, variance = cast(Tensor, norm.running_mean), cast(Tensor, norm.running_var)
    gain = norm.weight / torch.sqrt(variance + norm.eps)
    return (convolution.weight * gain[:, None, None, None]).cpu(), (norm.bias - mean * gain).cpu()
