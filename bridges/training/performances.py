"""Reads the performances of a training folder (``manifest.json`` and ``npz/``)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np

from repetiteur.kernels.pedal import pedal_extended
from repetiteur.models.studio.performance import PLAYED, Performance
from repetiteur.realtime.errors import InputError

SUSTAIN = 64


def read_performances(folder: Path) -> list[Performance]:
    """All of them, named ``piece/performer``."""
    manifest = folder / "manifest.json"
    try:
        pieces = json.loads(manifest.read_text())["pieces"]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            str(manifest), "no list of training pieces", "give the folder that holds it"
        ) from error
    return [performance for piece in pieces for performance in _of_piece(folder / piece["npz"], piece)]


def _of_piece(path: Path, piece: dict) -> list[Performance]:
    with np.load(path) as arrays:
        found = []
        for perf in piece["perfs"]:
            name = perf["name"]
            raw = arrays[f"{name}/notes"]
            pedal = arrays[f"{name}/pedal"]
            sustain = pedal[pedal["cc"] == SUSTAIN]
            key_up_s = raw["onset"].astype(float) + raw["dur"]
            notes = np.zeros(len(raw), PLAYED)
            notes["onset_s"], notes["pitch"], notes["velocity"] = raw["onset"], raw["pitch"], raw["vel"]
            notes["offset_s"] = pedal_extended(
                notes["onset_s"], notes["pitch"], key_up_s, sustain["t"], sustain["value"]
            )
            found.append(Performance(f"{piece['piece']}/{name}", notes))
    return found


def base_name(performance: Performance) -> str:
    """The piece, whichever way its repeats are played: what belongs to one side of a split."""
    return re.sub(r"(_no)?_repeat.*$", "", performance.name.split("/")[0])
