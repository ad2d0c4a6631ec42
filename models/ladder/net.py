"""The Ladder: two streams that look at each other, rung by rung. The form for training; ``reading.py`` is
the same without torch.

On every rung the performance looks at the score, at itself, and thinks; then the score looks at the
performance as it is now, at itself, and thinks. Whoever looks weighs what he sees by what it says, by how far
off it is in pitch and in time, and by whether the follower takes the one for the other.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from repetiteur.kernels.ladder_read import PERFORMANCE_COLUMNS, SCORE_COLUMNS
from repetiteur.models.ladder.answer import HEARD_HEADS, WRITTEN_HEADS
from repetiteur.models.ladder.batches import Batch
from repetiteur.models.ladder.nearness import KNOTS_S, PAIRS, PITCHES
from repetiteur.models.ladder.shape import Descriptor, Looking, Shape
from repetiteur.models.ladder.tokens import A4_BANDS, D4_STEPS

HIDDEN_FROM_VIEW = -1e4


class Nearness(nn.Module):
    """How much more one token minds another for being so far off in pitch and time, and linked or not."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.pitch = nn.Parameter(torch.zeros(PITCHES, heads))
        self.time = nn.Parameter(torch.zeros(len(KNOTS_S), heads))
        self.linked = nn.Parameter(torch.zeros(heads))

    def forward(self, apart: Apart, there: Tensor) -> Tensor:
        """(batch, heads, those who look, those looked at). ``there`` (batch, looked at): which are tokens."""
        here = functional.embedding(apart.knot, self.time)
        next_one = functional.embedding(apart.knot + 1, self.time)
        share = apart.share[..., None]
        bias = functional.embedding(apart.pitch, self.pitch) + here * (1 - share) + next_one * share
        if apart.linked is not None:
            bias = bias + apart.linked[..., None] * self.linked
        return bias.movedim(3, 1).masked_fill(~there[:, None, None], HIDDEN_FROM_VIEW)


class Apart:
    """How far tokens are from each other: (batch, those who look, those looked at)."""

    def __init__(self, looking: Tensor, seen: Tensor, linked: Tensor | None = None) -> None:
        """Both (batch, tokens, 2): pitch, and seconds before now."""
        reach = PITCHES // 2
        away = looking[:, :, None] - seen[:, None]
        self.pitch = away[..., 0].long().clamp(-reach, reach) + reach
        knots = torch.tensor(KNOTS_S)
        late_s = away[..., 1].clamp(KNOTS_S[0], KNOTS_S[-1]).contiguous()
        self.knot = (torch.searchsorted(knots, late_s, right=True) - 1).clamp(0, len(KNOTS_S) - 2)
        self.share = (late_s - knots[self.knot]) / (knots[self.knot + 1] - knots[self.knot])
        self.linked = linked


class Look(nn.Module):
    """Attention of one stream to another, or to itself. There is always nothing to look at instead."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before, self.seen = nn.LayerNorm(width), nn.LayerNorm(width)
        self.ask = nn.Linear(width, width)
        self.offer = nn.Linear(width, 2 * width)
        self.take = nn.Linear(width, width)
        self.nothing = nn.Parameter(torch.zeros(heads))
        nn.init.zeros_(self.take.weight)
        nn.init.zeros_(self.take.bias)

    def forward(self, looking: Tensor, seen: Tensor, nearness: Tensor) -> Tensor:
        """What is to be added to ``looking``."""
        batch, many, width = looking.shape
        size = width // self.heads

        def split(values: Tensor) -> Tensor:
            return values.view(batch, -1, self.heads, size).transpose(1, 2)

        ask = split(self.ask(self.before(looking)))
        key, value = (split(part) for part in self.offer(self.seen(seen)).chunk(2, 2))
        weight = ask @ key.transpose(2, 3) * size**-0.5 + nearness
        nothing = self.nothing[None, :, None, None].expand(batch, self.heads, many, 1)
        weight = torch.cat([weight, nothing], 3).softmax(3)[..., :-1]
        return self.take((weight @ value).transpose(1, 2).reshape(batch, many, width))


class Think(nn.Module):
    """Each token by itself."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.before = nn.LayerNorm(width)
        self.into, self.out = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, values: Tensor) -> Tensor:
        return self.out(torch.relu(self.into(self.before(values))))


