"""msgpack, without sockets: events as maps with the keys of JSON lines, commands, answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import msgpack

from repetiteur.bridges.wire.control import Answer, Pong, PropertyValue, ScoreInfo
from repetiteur.bridges.wire.errors import WireError
from repetiteur.bridges.wire.rows import event_of, event_row
from repetiteur.realtime.events import WIRE_VERSION, Event

LARGEST_COMMAND = 16 * 1024  # bytes held for one map that is not complete yet
MOST_KEYS = 32

Id = int | str | None

_packed = cast(Callable[[object], bytes], msgpack.packb)


def encode(event: Event) -> bytes:
    return _packed(event_row(event))


def decode(data: bytes) -> Event:
    """The event of one whole map. Raises ``WireError``, nothing else."""
    maps = Maps()
    maps.feed(data)
    rows = list(maps)
    if len(rows) != 1:
        raise WireError(f"{len(rows)} maps where one was expected")
    return event_of(rows[0])


def encode_hello(name: str) -> bytes:
    """What a client says first."""
    return _packed({"type": "hello", "wire": WIRE_VERSION, "name": name})


def encode_done(id_: Id, answer: Answer | None) -> bytes:
    """A command went well; an answer adds its own keys."""
    return _packed({"re": id_, "ok": True, **_answer_keys(answer)})


def encode_refused(id_: Id, what: str, remedy: str) -> bytes:
    return _packed({"re": id_, "ok": False, "fault": what, "remedy": remedy})


def encode_changed(value: PropertyValue) -> bytes:
    """A property that is listened to has another value now."""
    return _packed(_answer_keys(value))


def encode_bye(reason: str, remedy: str) -> bytes:
    """Last words before the connection is closed."""
    return _packed({"bye": reason, "remedy": remedy})


def command_id(words: dict[str, Any]) -> Id:
    """What to answer to: a short word or a number, else nothing."""
    id_ = words.get("id")
    if isinstance(id_, str) and len(id_) <= 64:
        return id_
    return id_ if isinstance(id_, int) else None


def _answer_keys(answer: Answer | None) -> dict[str, Any]:
    match answer:
        case None:
            return {}
        case Pong(number, stream_ms):
            return {"number": number, "stream_ms": stream_ms}
        case PropertyValue(name, value):
            return {"property": name, "value": value if isinstance(value, str) else float(value)}
        case ScoreInfo():
            return {
                "score": answer.id,
                "title": answer.title,
                "bars": answer.bars,
                "notes": answer.notes,
                "parts": list(answer.parts),
            }


class Maps:
    """Bytes in as they come, whole maps out; bounded, so a stranger cannot fill the memory.

    After a ``WireError`` the place in the stream is lost and the connection must end.
    """

    def __init__(self) -> None:
        self._unpacker = msgpack.Unpacker(
            raw=False,
            strict_map_key=True,
            max_buffer_size=LARGEST_COMMAND,
            max_map_len=MOST_KEYS,
            max_array_len=MOST_KEYS,
            max_ext_len=0,
        )

    def feed(self, data: bytes) -> None:
        try:
            self._unpacker.feed(data)
        except msgpack.BufferFull:
            raise WireError(f"a map larger than {LARGEST_COMMAND} bytes") from None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while True:
            try:
                item = self._unpacker.unpack()
            except msgpack.OutOfData:
                return
            except msgpack.BufferFull:
                raise WireError(f"a map larger than {LARGEST_COMMAND} bytes") from None
            except (ValueError, TypeError, RecursionError, msgpack.UnpackException):
                raise WireError("not msgpack") from None
            if not isinstance(item, dict) or not all(isinstance(key, str) for key in item):
                raise WireError("not a map with words as keys")
            yield item
