"""How every kernel is compiled: once, cached on disk, without the interpreter lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


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


def allocating(function: Callable[..., Any]) -> Callable[..., Any]:
    """As ``kernel``, but it may make arrays: never for the hot loop."""
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)
