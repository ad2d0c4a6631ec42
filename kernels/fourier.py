"""The power spectra of 2048 and of 512 real samples, without an allocation.

Samples are packed in pairs into complex numbers, half as many of which are transformed, radix 4, as a table
of rows and columns: down the columns, turn and transpose, down the columns again. So every inner loop runs
over neighbours in memory and compiles to vector instructions. Single precision with factors made in double:
errors stay some 140 dB below the loudest partial. Any thread; scratch belongs to one caller.
"""

from __future__ import annotations

import numpy as np

from repetiteur.kernels.jit import inline, kernel

LARGE, SMALL = 2048, 512  # real samples
HALF = np.float32(0.5)


def _turns(size: int, steps_down: int, steps_across: int) -> np.dtype:
    """Factors for so many complex numbers. Read only."""
    return np.dtype([
        ("columns", "f4", (steps_down, 6)),  # of the passes down: cos and sin once, twice and three times
        ("rows", "f4", (steps_across, 6)),  # the same, after the table was transposed
        ("across_re", "f4", (size,)),  # between the two, transposed already
        ("across_im", "f4", (size,)),
        ("unpack_re", "f4", (size,)),  # what takes the pairs apart again
        ("unpack_im", "f4", (size,)),
    ], align=True)  # fmt: skip


