"""Reading OSC 1.0 packets from strangers: strict, bounded, and never surprised.

Accepted: messages with arguments of the types ``i f s d h T F``, and bundles of them, nested
a little. Time tags are not waited for: control is for now. Anything else is a ``WireError``.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from repetiteur.bridges.wire.errors import WireError

LARGEST_PACKET = 8192  # bytes
MOST_MESSAGES = 64  # in one packet
MOST_ARGUMENTS = 32
DEEPEST_BUNDLE = 4

_BUNDLE = b"#bundle\0"
_NUMBERS = {tag: struct.Struct(form) for tag, form in (("i", ">i"), ("f", ">f"), ("d", ">d"), ("h", ">q"))}


@dataclass(frozen=True, slots=True)
class Message:
    address: str
    arguments: tuple[int | float | str, ...]


def decode(packet: bytes) -> list[Message]:
    """Every message of a packet, in order. Raises ``WireError``, nothing else; a packet with
    one bad part is refused whole."""
    if len(packet) > LARGEST_PACKET:
        raise WireError(f"a packet of {len(packet)} bytes is larger than {LARGEST_PACKET}")
    messages: list[Message] = []
    _read_part(packet, 0, messages)
    return messages


def _read_part(part: bytes, depth: int, messages: list[Message]) -> None:
    if not part or len(part) % 4:
        raise WireError(f"a part of {len(part)} bytes is no multiple of four")
    if not part.startswith(_BUNDLE):
        if len(messages) >= MOST_MESSAGES:
            raise WireError(f"more than {MOST_MESSAGES} messages in one packet")
        messages.append(_read_message(part))
        return
    if depth >= DEEPEST_BUNDLE:
        raise WireError(f"bundles nested deeper than {DEEPEST_BUNDLE}")
    place = 16  # after the mark and the time tag
    if len(part) < place:
        raise WireError("a bundle cut short")
    while place < len(part):
        (size,) = _NUMBERS["i"].unpack_from(part, place)
        place += 4
        if not 0 < size <= len(part) - place:
            raise WireError("a bundle whose sizes do not add up")
        _read_part(part[place : place + size], depth + 1, messages)
        place += size


def _read_message(part: bytes) -> Message:
    address, place = _read_string(part, 0)
    if not address.startswith("/"):
        raise WireError("an address that does not begin with /")
    if place == len(part):
        return Message(address, ())  # old senders leave the type tags out when there is nothing
    tags, place = _read_string(part, place)
    if not tags.startswith(","):
        raise WireError("no type tags")
    if len(tags) - 1 > MOST_ARGUMENTS:
        raise WireError(f"more than {MOST_ARGUMENTS} arguments")
    arguments: list[int | float | str] = []
    for tag in tags[1:]:
        if tag in "TF":
            arguments.append(int(tag == "T"))
        elif tag == "s":
            text, place = _read_string(part, place)
            arguments.append(text)
        elif tag in _NUMBERS:
            number = _NUMBERS[tag]
            if place + number.size > len(part):
                raise WireError("arguments cut short")
            arguments.append(number.unpack_from(part, place)[0])
            place += number.size
        else:
            raise WireError(f"arguments of type {tag!r} are not understood")
    if place != len(part):
        raise WireError("more bytes than the type tags announce")
    return Message(address, tuple(arguments))


def _read_string(part: bytes, place: int) -> tuple[str, int]:
    end = part.find(b"\0", place)
    if end < 0:
        raise WireError("a string without its end")
    after = end + 4 - end % 4  # parts begin at a multiple of four
    try:
        return part[place:end].decode("utf-8"), after
    except UnicodeDecodeError:
        raise WireError("a string that is not UTF-8") from None
