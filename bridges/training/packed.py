"""All that a run needs in one small file, for a machine without a network: notes, and compact pianos.

The file is an ``.npz``. Notes are whole tenths of milliseconds. Of each piano every third key is kept; the
keys between are the nearest one, at another speed. Numbers of several bytes are stored byte by byte (all
the low ones first), which packs better. Needs numpy alone.
"""

from __future__ import annotations

import io
import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from repetiteur.bridges.training.files import write_whole
from repetiteur.bridges.training.lessons import Lessons
from repetiteur.models.encoder.heads import KEYS, SAMPLE_RATE_HZ
from repetiteur.models.studio.note_codec import decode, encode
from repetiteur.models.studio.performance import PLAYED, Performance
from repetiteur.models.studio.pianos import Piano, some_keys
from repetiteur.realtime.errors import InputError

FORMAT = "repetiteur training pack 1"
TICKS_PER_S = 10_000
KEYS_APART = 3
SELDOM, SELDOM_APART = 1, 6  # instruments of this weight, which are no pianos, are kept more coarsely
NOTE_S = 5.0
FADE_S = 0.2
DECODED_AT_ONCE = 64  # notes


def write_packed(path: Path, lessons: Lessons) -> int:
    """Returns the file's size in bytes."""
    weights = Counter(piano.name for piano in lessons.instruments)
    pianos = {piano.name: piano for piano in (*lessons.instruments, lessons.held_out)}
    about = {
        "format": FORMAT,
        "performances": [[each.name, len(each.notes)] for each in lessons.performances],
        "instruments": [[name, weights[name]] for name in pianos],  # weight 0: held out
    }
    arrays = {"about": np.frombuffer(json.dumps(about).encode(), np.uint8)}
    arrays |= _packed_notes(lessons.performances)
    for number, piano in enumerate(pianos.values()):
        apart = SELDOM_APART if weights[piano.name] == SELDOM else KEYS_APART
        arrays |= _packed_piano(f"piano{number}/", piano, np.arange(0, KEYS, apart))
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)  # pyright: ignore[reportArgumentType] (its stubs want a bool)
    write_whole(path, content.getvalue())
    return content.tell()


def read_packed(path: Path) -> Lessons:
    """What ``write_packed`` was given, with fewer recordings of each instrument."""
    remedy = "write it again: repetiteur train pack"
    try:
        with np.load(path) as arrays:
            about = json.loads(bytes(arrays["about"]))
            if about["format"] != FORMAT:
                raise InputError(str(path), f"its format is {about['format']!r}, not {FORMAT!r}", remedy)
            performances = _performances(arrays, about["performances"])
            instruments: list[Piano] = []
            held_out: list[Piano] = []
            for number, (name, weight) in enumerate(about["instruments"]):
                piano = _piano(arrays, f"piano{number}/", name)
                instruments += [piano] * weight
                held_out += [piano] * (weight == 0)
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror or error})", remedy) from error
    except (ValueError, KeyError, IndexError, TypeError, EOFError, BadZipFile, zlib.error) as error:
        raise InputError(
            str(path), f"damaged, or no training pack ({type(error).__name__})", remedy
        ) from error
    lessons = Lessons(performances, instruments, held_out[0])
    lessons.check(str(path))
    return lessons


def _packed_notes(performances: Sequence[Performance]) -> dict[str, np.ndarray]:
    onset, lasting = [], []
    for performance in performances:
        ticks = np.round(performance.notes["onset_s"] * TICKS_PER_S).astype(np.int64)
        end = np.round(performance.notes["offset_s"] * TICKS_PER_S).astype(np.int64)
        onset.append(np.diff(ticks, prepend=0))
        lasting.append(end - ticks)
    notes = np.concatenate([performance.notes for performance in performances])
    return {
        "onset": _bytewise(np.concatenate(onset).astype(np.int32)),  # since the note before
        "lasting": _bytewise(np.concatenate(lasting).astype(np.int32)),
        "pitch": notes["pitch"].astype(np.uint8),
        "velocity": notes["velocity"].astype(np.uint8),
    }


def _performances(arrays: Mapping[str, np.ndarray], listed: Sequence[tuple[str, int]]) -> list[Performance]:
    onset, lasting = (
        _whole(arrays[name], np.dtype(np.int32)).astype(np.int64) for name in ("onset", "lasting")
    )
    pitch, velocity = arrays["pitch"], arrays["velocity"]
    found, begin = [], 0
    for name, many in listed:
        own = slice(begin, begin + many)
        notes = np.zeros(many, PLAYED)
        ticks = np.cumsum(onset[own])
        notes["onset_s"], notes["offset_s"] = ticks / TICKS_PER_S, (ticks + lasting[own]) / TICKS_PER_S
        notes["pitch"], notes["velocity"] = pitch[own], velocity[own]
        found.append(Performance(name, notes))
        begin += many
    return found


def _packed_piano(prefix: str, piano: Piano, keys: np.ndarray) -> dict[str, np.ndarray]:
    """Some of its keys, shortened, each note at a peak of 1."""
    length = min(int(NOTE_S * SAMPLE_RATE_HZ), piano.samples.shape[2])
    recorded = piano.keyboard.recording[keys]
    notes = piano.samples[recorded, :, :length].reshape(-1, length).astype(np.float32)
    fade = min(int(FADE_S * SAMPLE_RATE_HZ), length)
    notes[:, -fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    peaks = np.maximum(np.abs(notes).max(1), 1.0)
    return {
        prefix + "notes": _bytewise(encode(notes / peaks[:, None])),
        prefix + "peaks": piano.scales[recorded].reshape(-1) * peaks,
        prefix + "keys": keys,
        prefix + "layers": piano.keyboard.layers,
        prefix + "samples": np.array(length),
    }


def _piano(arrays: Mapping[str, np.ndarray], prefix: str, name: str) -> Piano:
    layers, keys, length = arrays[prefix + "layers"], arrays[prefix + "keys"], int(arrays[prefix + "samples"])
    packed = _whole(arrays[prefix + "notes"], np.dtype(np.int16))
    samples = np.empty((len(packed), length), np.int16)
    scales = np.empty(len(packed), np.float32)
    for begin in range(0, len(packed), DECODED_AT_ONCE):
        some = slice(begin, begin + DECODED_AT_ONCE)
        sound = decode(packed[some], length)
        peaks = np.maximum(np.abs(sound).max(1), 1e-6)
        samples[some] = np.round(sound / peaks[:, None] * 32767)
        scales[some] = peaks / 32767
    scales *= arrays[prefix + "peaks"]
    shape = len(keys), len(layers)
    return Piano(name, samples.reshape(*shape, length), scales.reshape(shape), some_keys(layers, keys))


def _bytewise(values: np.ndarray) -> np.ndarray:
    """(bytes of a number, ...) uint8, the lowest first."""
    little = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
    return np.ascontiguousarray(np.moveaxis(little[..., None].view(np.uint8), -1, 0))


def _whole(planes: np.ndarray, kind: np.dtype) -> np.ndarray:
    """The numbers that ``_bytewise`` took apart."""
    apart = np.ascontiguousarray(np.moveaxis(planes, 0, -1))
    return apart.view(kind.newbyteorder("<"))[..., 0].astype(kind)
