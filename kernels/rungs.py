"""Two streams of tokens that look at each other, rung by rung: the live form of ``models/ladder/net.py``.

Stream 0 is what was heard, stream 1 what is written. On every rung the one looks at the other, at itself, and
thinks; then the other does. Tokens are rows; there is room for as many in both streams, the last rows may be
empty. Called by the thread of the follower.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repetiteur.kernels.jit import inline, kernel
from repetiteur.kernels.products import LANES, add_product, hidden_linear, linear

NO_LOOK = -1
FLAT = np.float32(1e-5)  # as torch has it in its normalisation


class RungWeights(NamedTuple):
    """Only read: float32, columns filled up with zeros to whole LANES.

    R rungs, L looks in all; so filled up, W is the width, H the hidden width, O the heads of an answer; S the
    places of a semitone, K the stretches between knots. The first index of two is the stream, of four the
    pair: 0 at 0, 0 at 1, 1 at 0, 1 at 1.
    """

    across: np.ndarray  # (R, 2) int32: which look is at the other stream, or NO_LOOK
    along: np.ndarray  # (R, 2) int32: ... and at its own
    answer: np.ndarray  # (2,) int32: ... and, of who asks with a descriptor, at the bare tokens
    ask: np.ndarray  # (L, width, W), divided by the root of a head's size
    ask_bias: np.ndarray  # (L, W)
    offer: np.ndarray  # (L, width, 2 width filled up): keys, then values
    offer_bias: np.ndarray
    take: np.ndarray  # (L, width, W)
    take_bias: np.ndarray  # (L, W)
    nothing: np.ndarray  # (L, heads)
    into: np.ndarray  # (R, 2, width, H)
    into_bias: np.ndarray  # (R, 2, H)
    out: np.ndarray  # (R, 2, hidden, W)
    out_bias: np.ndarray  # (R, 2, W)
    enter: np.ndarray  # (2, most columns, H)
    enter_bias: np.ndarray  # (2, H)
    entered: np.ndarray  # (2, hidden, W)
    entered_bias: np.ndarray  # (2, W)
    end: np.ndarray  # (2, width, O)
    end_bias: np.ndarray  # (2, O)
    knots: np.ndarray  # (K + 1,) seconds
    pitch: np.ndarray  # (4, heads, S)
    time: np.ndarray  # (4, heads, K): at the knot before
    slope: np.ndarray  # (4, heads, K): per second from there
    linked: np.ndarray  # (4, heads)


class RungRoom(NamedTuple):
    """What one reading is written to; made anew for each, because several may read at once.

    N rows, a multiple of LANES, are room for the longer stream.
    """

    columns: np.ndarray  # (2, N, most columns): what is known of each token, to be filled in
    described: np.ndarray  # (2, N, W): ... and its descriptor's part, where somebody asks with it
    at: np.ndarray  # (2, N, 2): ... its pitch, and how many seconds ago it was or was due
    link: np.ndarray  # (N,) int16: ... which token of stream 1 each of stream 0 is taken for, or less than 0
    tokens: np.ndarray  # (2, N, W)
    asking: np.ndarray  # (N, W)
    seen: np.ndarray  # (N, W)
    asked: np.ndarray  # (N, W)
    offered: np.ndarray  # (N, 2 width filled up)
    keys: np.ndarray  # (size, N): of one head
    values: np.ndarray  # (N, size filled up)
    score: np.ndarray  # (N, N): how much each minds each, of one head
    mixed: np.ndarray  # (N, size filled up): values, each as much as it is minded
    taken: np.ndarray  # (N, W): of all heads
    hidden: np.ndarray  # (N, H)
    near: np.ndarray  # (4, heads, N, N): how much each minds each for where it stands
    told: np.ndarray  # (2, N, O): the answer, logits


def room_for(weights: RungWeights, tokens: int) -> RungRoom:
    """For streams of at most so many. Any thread; the one function here that makes arrays."""

    def zeros(*shape: int) -> np.ndarray:
        return np.zeros(shape, np.float32)

    rows = max(LANES, -(-tokens // LANES) * LANES)
    columns, heads = weights.entered.shape[2], weights.nothing.shape[1]
    size = weights.end.shape[1] // heads
    return RungRoom(
        columns=zeros(2, rows, weights.enter.shape[1]),
        described=zeros(2, rows, columns),
        at=zeros(2, rows, 2),
        link=np.full(rows, NO_LOOK, np.int16),
        tokens=zeros(2, rows, columns),
        asking=zeros(rows, columns),
        seen=zeros(rows, columns),
        asked=zeros(rows, columns),
        offered=zeros(rows, weights.offer.shape[2]),
        keys=zeros(size, rows),
        values=zeros(rows, -(-size // LANES) * LANES),
        score=zeros(rows, rows),
        mixed=zeros(rows, -(-size // LANES) * LANES),
        taken=zeros(rows, columns),
        hidden=zeros(rows, weights.enter.shape[2]),
        near=np.empty((4, heads, rows, rows), np.float32),
        told=zeros(2, rows, weights.end.shape[2]),
    )


@kernel
def _normal(values, width, out):
    """Every row of mean 0 and spread 1."""
    share = np.float32(1.0) / np.float32(width)
    for n in range(values.shape[0]):
        total = np.float32(0.0)
        for c in range(width):
            total += values[n, c]
        mean, spread = total * share, np.float32(0.0)
        for c in range(width):
            away = values[n, c] - mean
            spread += away * away
            out[n, c] = away
        scale = np.float32(1.0) / np.sqrt(spread * share + FLAT)
        for c in range(width):
            out[n, c] *= scale


@kernel
def _nearness(weights, pair, looking, many, seen, much, near):
    """(heads, those who look, those looked at), from pitch and time apart."""
    knots, reach = weights.knots, weights.pitch.shape[2] // 2
    last = len(knots) - 2
    for n in range(many):
        for m in range(much):
            away = int(looking[n, 0] - seen[m, 0])
            place = min(max(away, -reach), reach) + reach
            late_s = min(max(looking[n, 1] - seen[m, 1], knots[0]), knots[last + 1])
            knot = -1
            for each in range(last + 1):
                knot += knots[each] <= late_s
            beyond_s = late_s - knots[knot]
            for head in range(near.shape[0]):
                bias = weights.pitch[pair, head, place] + weights.time[pair, head, knot]
                near[head, n, m] = bias + weights.slope[pair, head, knot] * beyond_s


@inline
def _exponential(x):
    """Of what is not above 0, within a hundred-thousandth of itself; what is under -20 counts as -20.
    In plain arithmetic, and so for several at once."""
    y = max(x, np.float32(-20.0)) * np.float32(1 / 32)
    power = np.float32(1.0) + y * np.float32(1 / 8)
    power = np.float32(1.0) + y * np.float32(1 / 7) * power
    power = np.float32(1.0) + y * np.float32(1 / 6) * power
    power = np.float32(1.0) + y * np.float32(1 / 5) * power
    power = np.float32(1.0) + y * np.float32(1 / 4) * power
    power = np.float32(1.0) + y * np.float32(1 / 3) * power
    power = np.float32(1.0) + y * np.float32(1 / 2) * power
    power = np.float32(1.0) + y * power
    power *= power
    power *= power
    power *= power
    power *= power
    return power * power


@kernel
def _mind(score, nothing, many, much):
    """Scores to shares, row by row; the rest of 1 is for nothing. What is not there is not minded."""
    for n in range(many):
        row = score[n]
        highest = nothing
        for m in range(much):
            highest = max(highest, row[m])
        for m in range(much):
            row[m] = _exponential(row[m] - highest)
        total = _exponential(nothing - highest)
        for m in range(much):
            total += row[m]
        share = np.float32(1.0) / total
        for m in range(much):
            row[m] *= share
        row[much:] = np.float32(0.0)
    score[many:] = np.float32(0.0)


@kernel
def _look(weights, room, which, own, many, seen, much, near):
    """Add to the ``own`` tokens what they make of the ``seen`` ones."""
    width, heads = weights.end.shape[1], weights.nothing.shape[1]
    size = width // heads
    rows = own.shape[0]
    _normal(own, width, room.asking)
    _normal(seen, width, room.seen)
    linear(room.asking, weights.ask[which], weights.ask_bias[which], room.asked)
    linear(room.seen, weights.offer[which], weights.offer_bias[which], room.offered)
    for head in range(heads):
        first = head * size
        for m in range(rows):
            for c in range(size):
                room.keys[c, m] = room.offered[m, first + c]
                room.values[m, c] = room.offered[m, width + first + c]
        for n in range(many):
            for m in range(much):
                room.score[n, m] = near[head, n, m]
        add_product(room.asked[:, first:], room.keys, room.score)
        _mind(room.score, weights.nothing[which, head], many, much)
        room.mixed[:, :] = np.float32(0.0)
        add_product(room.score, room.values, room.mixed)
        for n in range(rows):
            for c in range(size):
                room.taken[n, first + c] = room.mixed[n, c]
    for n in range(rows):
        for c in range(own.shape[1]):
            own[n, c] += weights.take_bias[which, c]
    add_product(room.taken, weights.take[which], own)


@kernel
def _enter(weights, room, stream, many, near):
    """From what is known of each token to the token."""
    tokens = room.tokens[stream]
    hidden_linear(room.columns[stream], weights.enter[stream], weights.enter_bias[stream], room.hidden)
    linear(room.hidden, weights.entered[stream], weights.entered_bias[stream], tokens)
    which = weights.answer[stream]
    if which != NO_LOOK:
        asking = room.described[stream]
        for n in range(tokens.shape[0]):
            for c in range(tokens.shape[1]):
                asking[n, c] += tokens[n, c]
        _look(weights, room, which, asking, many, tokens, many, near)
        for n in range(tokens.shape[0]):
            for c in range(tokens.shape[1]):
                tokens[n, c] = asking[n, c]


@kernel
def _think(weights, room, rung, stream):
    """Each token by itself."""
    tokens = room.tokens[stream]
    _normal(tokens, weights.end.shape[1], room.asking)
    hidden_linear(room.asking, weights.into[rung, stream], weights.into_bias[rung, stream], room.hidden)
    for n in range(tokens.shape[0]):
        for c in range(tokens.shape[1]):
            tokens[n, c] += weights.out_bias[rung, stream, c]
    add_product(room.hidden, weights.out[rung, stream], tokens)


@kernel
def climb(weights, room, heard, written):
    """From what was filled into the room to ``room.told``; so many tokens there are in each stream."""
    many = (heard, written)
    for pair in range(4):
        looking, seen = pair // 2, pair % 2
        near = room.near[pair]
        _nearness(weights, pair, room.at[looking], many[looking], room.at[seen], many[seen], near)
    for n in range(heard):
        m = room.link[n]
        if m >= 0:
            for head in range(weights.linked.shape[1]):
                room.near[1, head, n, m] += weights.linked[1, head]
                room.near[2, head, m, n] += weights.linked[2, head]
    for stream in range(2):
        _enter(weights, room, stream, many[stream], room.near[3 * stream])
    for rung in range(weights.across.shape[0]):
        for stream in range(2):
            own, other, here = room.tokens[stream], room.tokens[1 - stream], many[stream]
            which = weights.across[rung, stream]
            if which != NO_LOOK:
                _look(weights, room, which, own, here, other, many[1 - stream], room.near[1 + stream])
            which = weights.along[rung, stream]
            if which != NO_LOOK:
                _look(weights, room, which, own, here, own, here, room.near[3 * stream])
            _think(weights, room, rung, stream)
    for stream in range(2):
        _normal(room.tokens[stream], weights.end.shape[1], room.asking)
        linear(room.asking, weights.end[stream], weights.end_bias[stream], room.told[stream])
