"""Results on disk and on stdout: JSON that other programs read, written whole or not at all."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any

from repetiteur.benchmarks.note_metrics import Count
from repetiteur.benchmarks.summary import Summary
from repetiteur.benchmarks.take_result import TakeResult
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.version import __version__


def as_json(results: Sequence[TakeResult], each: Sequence[Summary], together: Sequence[Summary]) -> str:
    """One JSON document: every take with what went wrong in it, and the groups."""
    takes = [
        plain(figures)
        | {
            "kind": result.take.kind.value,
            "piece": result.take.piece,
            "held_back": result.take.held_back,
            "worst_window_beats": plain(result.worst_window_beats),
            "load_s": result.load_s,
            "events": dict(result.events),
            "checks": asdict(result.checks),
            "lost_places": [plain(place) for place in result.lost_places],
            "doubtful": list(result.doubtful),
        }
        for result, figures in zip(results, each, strict=True)
    ]
    return json.dumps(
        {"version": __version__, "groups": [plain(g) for g in together], "takes": takes}, indent=1
    )


def plain(value: Any) -> Any:
    """A dataclass as what JSON knows: counts with their F1, no infinities."""
    if isinstance(value, Count):
        figures = {"precision": value.precision, "recall": value.recall, "f1": value.f1}
        return {field.name: getattr(value, field.name) for field in fields(value)} | figures
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value.item() if hasattr(value, "item") else value


def try_place(path: Path) -> None:
    """Raises InputError where ``write_whole`` could not put a file. Leaves nothing behind."""
    if path.is_dir():
        raise InputError(str(path), "this is a folder", "name a file")
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise _refusal(path, f"{folder} is no folder you may write to")


def write_whole(path: Path, text: str) -> None:
    """Beside the place first, then moved: a reader sees the old file or the new one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise _refusal(path, str(error.strerror)) from None


def _refusal(path: Path, why: str) -> InputError:
    return InputError(str(path), f"cannot be written: {why}", "name another place")
