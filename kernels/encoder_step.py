"""One hop through the roll encoder, for a network of any size: the live form of ``models/encoder/net.py``.

What the network must remember lies in rings, one for each convolution over time: a ring of ``2 d + 1`` rows
holds the last inputs, and the newest row is where the layer before writes. A row is one hop: (KEYS, width)
for a block, (common_width,) for a layer of the common path. Called by the one thread that listens.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repetiteur.kernels.jit import kernel
from repetiteur.kernels.products import (
    add_product,
    add_row_product,
    fill_rows,
    hidden_linear,
    linear,
    relu,
)
from repetiteur.kernels.spectral_grid import BINS, KEYS, WINDOWS

TAPS = 3  # hops a convolution over time looks at


class StepWeights(NamedTuple):
    """Shared by all listeners, only read: float32, columns filled up with zeros to whole LANES or PANELs.

    B blocks, C common paths of L layers; so filled up, W is the width, G common_in, H the hidden width, O the
    heads; and to whole PANELs, X is the common_width and Y common_out * KEYS. P are panels of those.
    """

    places: np.ndarray  # (KEYS, taps) int32: where each key looks, in the state's ``grid``
    look: np.ndarray  # (taps, W)
    key: np.ndarray  # (KEYS, W), the look's bias added
    time: np.ndarray  # (B, TAPS, width, W), oldest tap first
    time_bias: np.ndarray  # (B, W)
    pitch: np.ndarray  # (B, reach, width, W), lowest key first
    pitch_bias: np.ndarray  # (B, W)
    dilations: np.ndarray  # (B,) int32, hops
    intervals: np.ndarray  # (B,) int32, keys
    common_of: np.ndarray  # (B,) int32: which common path follows the block, or -1
    gather: np.ndarray  # (C, width, G)
    gather_bias: np.ndarray  # (C, G)
    enter: np.ndarray  # (C, P, common_in * KEYS + descriptors, PANEL), channel by channel
    enter_bias: np.ndarray  # (C, X)
    common_time: np.ndarray  # (C, L, TAPS, P, common_width, PANEL)
    common_time_bias: np.ndarray  # (C, L, X)
    common_dilations: np.ndarray  # (L,) int32, hops
    leave: np.ndarray  # (C, P, common_width, PANEL), channel by channel
    leave_bias: np.ndarray  # (C, Y)
    spread: np.ndarray  # (C, common_out, W)
    spread_bias: np.ndarray  # (C, W)
    hidden: np.ndarray  # (width, H)
    hidden_bias: np.ndarray  # (H,)
    heads: np.ndarray  # (head_width, O)
    heads_bias: np.ndarray  # (O,)


class StepState(NamedTuple):
    """One listener's memory and scratch. Zeros are the state of having heard nothing."""

    hop: np.ndarray  # (1,) int64: hops taken so far
    rings: np.ndarray  # (rows of all blocks, KEYS, W)
    common_rings: np.ndarray  # (rows of all common layers, X)
    grid: np.ndarray  # (windows * (bins + 1),): the first of each window is silence
    looked: np.ndarray  # (KEYS, taps)
    seen: np.ndarray  # (KEYS + 2 * widest reach, W): silence below and above the keys
    summed: np.ndarray  # (KEYS, W)
    keys: np.ndarray  # (KEYS, W): after the last block
    told: np.ndarray  # (KEYS, G)
    entering: np.ndarray  # (common_in * KEYS + descriptors,)
    common: np.ndarray  # (X,): after the last common layer
    common_summed: np.ndarray  # (X,)
    leaving: np.ndarray  # (Y,)
    answer: np.ndarray  # (KEYS, common_out)
    hidden: np.ndarray  # (KEYS, H)
    logits: np.ndarray  # (KEYS, O)


def new_state(weights: StepWeights) -> StepState:
    """A listener that has heard nothing. Any thread; the one function here that makes arrays."""

    def zeros(*shape: int) -> np.ndarray:
        return np.zeros(shape, np.float32)

    columns = weights.look.shape[1]
    common_columns = weights.enter_bias.shape[1]
    common_paths, common_layers = weights.common_time.shape[:2]
    common_rows = int(np.sum(weights.common_dilations) * (TAPS - 1) + common_layers) * common_paths
    return StepState(
        hop=np.zeros(1, np.int64),
        rings=zeros(int(np.sum(weights.dilations) * (TAPS - 1) + len(weights.dilations)), KEYS, columns),
        common_rings=zeros(common_rows, common_columns),
        grid=zeros(len(WINDOWS) * (BINS + 1)),
        looked=zeros(*weights.places.shape),
        seen=zeros(KEYS + 2 * _margin(weights.pitch, weights.intervals), columns),
        summed=zeros(KEYS, columns),
        keys=zeros(KEYS, columns),
        told=zeros(KEYS, weights.gather.shape[2]),
        entering=zeros(weights.enter.shape[2]),
        common=zeros(common_columns),
        common_summed=zeros(common_columns),
        leaving=zeros(weights.leave_bias.shape[1]),
        answer=zeros(KEYS, weights.spread.shape[1]),
        hidden=zeros(KEYS, weights.hidden.shape[1]),
        logits=zeros(KEYS, weights.heads.shape[1]),
    )


