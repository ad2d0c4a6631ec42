"""Events and inputs as flat maps of numbers and words, and back.

JSON lines and msgpack are spellings of these maps; the plan of each row is derived once
from the dataclasses of the core. Events are rounded to what their unit deserves, so that
lines are short and the same on every machine; inputs are kept exactly, because a journal
is played again from them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from types import NoneType
from typing import Any, get_args, get_type_hints

from repetiteur.bridges.wire.errors import WireError
from repetiteur.realtime.events import EVENT_TYPES, Event, wire_name
from repetiteur.realtime.inputs import INPUT_TYPES, Input

Cell = int | float | str
Row = dict[str, Cell]

DEFAULT_DIGITS = 6  # seconds to the microsecond; quarters alike
DIGITS = {
    "bpm": 3,
    "confidence": 4,
    "deviation_ms": 3,
    "velocity_deviation": 2,
    "latency_p50_ms": 3,
    "latency_p99_ms": 3,
    "cpu": 4,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a row: how it is written and how it is read back."""

    name: str  # on the wire
    attribute: str
    write: Callable[[Any], Cell]
    read: Callable[[object], Any]  # raises ValueError
    optional: bool


def event_row(event: Event) -> Row:
    """``type`` and the event's fields in wire order, ``None`` left out."""
    row: Row = {"type": event.type}
    for column in _EVENT_COLUMNS[type(event)]:
        value = getattr(event, column.attribute)
        if value is not None:
            row[column.name] = column.write(value)
    return row


def event_of(row: object) -> Event:
    """The event of a row. Fields it does not know are left alone: rows only ever grow."""
    kind, cells = _kind_and_cells(row, "type", _EVENTS)
    return kind(**_read(cells, _EVENT_COLUMNS[kind]))


def input_row(item: Input) -> Row:
    """``input`` (its word) and the input's fields, exactly."""
    row: Row = {"input": _INPUT_WORDS[type(item)]}
    for column in _INPUT_COLUMNS[type(item)]:
        row[column.name] = column.write(getattr(item, column.attribute))
    return row


def input_of(row: object) -> Input:
    kind, cells = _kind_and_cells(row, "input", _INPUTS)
    return kind(**_read(cells, _INPUT_COLUMNS[kind]))


def _kind_and_cells(row: object, key: str, kinds: Mapping[str, type]) -> tuple[type, Mapping[str, object]]:
    if not isinstance(row, dict):
        raise WireError("not a map")
    word = row.get(key)
    kind = kinds.get(word) if isinstance(word, str) else None
    if kind is None:
        raise WireError(f"no known {key}")
    return kind, row


def _read(cells: Mapping[str, object], columns: tuple[Column, ...]) -> dict[str, Any]:
    values = {}
    for column in columns:
        value = cells.get(column.name)
        if value is None:
            if not column.optional:
                raise WireError(f"{column.name} is missing")
            values[column.attribute] = None
            continue
        try:
            values[column.attribute] = column.read(value)
        except (ValueError, OverflowError):
            raise WireError(f"{column.name} cannot be {str(value)[:40]!r}") from None
    return values


def _rounded(digits: int) -> Callable[[Any], float]:
    def write(value: Any) -> float:
        number = float(value)
        return round(number, digits) if math.isfinite(number) else 0.0  # the wire has no NaN

    return write


def _read_int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError
    return value


def _read_number(value: object) -> float:
    """Any number; the journal has infinities too, where an operator's value was one."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError
    return float(value)


def _read_finite(value: object) -> float:
    number = _read_number(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _read_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _read_value(value: object) -> float | str:
    return value if isinstance(value, str) else _read_number(value)


def _write_value(value: float | str) -> Cell:
    return str(value) if isinstance(value, str) else float(value)


def _read_choice(choices: type[StrEnum]) -> Callable[[object], StrEnum]:
    return lambda value: choices(_read_text(value))


def _columns(kind: type, exact: bool) -> tuple[Column, ...]:
    hints = get_type_hints(kind)
    return tuple(_column(field.name, hints[field.name], exact) for field in fields(kind))


def _column(attribute: str, hint: Any, exact: bool) -> Column:
    name = wire_name(attribute)
    kinds = [item for item in (get_args(hint) or (hint,)) if item is not NoneType]
    optional = len(kinds) < len(get_args(hint))
    if kinds == [float, str]:
        return Column(name, attribute, _write_value, _read_value, optional)
    (kind,) = kinds
    if kind is float:
        write = float if exact else _rounded(DIGITS.get(name, DEFAULT_DIGITS))
        return Column(name, attribute, write, _read_number if exact else _read_finite, optional)
    if kind is int:
        return Column(name, attribute, int, _read_int, optional)
    if issubclass(kind, StrEnum):
        return Column(name, attribute, str, _read_choice(kind), optional)
    return Column(name, attribute, str, _read_text, optional)


def _input_word(kind: type) -> str:
    """``NoteOn`` is ``note_on``."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", kind.__name__).lower()


_EVENTS: dict[str, type] = {kind.type: kind for kind in EVENT_TYPES}
_EVENT_COLUMNS = {kind: _columns(kind, exact=False) for kind in EVENT_TYPES}
_INPUT_WORDS = {kind: _input_word(kind) for kind in INPUT_TYPES}
_INPUTS = {word: kind for kind, word in _INPUT_WORDS.items()}
_INPUT_COLUMNS = {kind: _columns(kind, exact=True) for kind in INPUT_TYPES}