class Side(nn.Module):
    """One stream's part of a rung."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        both, at_all = shape.looking is Looking.BOTH, shape.looking is not Looking.NOTHING
        self.across = Look(shape.width, shape.heads) if both else None
        self.along = Look(shape.width, shape.heads) if at_all else None
        self.think = Think(shape.width, shape.hidden)

    def forward(self, own: Tensor, other: Tensor, across: Tensor, along: Tensor) -> Tensor:
        if self.across is not None:
            own = own + self.across(own, other, across)
        if self.along is not None:
            own = own + self.along(own, own, along)
        return own + self.think(own)


class Entrance(nn.Module):
    """From columns to tokens, with a descriptor or without."""

    def __init__(self, shape: Shape, columns: int, descriptor: Descriptor, size: int) -> None:
        super().__init__()
        self.descriptor = descriptor
        more = size if descriptor is Descriptor.CONCAT else 0
        self.into, self.out = nn.Linear(columns + more, shape.hidden), nn.Linear(shape.hidden, shape.width)
        if descriptor is Descriptor.REVERSE:
            self.describe = nn.Linear(size, shape.width)
            self.answer = Look(shape.width, shape.heads)

    def forward(self, columns: Tensor, described: Tensor, nearness: Tensor) -> Tensor:
        if self.descriptor is Descriptor.CONCAT:
            columns = torch.cat([columns, described], 2)
        tokens = self.out(torch.relu(self.into(columns)))
        if self.descriptor is Descriptor.REVERSE:
            asking = tokens + self.describe(described)
            tokens = asking + self.answer(asking, tokens, nearness)
        return tokens


class LadderNet(nn.Module):
    """Logits: each written key (batch, written, 3) was played, in tenths of seconds how late, and the player
    is there; each trace (batch, traces, 3) was struck, struck unwritten, and comes from elsewhere."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.performance = Entrance(shape, PERFORMANCE_COLUMNS, shape.a4, A4_BANDS)
        self.score = Entrance(shape, SCORE_COLUMNS, shape.d4, D4_STEPS)
        self.nearness = nn.ModuleDict({pair: Nearness(shape.heads) for pair in PAIRS})
        self.heard = nn.ModuleList(Side(shape) for _ in range(shape.rungs))
        self.written = nn.ModuleList(Side(shape) for _ in range(shape.rungs))
        self.heard_end, self.written_end = nn.LayerNorm(shape.width), nn.LayerNorm(shape.width)
        self.heard_head = nn.Linear(shape.width, HEARD_HEADS)
        self.written_head = nn.Linear(shape.width, WRITTEN_HEADS)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        at, on, linked = batch.performance_at, batch.score_at, batch.linked
        apart = Apart(at, at), Apart(at, on, linked), Apart(on, at, linked.transpose(1, 2)), Apart(on, on)
        there = batch.is_trace, batch.is_written, batch.is_trace, batch.is_written
        near = {
            pair: self.nearness[pair](each, tokens)
            for pair, each, tokens in zip(PAIRS, apart, there, strict=True)
        }
        heard = self.performance(batch.performance, batch.a4, near["heard_heard"])
        written = self.score(batch.score, batch.d4, near["written_written"])
        for one, other in zip(self.heard, self.written, strict=True):
            heard = one(heard, written, near["heard_written"], near["heard_heard"])
            written = other(written, heard, near["written_heard"], near["written_written"])
        return self.written_head(self.written_end(written)), self.heard_head(self.heard_end(heard))
