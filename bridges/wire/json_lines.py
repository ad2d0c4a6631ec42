"""Events and inputs as JSON, one to a line.

A line of an event has ``type`` first, then ``seq`` and ``at``; a line of an input has
``input`` first, so that both can share one journal.
"""

from __future__ import annotations

import json

from repetiteur.bridges.wire.errors import WireError
from repetiteur.bridges.wire.rows import event_of, event_row, input_of, input_row
from repetiteur.realtime.events import Event
from repetiteur.realtime.inputs import Input

LONGEST_LINE = 64 * 1024  # bytes

# ASCII only: a line separator of Unicode would cut a line in two for some readers.
_compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode


def encode(event: Event) -> bytes:
    """One compact line, newline included; the same bytes for the same event, always."""
    return (_compact(event_row(event)) + "\n").encode("ascii")


def decode(line: bytes | str) -> Event:
    """The event of a line. Raises ``WireError``, nothing else."""
    return event_of(_parsed(line))


def encode_input(item: Input) -> bytes:
    """One line for the journal; reads back as the very same input, to the last bit.

    A number without end is spelled ``Infinity`` or ``NaN``, as Python's ``json`` reads it.
    """
    return (_compact(input_row(item)) + "\n").encode("ascii")


def decode_input(line: bytes | str) -> Input:
    """The input of a line. Raises ``WireError``, nothing else."""
    return input_of(_parsed(line))


def _parsed(line: bytes | str) -> object:
    if len(line) > LONGEST_LINE:
        raise WireError(f"a line of {len(line)} bytes is longer than {LONGEST_LINE}")
    try:
        return json.loads(line)
    except (ValueError, RecursionError):  # ValueError: bad JSON, bad UTF-8, a number too long
        raise WireError("not a line of JSON") from None