LARGE_TURNS, SMALL_TURNS = _turns(1024, 16 + 4 + 1, 4 + 1), _turns(256, 4 + 1, 4 + 1)
SCRATCH = np.dtype([
    ("re", "f4", (LARGE // 2,)),  # complex numbers, twice
    ("im", "f4", (LARGE // 2,)),
    ("other_re", "f4", (LARGE // 2,)),
    ("other_im", "f4", (LARGE // 2,)),
], align=True)  # fmt: skip


def turns(samples: int) -> np.ndarray:
    """For LARGE or SMALL real samples, one record."""
    size = samples // 2
    down, dtype = {LARGE: (64, LARGE_TURNS), SMALL: (16, SMALL_TURNS)}[samples]
    row, column = np.arange(size // down)[:, None], np.arange(down)
    made = np.zeros(1, dtype)
    made["columns"], made["rows"] = _passes(down), _passes(size // down)
    made["across_re"], made["across_im"] = _turned((row * column).ravel() / size)
    made["unpack_re"], made["unpack_im"] = _turned(np.arange(size) / samples)
    return made


def _passes(length: int) -> np.ndarray:
    """The factors of all radix-4 passes over columns of this length, one after another."""
    rows = []
    while length > 1:
        parts = _turned(np.outer(np.arange(length // 4), (1, 2, 3)) / length)
        rows.append(np.stack(parts, 2).reshape(-1, 6))
        length //= 4
    return np.concatenate(rows)


def _turned(part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Real and imaginary parts of 1, turned back by these parts of a full turn."""
    return np.cos(-2 * np.pi * part).astype(np.float32), np.sin(-2 * np.pi * part).astype(np.float32)


@inline
def _pass(re, im, to_re, to_im, turns, quarter, steps, run):
    """One radix-4 pass over ``4 * quarter`` numbers, ``run`` neighbours at a time."""
    for step in range(steps):
        cos1, sin1 = turns[step, 0], turns[step, 1]
        cos2, sin2 = turns[step, 2], turns[step, 3]
        cos3, sin3 = turns[step, 4], turns[step, 5]
        in_re, in_im = re[step * run :], im[step * run :]
        out_re, out_im = to_re[4 * step * run :], to_im[4 * step * run :]
        for at in range(run):
            a_re, a_im = in_re[at], in_im[at]
            b_re, b_im = in_re[at + quarter], in_im[at + quarter]
            c_re, c_im = in_re[at + 2 * quarter], in_im[at + 2 * quarter]
            d_re, d_im = in_re[at + 3 * quarter], in_im[at + 3 * quarter]
            sum_re, sum_im = a_re + c_re, a_im + c_im
            less_re, less_im = a_re - c_re, a_im - c_im
            odd_re, odd_im = b_re + d_re, b_im + d_im
            turned_re, turned_im = b_im - d_im, d_re - b_re  # -i (b - d)
            one_re, one_im = less_re + turned_re, less_im + turned_im
            two_re, two_im = sum_re - odd_re, sum_im - odd_im
            three_re, three_im = less_re - turned_re, less_im - turned_im
            out_re[at] = sum_re + odd_re
            out_im[at] = sum_im + odd_im
            out_re[at + run] = one_re * cos1 - one_im * sin1
            out_im[at + run] = one_re * sin1 + one_im * cos1
            out_re[at + 2 * run] = two_re * cos2 - two_im * sin2
            out_im[at + 2 * run] = two_re * sin2 + two_im * cos2
            out_re[at + 3 * run] = three_re * cos3 - three_im * sin3
            out_im[at + 3 * run] = three_re * sin3 + three_im * cos3


@inline
def _transpose(re, im, to_re, to_im, across_re, across_im, down, wide):
    for column in range(wide):
        out_re, out_im = to_re[column * down :], to_im[column * down :]
        cos, sin = across_re[column * down :], across_im[column * down :]
        for row in range(down):
            a_re, a_im = re[row * wide + column], im[row * wide + column]
            out_re[row] = a_re * cos[row] - a_im * sin[row]
            out_im[row] = a_re * sin[row] + a_im * cos[row]


@inline
def _pack(sound, window, re, im, size):
    for at in range(size):
        re[at] = sound[2 * at] * window[2 * at]
        im[at] = sound[2 * at + 1] * window[2 * at + 1]


@inline
def _unpack(re, im, unpack_re, unpack_im, power, size):
    for at in range(1, size):
        mirror = size - at
        even_re, even_im = re[at] + re[mirror], im[at] - im[mirror]
        odd_re, odd_im = im[at] + im[mirror], re[mirror] - re[at]
        cos, sin = unpack_re[at], unpack_im[at]
        all_re = HALF * (even_re + odd_re * cos - odd_im * sin)
        all_im = HALF * (even_im + odd_re * sin + odd_im * cos)
        power[at] = all_re * all_re + all_im * all_im
    power[0] = (re[0] + im[0]) * (re[0] + im[0])
    power[size] = (re[0] - im[0]) * (re[0] - im[0])


@kernel
def power_2048(sound, window, turns, scratch, power):
    """Squared amplitudes (f4[1025]) of ``sound * window`` (both f4[2048]); one LARGE_TURNS, one SCRATCH."""
    re, im, re2, im2 = scratch.re, scratch.im, scratch.other_re, scratch.other_im
    _pack(sound, window, re, im, 1024)
    _pass(re, im, re2, im2, turns.columns, 256, 16, 16)
    _pass(re2, im2, re, im, turns.columns[16:], 256, 4, 64)
    _pass(re, im, re2, im2, turns.columns[20:], 256, 1, 256)
    _transpose(re2, im2, re, im, turns.across_re, turns.across_im, 64, 16)
    _pass(re, im, re2, im2, turns.rows, 256, 4, 64)
    _pass(re2, im2, re, im, turns.rows[4:], 256, 1, 256)
    _unpack(re, im, turns.unpack_re, turns.unpack_im, power, 1024)


@kernel
def power_512(sound, window, turns, scratch, power):
    """Squared amplitudes (f4[257]) of ``sound * window`` (both f4[512]); one SMALL_TURNS, one SCRATCH."""
    re, im, re2, im2 = scratch.re, scratch.im, scratch.other_re, scratch.other_im
    _pack(sound, window, re, im, 256)
    _pass(re, im, re2, im2, turns.columns, 64, 4, 16)
    _pass(re2, im2, re, im, turns.columns[4:], 64, 1, 64)
    _transpose(re, im, re2, im2, turns.across_re, turns.across_im, 16, 16)
    _pass(re2, im2, re, im, turns.rows, 64, 4, 16)
    _pass(re, im, re2, im2, turns.rows[4:], 64, 1, 64)
    _unpack(re2, im2, turns.unpack_re, turns.unpack_im, power, 256)