def _margin(pitch: np.ndarray, intervals: np.ndarray) -> int:
    return (pitch.shape[1] // 2) * int(np.max(intervals))


def forget(state: StepState) -> None:
    """Back to having heard nothing: in place, no array is made."""
    for array in state:
        array[...] = 0


@kernel
def _row(first, length, hop):
    return first + hop % length


@kernel
def _copy(values, out):
    for n in range(len(out)):
        out[n] = values[n]


@kernel
def _look(weights, state, spectra, out):
    """What each key sees of its partials."""
    places, grid, looked = weights.places, state.grid, state.looked
    for window in range(spectra.shape[0]):
        _copy(spectra[window], grid[window * (BINS + 1) + 1 : (window + 1) * (BINS + 1)])
    for k in range(KEYS):
        for tap in range(places.shape[1]):
            looked[k, tap] = grid[places[k, tap]]
    for k in range(KEYS):
        _copy(weights.key[k], out[k])
    add_product(looked, weights.look, out)
    for k in range(KEYS):
        relu(out[k])


@kernel
def _block(weights, state, block, first, out):
    """One look back in time and one along the keys, from the block's ring to ``out``."""
    dilation, interval = weights.dilations[block], weights.intervals[block]
    reach = weights.pitch.shape[1]
    margin = (state.seen.shape[0] - KEYS) // 2
    seen = state.seen[margin : margin + KEYS]
    hop, length = state.hop[0], (TAPS - 1) * dilation + 1
    fill_rows(seen, weights.time_bias[block])
    for tap in range(TAPS):
        past = state.rings[_row(first, length, hop + length - (TAPS - 1 - tap) * dilation)]
        add_product(past, weights.time[block, tap], seen)
    for k in range(KEYS):
        relu(seen[k])
    fill_rows(state.summed, weights.pitch_bias[block])
    for tap in range(reach):
        lowest = margin + (tap - reach // 2) * interval
        add_product(state.seen[lowest : lowest + KEYS], weights.pitch[block, tap], state.summed)
    now = state.rings[_row(first, length, hop)]
    for k in range(KEYS):
        for c in range(out.shape[1]):
            out[k, c] = now[k, c] + max(state.summed[k, c], np.float32(0.0))


@kernel
def _common(weights, state, path, first, descriptors, keys):
    """All keys hear of each other and of the descriptors: adds to ``keys``. Its rings start at ``first``."""
    hop = state.hop[0]
    channels = (weights.enter.shape[2] - len(descriptors)) // KEYS
    linear(keys, weights.gather[path], weights.gather_bias[path], state.told)
    entering = state.entering
    for channel in range(channels):
        for k in range(KEYS):
            entering[channel * KEYS + k] = state.told[k, channel]
    for n in range(len(descriptors)):
        entering[channels * KEYS + n] = descriptors[n]
    layers = len(weights.common_dilations)
    into = state.common_rings[_row(first, (TAPS - 1) * weights.common_dilations[0] + 1, hop)]
    _copy(weights.enter_bias[path], into)
    add_row_product(entering, weights.enter[path], into)
    relu(into)
    for layer in range(layers):
        dilation = weights.common_dilations[layer]
        length = (TAPS - 1) * dilation + 1
        summed = state.common_summed
        _copy(weights.common_time_bias[path, layer], summed)
        for tap in range(TAPS):
            past = state.common_rings[_row(first, length, hop + length - (TAPS - 1 - tap) * dilation)]
            add_row_product(past, weights.common_time[path, layer, tap], summed)
        first += length
        out = state.common
        if layer + 1 < layers:
            out = state.common_rings[_row(first, (TAPS - 1) * weights.common_dilations[layer + 1] + 1, hop)]
        for n in range(len(out)):
            out[n] = into[n] + max(summed[n], np.float32(0.0))
        into = out
    leaving = state.leaving
    _copy(weights.leave_bias[path], leaving)
    add_row_product(state.common, weights.leave[path], leaving)
    relu(leaving)
    for channel in range(state.answer.shape[1]):
        for k in range(KEYS):
            state.answer[k, channel] = leaving[channel * KEYS + k]
    for k in range(KEYS):
        for c in range(keys.shape[1]):
            keys[k, c] += weights.spread_bias[path, c]
    add_product(state.answer, weights.spread[path], keys)


@kernel
def step(weights, state, spectra, descriptors, out):
    """One hop: (3, bins) spectra and the descriptors in, (KEYS, heads) probabilities out."""
    blocks, hop = len(weights.dilations), state.hop[0]
    layers = len(weights.common_dilations)
    path_rows = layers
    for layer in range(layers):
        path_rows += (TAPS - 1) * weights.common_dilations[layer]
    first = 0
    _look(weights, state, spectra, state.rings[_row(first, (TAPS - 1) * weights.dilations[0] + 1, hop)])
    for block in range(blocks):
        after = first + (TAPS - 1) * weights.dilations[block] + 1
        keys = state.keys
        if block + 1 < blocks:
            keys = state.rings[_row(after, (TAPS - 1) * weights.dilations[block + 1] + 1, hop)]
        _block(weights, state, block, first, keys)
        path = weights.common_of[block]
        if path >= 0:
            _common(weights, state, path, path * path_rows, descriptors, keys)
        first = after
    hidden_linear(state.keys, weights.hidden, weights.hidden_bias, state.hidden)
    linear(state.hidden, weights.heads, weights.heads_bias, state.logits)
    for k in range(KEYS):
        for head in range(out.shape[1]):
            out[k, head] = np.float32(1.0) / (np.float32(1.0) + np.exp(-state.logits[k, head]))
    state.hop[0] += 1
