"""OSC 1.0 packets, without sockets: every event and answer out, any strict packet in.

Out go only int32, float32 and strings, one message per datagram (Pd and Max take nothing
else). The table ``SPELLINGS`` is the whole vocabulary; arguments are only ever appended.
Points and spans of time are int32 milliseconds, because float32 loses time over an hour.
What does not apply is -1 or the empty string.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from repetiteur.bridges.wire.control import Answer, Pong, PropertyValue, ScoreInfo
from repetiteur.realtime import events
from repetiteur.realtime.events import Event, NoteStatus

ROOT = "/repetiteur"
Argument = int | float | str
Packer = Callable[[Sequence[Argument]], bytes]

NONE = -1  # an id or pitch that does not apply
STATUS_NUMBERS = {NoteStatus.PROVISIONAL: 0, NoteStatus.CONFIRMED: 1, NoteStatus.WITHDRAWN: 2}
INT32_LOW, INT32_HIGH = -(2**31), 2**31 - 1
FLOAT32_HIGH = 3.4e38


@dataclass(frozen=True, slots=True)
class Spelling:
    """How one event is said: address below the root, type tags, argument names, values.

    ``values(event, now_s)``: ``now_s`` is stream time at sending, for the age of a position.
    """

    event: type[Event]
    address: str
    tags: str
    names: tuple[str, ...]
    values: Callable[[Any, float], tuple[Argument, ...]]


def _ms(seconds: float) -> int:
    return _whole(seconds * 1000.0)


def _age(event: Event, now_s: float) -> int:
    return max(_ms(now_s - event.at), 0)


def _whole(number: float) -> int:
    return round(number) if math.isfinite(number) else 0


def _id(number: int | None) -> int:
    return NONE if number is None else number


_TABLE = (
    Spelling(events.Hello, "hello", "sisii", ("version", "wire", "score", "bars", "notes"),
             lambda e, now_s: (e.version, e.wire, e.score, e.bars, e.notes)),
    Spelling(events.StateChanged, "state", "s", ("state",), lambda e, now_s: (e.state,)),
    Spelling(events.Position, "position", "siffffi",
             ("bar", "bar_index", "beat", "q", "bpm", "confidence", "age_ms"),
             lambda e, now_s: (e.bar, e.bar_index, e.beat, e.q, e.bpm, e.confidence, _age(e, now_s))),
    Spelling(events.Note, "note", "iiiii", ("id", "pitch", "velocity", "onset_ms", "status"),
             lambda e, now_s: (e.id, e.pitch, e.velocity, _ms(e.onset), STATUS_NUMBERS[e.status])),
    Spelling(events.NoteEnd, "note_end", "ii", ("id", "offset_ms"), lambda e, now_s: (e.id, _ms(e.offset))),
    Spelling(events.Match, "match", "iisfiif",
             ("seq", "note", "score_note", "q", "pass", "deviation_ms", "velocity_deviation"),
             lambda e, now_s: (e.seq, e.note, e.score_note, e.q, e.pass_, _whole(e.deviation_ms),
                               e.velocity_deviation)),
    Spelling(events.Mistake, "mistake", "issiiifiif",
             ("seq", "kind", "score_note", "expected", "note", "played", "q", "pass", "onset_ms",
              "confidence"),
             lambda e, now_s: (e.seq, e.kind, e.score_note or "", _id(e.expected), _id(e.note), _id(e.played),
                               e.q, e.pass_, _ms(e.onset), e.confidence)),
    Spelling(events.Retract, "retract", "i", ("of",), lambda e, now_s: (e.of,)),
    Spelling(events.Beat, "beat", "siii", ("bar", "bar_index", "beat", "pass"),
             lambda e, now_s: (e.bar, e.bar_index, e.beat, e.pass_)),
    Spelling(events.Bar, "bar", "sii", ("bar", "bar_index", "pass"),
             lambda e, now_s: (e.bar, e.bar_index, e.pass_)),
    Spelling(events.Mark, "mark", "ssi", ("mark", "bar", "pass"), lambda e, now_s: (e.mark, e.bar, e.pass_)),
    Spelling(events.Jump, "jump", "fff", ("from_q", "to_q", "confidence"),
             lambda e, now_s: (e.from_q, e.to_q, e.confidence)),
    Spelling(events.Turn, "turn", "ssi", ("what", "bar", "in_ms"),
             lambda e, now_s: (e.what, e.bar, _ms(e.seconds))),
    Spelling(events.Health, "health", "ffiif",
             ("latency_p50_ms", "latency_p99_ms", "overflows", "dropped", "cpu"),
             lambda e, now_s: (e.latency_p50_ms, e.latency_p99_ms, e.overflows, e.dropped, e.cpu)),
    Spelling(events.Fault, "fault", "ss", ("what", "remedy"), lambda e, now_s: (e.what, e.remedy)),
)  # fmt: skip

SPELLINGS: dict[type[Event], Spelling] = {item.event: item for item in _TABLE}


def encode(event: Event, now_s: float | None = None) -> bytes:
    """One event as one packet. ``now_s``: stream time at sending (left out: no age)."""
    values, pack = _ENCODERS[type(event)]
    return pack(values(event, event.at if now_s is None else now_s))


def encode_answer(answer: Answer) -> bytes:
    """What is said back to a request."""
    match answer:
        case Pong(number, stream_ms):
            return message("pong", (number, stream_ms))
        case PropertyValue(name, value):
            return message(f"get/{name}", (value if isinstance(value, str) else float(value),))
        case ScoreInfo():
            parts = ", ".join(answer.parts)
            return message("score/info", (answer.id, answer.title, answer.bars, answer.notes, parts))


def encode_fault(what: str, remedy: str) -> bytes:
    """The answer to a request that cannot be used; spelled as the event is."""
    return message("fault", (what, remedy))


def message(address: str, arguments: Sequence[Argument]) -> bytes:
    """Any message under the root; each argument goes as what it is."""
    return packet(f"{ROOT}/{address}", arguments)


def packet(address: str, arguments: Sequence[Argument]) -> bytes:
    """Any message at all, as other programs want theirs."""
    return _packer(address, "".join(map(_tag, arguments)))(arguments)


def _tag(argument: Argument) -> str:
    if isinstance(argument, str):
        return "s"
    return "f" if isinstance(argument, float) else "i"


@lru_cache(maxsize=256)
def _packer(address: str, tags: str) -> Packer:
    """A function from arguments to the packet: runs of numbers go through one struct."""
    head = _string(address) + _string("," + tags)
    runs: list[tuple[int, int, struct.Struct | None]] = []
    start = 0
    for is_text, group in groupby(tags, lambda tag: tag == "s"):
        length = len(list(group))
        if is_text:
            runs += [(start + index, start + index + 1, None) for index in range(length)]
        else:
            runs.append((start, start + length, struct.Struct(">" + tags[start : start + length])))
        start += length

    def pack(arguments: Sequence[Argument]) -> bytes:
        out = head
        for first, last, numbers in runs:
            values: Any = arguments[first:last]
            if numbers is None:
                out += _string(values[0])
                continue
            try:
                if not math.isfinite(sum(values)):
                    raise OverflowError
                out += numbers.pack(*values)
            except (struct.error, OverflowError):  # beyond 32 bits, or no number: the nearest that fits
                out += numbers.pack(*map(_clamped, tags[first:last], values))
        return out

    return pack


def _clamped(tag: str, number: float) -> float | int:
    if math.isnan(number):
        return 0
    low, high = (INT32_LOW, INT32_HIGH) if tag == "i" else (-FLOAT32_HIGH, FLOAT32_HIGH)
    bounded = min(max(number, low), high)
    return int(bounded) if tag == "i" else bounded


@lru_cache(maxsize=4096)
def _string(text: str) -> bytes:
    """Zero-ended and padded to four bytes. Bar labels come again and again: remembered."""
    data = text.replace("\0", " ").encode("utf-8", "replace")
    return data + b"\0" * (4 - len(data) % 4)


_ENCODERS = {item.event: (item.values, _packer(f"{ROOT}/{item.address}", item.tags)) for item in _TABLE}
