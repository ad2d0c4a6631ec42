"""Small matrix products at the speed of the machine, for matrices too small to be worth a library's call.

``out += x @ w`` in blocks whose sums stay in registers. Numba's own loops keep them in memory instead, which
is five times slower, and so the innermost block is written here as LLVM's portable vector code: whatever the
processor, LLVM turns the eight lanes into what it has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from repetiteur.kernels.jit import kernel

LANES = 8  # numbers worked on at once; columns come in multiples of it
ROWS = 4  # worked on at once; rows come in multiples of it
PANEL = 64  # columns of a matrix that a single row is multiplied by, side by side
_INT, _FLOAT, _PLACE = ir.IntType(64), ir.FloatType(), ir.IntType(32)
_VECTOR, _PLACES = ir.VectorType(_FLOAT, LANES), ir.VectorType(_PLACE, LANES)
_MULTIPLY_ADD = ir.FunctionType(_VECTOR, [_VECTOR] * 3)


def padded(matrix: np.ndarray, to: int = LANES) -> np.ndarray:
    """float32, contiguous, its last axis filled up with zeros to a multiple of ``to``."""
    missing = -matrix.shape[-1] % to
    widths = [(0, 0)] * (matrix.ndim - 1) + [(0, missing)]
    return np.ascontiguousarray(np.pad(matrix, widths), np.float32)


def panels(matrices: np.ndarray) -> np.ndarray:
    """(..., inner, columns) to (..., panels, inner, PANEL), as ``add_row_product`` reads it: from end to end.

    A row times a matrix takes as long as reading the matrix. At real pace that comes from outside the caches,
    and in one go twice as fast as in pieces.
    """
    full = padded(matrices, PANEL)
    split = full.reshape(*full.shape[:-1], -1, PANEL)
    return np.ascontiguousarray(np.moveaxis(split, -2, -3))


def _block(rows: int, vectors: int) -> Callable[..., Any]:
    """An instruction for Numba: that many rows by ``vectors * LANES`` columns of a product, all in registers.

    Arguments: x and its row length, w and its row length, out and its row length (addresses of the first
    number; lengths in numbers), and how many columns of x are rows of w.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        x, x_row, w, w_row, out, out_row, inner = arguments

        def number(value: int) -> ir.Constant:
            return ir.Constant(_INT, value)

        def place(start: Any, offset: Any) -> Any:
            return builder.gep(start, [offset])

        def vector_at(start: Any, offset: Any) -> Any:
            return builder.bitcast(place(start, offset), _VECTOR.as_pointer())

        def load(start: Any, offset: Any) -> Any:
            loaded = builder.load(vector_at(start, offset))
            loaded.align = 4
            return loaded

        def on_all_lanes(value: Any) -> Any:
            nothing = ir.Constant(_VECTOR, ir.Undefined)
            first = builder.insert_element(nothing, value, ir.Constant(_PLACE, 0))
            return builder.shuffle_vector(first, nothing, ir.Constant(_PLACES, [0] * LANES))

        multiply_add = builder.module.declare_intrinsic(f"llvm.fmuladd.v{LANES}f32", fnty=_MULTIPLY_ADD)
        results = [
            (row, vector, builder.add(builder.mul(number(row), out_row), number(vector * LANES)))
            for row in range(rows)
            for vector in range(vectors)
        ]
        begun = [load(out, offset) for _, _, offset in results]
        before = builder.block
        loop, after = builder.append_basic_block("product"), builder.append_basic_block("product_end")
        builder.branch(loop)
        builder.position_at_end(loop)
        step = builder.phi(_INT)
        step.add_incoming(number(0), before)
        sums = [builder.phi(_VECTOR) for _ in results]
        w_now = place(w, builder.mul(step, w_row))
        weights = [load(w_now, number(vector * LANES)) for vector in range(vectors)]
        given = [
            on_all_lanes(builder.load(place(x, builder.add(builder.mul(number(row), x_row), step))))
            for row in range(rows)
        ]
        added = [
            builder.call(multiply_add, [given[row], weights[vector], total])
            for (row, vector, _), total in zip(results, sums, strict=True)
        ]
        next_step = builder.add(step, number(1))
        step.add_incoming(next_step, loop)
        for total, first, then in zip(sums, begun, added, strict=True):
            total.add_incoming(first, before)
            total.add_incoming(then, loop)
        builder.cbranch(builder.icmp_signed("<", next_step, inner), loop, after)
        builder.position_at_end(after)
        for (_, _, offset), total in zip(results, added, strict=True):
            builder.store(total, vector_at(out, offset)).align = 4
        return context.get_dummy_value()

    @intrinsic
    def block(typing, x, x_row, w, w_row, out, out_row, inner):
        pointer = types.CPointer(types.float32)
        size = types.intp
        return types.void(pointer, size, pointer, size, pointer, size, size), generate

    return block


def _address_of(typing: Any, array: Any, offset: Any) -> Any:
    """Of the number that lies ``offset`` numbers after the array's first."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(array)(context, builder, arguments[0]).data
        return builder.gep(data, [arguments[1]])

    return types.CPointer(types.float32)(array, types.intp), generate


_address: Any = intrinsic(_address_of)
_four_by_two, _four_by_one, _panel = _block(ROWS, 2), _block(ROWS, 1), _block(1, PANEL // LANES)


@kernel
def add_product(x, w, out):
    """``out += x @ w``: float32, each row of each contiguous; whole ROWS, and whole LANES of columns.

    x may have more columns than w has rows; those are left out.
    """
    columns, inner = w.shape[1], w.shape[0]
    x_row, w_row, out_row = x.strides[0] // 4, w.strides[0] // 4, out.strides[0] // 4
    for row in range(0, out.shape[0], ROWS):
        column = 0
        while column + 2 * LANES <= columns:
            _four_by_two(
                _address(x, row * x_row), x_row, _address(w, column), w_row,
                _address(out, row * out_row + column), out_row, inner,
            )  # fmt: skip
            column += 2 * LANES
        if column < columns:
            _four_by_one(
                _address(x, row * x_row), x_row, _address(w, column), w_row,
                _address(out, row * out_row + column), out_row, inner,
            )  # fmt: skip


@kernel
def add_row_product(x, w, out):
    """``out += x @ w`` for single rows x and out, with w in panels: see ``panels``."""
    inner = w.shape[1]
    for panel in range(w.shape[0]):
        first = panel * inner * PANEL
        _panel(
            _address(x, 0), inner, _address(w, first), PANEL, _address(out, panel * PANEL), PANEL, inner
        )


@kernel
def relu(values):
    """In place, of a row."""
    for n in range(len(values)):
        values[n] = max(values[n], np.float32(0.0))


@kernel
def fill_rows(rows, row):
    """Every row becomes this one."""
    for n in range(rows.shape[0]):
        for c in range(rows.shape[1]):
            rows[n, c] = row[c]


@kernel
def linear(x, w, bias, out):
    """``out = x @ w + bias``, as ``add_product``."""
    fill_rows(out, bias)
    add_product(x, w, out)


@kernel
def hidden_linear(x, w, bias, out):
    """``linear``, and nothing below 0."""
    linear(x, w, bias, out)
    for n in range(out.shape[0]):
        relu(out[n])
