"""A process in which constants of the follower have other values.

Kernels take the constants up when they are compiled, so a process is changed once, before
anything is, and keeps what it compiles to itself. Imports nothing of the follower until then.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from collections.abc import Mapping
from types import ModuleType


def become(settings: Mapping[str, float], cache: str) -> None:
    """First thing in a new process: the follower with these settings, compiled into the folder ``cache``."""
    if "numba" in sys.modules:
        raise RuntimeError("too late: kernels may have been compiled already")
    os.environ["NUMBA_CACHE_DIR"] = cache
    for package in ("repetiteur.kernels", "repetiteur.realtime"):  # whoever would copy a constant later
        for found in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
            importlib.import_module(found.name)
    for name, value in settings.items():
        change(name, value)


def change(name: str, value: float) -> None:
    """``kernels.step.TOUCH`` gets another value there, and nowhere else."""
    module, constant = home(name)
    if type(getattr(module, constant)) is not type(value):
        raise TypeError(f"{name} is {getattr(module, constant)!r}, not of the kind of {value!r}")
    setattr(module, constant, value)


def home(name: str) -> tuple[ModuleType, str]:
    """The module a setting speaks of, and the constant's name in it."""
    module, _, constant = name.rpartition(".")
    return importlib.import_module(f"repetiteur.{module}"), constant
