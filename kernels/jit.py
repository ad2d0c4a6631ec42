"""How every kernel is compiled: once, cached on disk, without the interpreter lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile for the hot loop: no interpreter lock, IEEE arithmetic, cached between runs.

    Without Numba's runtime: such a kernel can make no array (that would not compile), and so
    none is counted. Counting who holds an array would take most of the time of a note.
    """
    return numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)(function)  # pyright: ignore


def inline(function: Callable[..., Any]) -> Callable[..., Any]:
    """A small piece of a kernel, compiled into its callers."""
    return numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False, forceinline=True)(  # pyright: ignore
        function
    )


def summing(function: Callable[..., Any]) -> Callable[..., Any]:
    """As ``inline``, for long sums: their terms may be added in another order, several at once.

    The order is the same in every call with as many terms, so results stay exactly repeatable.
    NaN and infinity are still treated as such.
    """
    return numba.njit(
        cache=True, nogil=True, error_model="numpy", _nrt=False, forceinline=True,
        fastmath={"reassoc", "nsz", "contract"},
    )(function)  # fmt: skip  # pyright: ignore


def allocating(function: Callable[..., Any]) -> Callable[..., Any]:
    """As ``kernel``, but it may make arrays: never for the hot loop."""
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


def floats(block: np.ndarray) -> np.ndarray:
    """As contiguous, writeable float32; copied only if it is not.

    A kernel is compiled anew, for seconds, for each kind of array it gets. At the doors to the
    kernels everything is therefore made one kind: bytes of a driver, for example, are read-only.
    """
    return np.require(block, np.float32, ("C", "A", "W"))
