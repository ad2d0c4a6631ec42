"""Reads the performances of a training folder (``manifest.json`` and ``npz/``)."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from repetiteur.kernels.pedal import pedal_extended
from repetiteur.models.studio.performance import PLAYED, Performance
from repetiteur.realtime.errors import InputError

SUSTAIN = 64


def read_performances(folder: Path) -> list[Performance]:
    """All of them, named ``piece/performer``."""
    manifest = folder / "manifest.json"
    remedy = "give the folder of the training performances, which holds manifest.json and npz/"
    try:
        pieces = [
            (folder / piece["npz"], str(piece["piece"]), [str(perf["name"]) for perf in piece["perfs"]])
            for piece in json.loads(manifest.read_text("utf-8"))["pieces"]
        ]
    except OSError as error:
        problem = f"no list of training pieces can be read ({error.strerror or error})"
        raise InputError(str(manifest), problem, remedy) from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(str(manifest), "no list of training pieces", remedy) from error
    found = [performance for path, piece, names in pieces for performance in _of_piece(path, piece, names)]
    if not found:
        raise InputError(str(manifest), "there is no performance in it", remedy)
    return found


def _of_piece(path: Path, piece: str, names: list[str]) -> list[Performance]:
    try:
        with np.load(path) as arrays:
            return [
                Performance(f"{piece}/{name}", _sounding(arrays[f"{name}/notes"], arrays[f"{name}/pedal"]))
                for name in names
            ]
    except OSError as error:
        raise InputError(
            str(path), f"cannot be read ({error.strerror or error})", "copy the training folder again"
        ) from error
    except (ValueError, KeyError, IndexError, TypeError, EOFError, BadZipFile, zlib.error) as error:
        raise InputError(
            str(path), f"damaged, or not as the manifest says ({error})", "copy the training folder again"
        ) from error


def _sounding(raw: np.ndarray, pedal: np.ndarray) -> np.ndarray:
    """Notes as they sound (``PLAYED``), from those of the keys and the movements of the pedal."""
    sustain = pedal[pedal["cc"] == SUSTAIN]
    key_up_s = raw["onset"].astype(float) + raw["dur"]
    notes = np.zeros(len(raw), PLAYED)
    notes["onset_s"], notes["pitch"], notes["velocity"] = raw["onset"], raw["pitch"], raw["vel"]
    notes["offset_s"] = pedal_extended(
        notes["onset_s"], notes["pitch"], key_up_s, sustain["t"], sustain["value"]
    )
    return notes


def base_name(performance: Performance) -> str:
    """The piece, whichever way its repeats are played: what belongs to one side of a split."""
    return re.sub(r"(_no)?_repeat.*$", "", performance.name.split("/")[0])
