"""Trained weights as a file: safetensors, with the network's shape and its training beside the numbers.

One way for every network: each says in a ``Kind`` what its files are like. Reading needs no torch. A file is
read whole and checked before anything uses it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

ABOUT = "repetiteur"  # the text beside the arrays: JSON with format, shape and training


class _Plain(Protocol):
    def as_plain(self) -> dict[str, object]: ...


S = TypeVar("S", bound=_Plain)


class WeightsError(ValueError):
    """A weights file that cannot be used, told in one line: where, what is wrong, what to do."""

    def __init__(self, where: str, problem: str, remedy: str) -> None:
        self.where, self.problem, self.remedy = where, problem, remedy
        super().__init__(where, problem, remedy)

    def __str__(self) -> str:
        return f"{self.where}: {self.problem} ({self.remedy})"


@dataclass(frozen=True)  # no slots: making a generic one by ``Weights[Shape](...)`` would fail
class Weights(Generic[S]):
    """Read-only float32 arrays under the names that training gives them."""

    shape: S
    arrays: Mapping[str, np.ndarray]
    training: Mapping[str, object]  # facts for people: data, hours, steps, scores
    fingerprint: str  # the first 12 digits of the file's SHA-256


@dataclass(frozen=True, slots=True)
class Kind(Generic[S]):
    """What the weights files of one network are like."""

    format: str
    what: str  # in a sentence: "so no ..."
    remedy: str
    most_bytes: int  # what is larger is something else
    numbers: type[np.floating]  # what a file may hold; np.floating: of any width
    shape_of: Callable[[dict[str, Any]], S]  # raises ValueError, TypeError, KeyError or AttributeError
    sizes: Callable[[S], dict[str, tuple[int, ...]]]  # every array that a network of a shape has


def write(
    kind: Kind[S],
    path: Path,
    state: Mapping[str, object],
    shape: S,
    training: Mapping[str, object],
    stored: type[np.floating],
) -> str:
    """A network's ``state_dict()`` (torch tensors on the CPU, or arrays), ``stored`` so wide. Returns the
    fingerprint."""
    from safetensors.numpy import save

    given = {name: np.asarray(values) for name, values in state.items()}
    arrays = {name: np.ascontiguousarray(array, stored) for name, array in given.items()}
    due = kind.sizes(shape)
    problem = _disagreement(given, due, np.floating) or _disagreement(arrays, due, np.floating)
    if problem:
        raise WeightsError(str(path), problem, "save the state of a network of that shape")
    about = {"format": kind.format, "shape": shape.as_plain(), "training": dict(training)}
    # One text: several would come in any order.
    content = save(arrays, {ABOUT: json.dumps(about, sort_keys=True)})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return _fingerprint(content)


def read(kind: Kind[S], path: Path) -> Weights[S]:
    """Everything checked. Raises WeightsError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    where, remedy = str(path), kind.remedy
    try:
        if path.stat().st_size > kind.most_bytes:
            raise WeightsError(where, f"larger than {kind.most_bytes >> 20} MB, so no {kind.what}", remedy)
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(where, f"cannot be read: {error.strerror or error}", remedy) from error
    try:
        stored = load(content)
        about = _about(content)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(where, "damaged, or not a safetensors file", remedy) from error
    if about.get("format") != kind.format:
        raise WeightsError(where, f"its format is {about.get('format')!r}, not {kind.format!r}", remedy)
    try:
        shape, training = kind.shape_of(about["shape"]), dict(about["training"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise WeightsError(where, f"its description of the network is wrong: {error}", remedy) from error
    problem = _disagreement(stored, kind.sizes(shape), kind.numbers)
    if problem:
        raise WeightsError(where, problem, remedy)
    arrays = {name: np.ascontiguousarray(array, np.float32) for name, array in stored.items()}
    for array in arrays.values():
        array.setflags(write=False)
    return Weights(shape, arrays, training, _fingerprint(content))


def _fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _about(content: bytes) -> dict[str, Any]:
    """The text beside the arrays, which the library's reader of bytes leaves out."""
    length = int.from_bytes(content[:8], "little")
    texts = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    return dict(json.loads(texts.get(ABOUT, "{}")))


def _disagreement(
    arrays: Mapping[str, np.ndarray], due: Mapping[str, tuple[int, ...]], numbers: type[np.floating]
) -> str:
    """What is wrong with the arrays, or nothing."""
    different = sorted(set(due) ^ set(arrays))
    if different:
        return f"its arrays are not those its shape asks for: {', '.join(different[:3])}"
    for name, size in due.items():
        array = arrays[name]
        if array.shape != size:
            return f"{name} is {array.shape}, not {size}"
        if not np.issubdtype(array.dtype, numbers) or not np.isfinite(array).all():
            return f"{name} holds something that is no number"
    return ""
