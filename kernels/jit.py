"""How every kernel is compiled: once, cached on disk, without the interpreter lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile for the hot loop: no interpreter lock, IEEE arithmetic, cached between runs."""
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


def inline(function: Callable[..., Any]) -> Callable[..., Any]:
    """A small piece of a kernel, compiled into its callers."""
    return numba.njit(cache=True, nogil=True, error_model="numpy", forceinline=True)(function)
