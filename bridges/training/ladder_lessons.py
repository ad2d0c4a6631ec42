"""Lessons of the Ladder in a folder: one small file for each take, made one after the other.

A folder that is not full is gone on with: what is in take number n of a seed is the same on any machine.
"""

from __future__ import annotations

import io
import threading
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from zipfile import BadZipFile

import numpy as np
import torch

from repetiteur.bridges.hearing import load_encoder
from repetiteur.bridges.training.files import write_whole
from repetiteur.bridges.training.ladder_takes import hear_take, look_at_take
from repetiteur.bridges.training.meant_pieces import Piece, read_performed, read_pieces, read_score
from repetiteur.bridges.training.planted_takes import PlantedTake, draw_take
from repetiteur.bridges.training.timbres import held_out_piano, training_pianos
from repetiteur.models.encoder.engine import Encoder
from repetiteur.models.encoder.heads import SAMPLE_RATE_HZ
from repetiteur.models.ladder.lessons import Lesson, lesson_of
from repetiteur.models.studio.mixing import NumbaMixer
from repetiteur.models.studio.pianos import Piano, draw_touch, strokes
from repetiteur.models.studio.recording import through_rooms
from repetiteur.models.studio.room import draw_room
from repetiteur.models.studio.stretches import Part
from repetiteur.realtime.errors import InputError

AFTER_S = 1.5  # of sound after the last note
STRANGE = 0.1  # share of takes that are followed in the score of another piece
LEARNT, EXAMINED = "learnt", "examined"


@dataclass(frozen=True, slots=True)
class Course:
    """What the takes of one kind are made from. ``kind`` begins their files' names."""

    kind: str
    pieces: Sequence[Piece]
    pianos: Sequence[Piano]
    takes: int
    seed: int


def courses_from_folders(data: Path, sounds: Path, learnt: int, examined: int, seed: int) -> list[Course]:
    """The examined takes first: other pieces than those learnt, on another piano."""
    pieces = read_pieces(data)
    kept = [piece for piece in pieces if piece.is_held_out]
    others = [piece for piece in pieces if not piece.is_held_out]
    if not kept or not others:
        problem = "too few pieces: one in ten is kept for examinations, the others are learnt"
        raise InputError(str(data), problem, "give a folder with more of them")
    return [
        Course(EXAMINED, kept, [held_out_piano(sounds)], examined, seed),
        Course(LEARNT, others, training_pianos(sounds), learnt, seed),
    ]


def make_lessons(
    course: Course, folder: Path, enough: threading.Event, tell: Callable[[int, Lesson], None]
) -> None:
    """Every take that the folder does not have yet."""
    for number in range(course.takes):
        path = _path(folder, course.kind, number)
        if enough.is_set():
            return
        if path.exists():
            continue
        lesson = make_lesson(course, number)
        content = io.BytesIO()
        np.savez_compressed(content, **lesson.arrays())  # pyright: ignore[reportArgumentType] (its stubs)
        write_whole(path, content.getvalue())
        tell(number, lesson)


def make_lesson(course: Course, number: int) -> Lesson:
    """Draw it, play it, hear it, follow it."""
    random = np.random.default_rng([course.seed, course.kind == EXAMINED, number])
    piece = course.pieces[int(random.integers(len(course.pieces)))]
    score = read_score(piece)
    name = piece.performances[int(random.integers(len(piece.performances)))]
    take = draw_take(read_performed(piece, name, score), random)
    piano = course.pianos[int(random.integers(len(course.pianos)))]
    encoder = cast(Encoder, load_encoder())
    heard = hear_take(sound_of(take, piano, random), encoder)
    strange = random.random() < STRANGE and len(course.pieces) > 1
    if strange:
        others = [each for each in course.pieces if each is not piece]
        score = read_score(others[int(random.integers(len(others)))])
    return look_at_take(heard, score, take, random, strange)


def sound_of(take: PlantedTake, piano: Piano, random: np.random.Generator) -> np.ndarray:
    """As a microphone in some room has it."""
    length_s = float(take.sounding["onset_s"].max()) + AFTER_S
    struck = strokes(piano.keyboard, take.sounding, draw_touch(random), 0, random)
    dry = NumbaMixer([piano]).mix([Part(0, struck, 0.0)], int(length_s * SAMPLE_RATE_HZ))
    noise = torch.Generator().manual_seed(int(random.integers(1 << 31)))
    return through_rooms(dry, [draw_room(random)], noise)[0].numpy()


def read_lessons(folder: Path, kind: str) -> list[Lesson]:
    """All of one kind that are there, in order."""
    found = []
    for path in sorted(folder.glob(f"{kind}-*.npz")):
        try:
            with np.load(path) as arrays:
                found.append(lesson_of(dict(arrays)))
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
            problem = f"damaged, or no lesson ({type(error).__name__})"
            raise InputError(str(path), problem, "delete it, then make it again") from error
    if not found:
        raise InputError(str(folder), f"no lesson to be {kind} in it", "make some: repetiteur train lessons")
    return found


def _path(folder: Path, kind: str, number: int) -> Path:
    return folder / f"{kind}-{number:05}.npz"
