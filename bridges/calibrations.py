"""What was found out about audio inputs, kept in the user's configuration folder."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from repetiteur.realtime.errors import InputError

FORMAT = 1
_LIMITS = {"a4_hz": (415.0, 466.0), "late_ms": (-50.0, 1000.0), "noise_dbfs": (-200.0, 20.0)}


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of one input. None: not found out."""

    a4_hz: float | None
    late_ms: float | None  # sound is heard so much later than the device says
    noise_dbfs: float | None
    day: str  # as 2026-11-21


def calibrations_file() -> Path:
    """In $XDG_CONFIG_HOME, or ~/.config."""
    folder = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(folder) if folder else Path.home() / ".config") / "repetiteur" / "inputs.json"


def remembered(device: str) -> Calibration | None:
    """What is kept of this input. Raises InputError where the file cannot be read."""
    row = _read().get(device)
    if row is None:
        return None
    numbers = {name: _number(row, name) for name in _LIMITS}
    return Calibration(day=str(row.get("day", "")), **numbers)


def remember(device: str, calibration: Calibration) -> Path:
    """Keep it, beside those of other inputs; returns where. What cannot be read is replaced.
    Raises InputError where nothing can be written."""
    place = calibrations_file()
    kept: dict[str, Mapping[str, Any]] = {}
    with suppress(InputError):
        kept = _read()
    kept[device] = asdict(calibration)
    text = json.dumps({"format": FORMAT, "inputs": kept}, indent=2, ensure_ascii=False)
    beside = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text + "\n", "utf-8")
        os.replace(beside, place)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise InputError(str(place), f"cannot be written: {error.strerror}", "see to that folder") from None
    return place


def _read() -> dict[str, Mapping[str, Any]]:
    place = calibrations_file()
    try:
        whole = json.loads(place.read_text("utf-8"))
        rows = whole["inputs"] if whole["format"] == FORMAT else None
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        rows = None
    if not isinstance(rows, dict):
        raise InputError(str(place), "no calibrations can be read in it", "delete it, then calibrate again")
    return {str(name): row for name, row in rows.items() if isinstance(row, Mapping)}


def _number(row: Mapping[str, Any], name: str) -> float | None:
    """What a person wrote into the file by hand may be anything."""
    value = row.get(name)
    low, high = _LIMITS[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value) if low <= value <= high else None
