#!/bin/sh
# ruff and pyright over everything. The settings are in pyproject.toml.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/ruff check .
# pyright comes with its own node; it must not ask the network for a newer version of itself.
PYRIGHT_PYTHON_IGNORE_WARNINGS=1 .venv/bin/pyright --pythonpath .venv/bin/python
