from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def views() -> ModuleType:
    """``views.py`` beside this file."""
    spec = importlib.util.spec_from_file_location("ladder_views", Path(__file__).with_name("views.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
