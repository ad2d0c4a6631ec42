"""The pieces of a training folder with their scores: what each pianist meant to play, note by note."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repetiteur.bridges.planting.alignment import PlayedSide, Row, ScoreSide
from repetiteur.bridges.planting.complete import Meant, complete_performance
from repetiteur.bridges.scores import load_score
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.score import Score

HELD_OUT = 10  # one piece in so many is only examined on
SUSTAIN = 64


@dataclass(frozen=True, slots=True)
class Piece:
    """``performances`` are names within ``notes``, the file with what was played."""

    name: str
    score: Path
    notes: Path
    performances: tuple[str, ...]

    @property
    def is_held_out(self) -> bool:
        """The same on every machine, and whichever way its repeats are played."""
        title = re.sub(r"(_no)?_repeat.*$", "", self.name)
        return hashlib.sha256(title.encode()).digest()[1] % HELD_OUT == 0


@dataclass(frozen=True, slots=True, eq=False)
class Performed:
    """``pedal``: time (s) and value of each movement of the sustain pedal."""

    meant: list[Meant]
    pedal_s: np.ndarray
    pedal: np.ndarray


def read_pieces(folder: Path) -> list[Piece]:
    """All that have a score."""
    manifest = folder / "manifest.json"
    remedy = "give the folder of the training performances, which holds manifest.json, scores/ and npz/"
    try:
        listed = json.loads(manifest.read_text("utf-8"))["pieces"]
        return [
            Piece(
                str(piece["piece"]),
                folder / piece["score_mxl"],
                folder / piece["npz"],
                tuple(str(each["name"]) for each in piece["perfs"]),
            )
            for piece in listed
            if piece.get("score_mxl")
        ]
    except OSError as error:
        problem = f"no list of training pieces can be read ({error.strerror or error})"
        raise InputError(str(manifest), problem, remedy) from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(str(manifest), "no list of training pieces", remedy) from error


def read_score(piece: Piece) -> Score:
    return load_score(piece.score)


def read_performed(piece: Piece, name: str, score: Score) -> Performed:
    """One performance, made complete."""
    with np.load(piece.notes) as arrays:
        written, match, notes = arrays["score"], arrays[f"{name}/match"], arrays[f"{name}/notes"]
        ids = bytes(arrays["score_ids"]).decode().split("\n")
        pedal = arrays[f"{name}/pedal"]
    pedal = pedal[pedal["cc"] == SUSTAIN]
    rows = _rows(written, ids, notes, match)
    return Performed(complete_performance(rows, score), pedal["t"], pedal["value"])


def _rows(written: np.ndarray, ids: list[str], notes: np.ndarray, match: np.ndarray) -> list[Row]:
    """As an alignment table has them: matched and missed notes; what is extra is not asked for."""
    played: dict[int, PlayedSide] = {}
    for number, (note, of) in enumerate(zip(notes.tolist(), match.tolist(), strict=True)):
        onset_s, duration_s, pitch, velocity = note
        if of >= 0:
            played.setdefault(of, PlayedSide(str(number), onset_s, pitch, duration_s, velocity))
    return [
        Row(ScoreSide(name, float(note["onset_q"]), float(note["dur_q"]), int(note["pitch"])), played.get(of))
        for of, (name, note) in enumerate(zip(ids, written, strict=True))
    ]
