"""WebSocket (RFC 6455) as bytes in and messages out, from the server's side. No sockets, no extensions."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha1

from repetiteur.bridges.web.http import Head

MOST_BYTES = 16 * 1024  # of one message from a viewer, in however many frames
_MOST_FRAMES = 64  # of one message
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_MOST_CONTROL = 125
_FINAL, _MASKED, _RESERVED = 0x80, 0x80, 0x70


class Opcode(IntEnum):
    MORE = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


class Closing(IntEnum):
    """Why a connection ends."""

    DONE = 1000
    GOING_AWAY = 1001
    BROKEN = 1002
    NOT_TAKEN = 1003
    NOT_TEXT = 1007
    TOO_BIG = 1009
    TRY_LATER = 1013


class WebSocketError(Exception):
    """What came ends the connection."""

    def __init__(self, closing: Closing, why: str) -> None:
        super().__init__(why)
        self.closing = closing


@dataclass(frozen=True, slots=True)
class Message:
    """TEXT with its text, or CLOSE, PING, PONG with their bytes."""

    opcode: Opcode
    text: str
    data: bytes


def accept(head: Head) -> bytes | None:
    """The answer that turns a request into a WebSocket; None where it did not ask for one."""
    upgrade = head.header("upgrade").lower() == "websocket"
    connection = "upgrade" in (word.strip() for word in head.header("connection").lower().split(","))
    key = head.header("sec-websocket-key")
    if not (upgrade and connection and head.method == "GET" and head.header("sec-websocket-version") == "13"):
        return None
    try:
        if len(base64.b64decode(key, validate=True)) != 16:
            return None
    except (binascii.Error, ValueError):
        return None
    proof = base64.b64encode(sha1(key.encode("ascii") + _GUID).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + proof + b"\r\n\r\n"
    )


def frame(opcode: Opcode, data: bytes) -> bytes:
    """One whole message, unmasked as servers send it."""
    if len(data) <= _MOST_CONTROL:
        return bytes((_FINAL | opcode, len(data))) + data
    if len(data) < 1 << 16:
        return bytes((_FINAL | opcode, 126)) + len(data).to_bytes(2, "big") + data
    return bytes((_FINAL | opcode, 127)) + len(data).to_bytes(8, "big") + data


def close_frame(closing: Closing, why: str) -> bytes:
    return frame(Opcode.CLOSE, closing.to_bytes(2, "big") + why.encode()[: _MOST_CONTROL - 2])


class Frames:
    """Fed with what a client sends; iterating gives the messages that are complete.

    Holds no more than one message and one chunk. Raises ``WebSocketError``, nothing else.
    """

    def __init__(self) -> None:
        self._data = bytearray()
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> None:
        self._data += data

    def __iter__(self) -> Iterator[Message]:
        while (found := self._frame()) is not None:
            final, opcode, data = found
            if opcode >= Opcode.CLOSE:
                yield Message(opcode, "", data)
            else:
                self._gather(opcode, data)
                if final:
                    whole = b"".join(self._parts)
                    self._parts, self._size = [], 0
                    yield Message(Opcode.TEXT, _text(whole), b"")

    def _gather(self, opcode: Opcode, data: bytes) -> None:
        if (opcode is Opcode.MORE) != bool(self._parts):
            raise WebSocketError(Closing.BROKEN, "frames in the wrong order")
        self._parts.append(data)
        self._size += len(data)
        if self._size > MOST_BYTES or len(self._parts) > _MOST_FRAMES:
            raise WebSocketError(Closing.TOO_BIG, f"a message has at most {MOST_BYTES} bytes")

    def _frame(self) -> tuple[bool, Opcode, bytes] | None:
        """The next frame, unmasked; None until all of it is there."""
        data = self._data
        if len(data) < 2:
            return None
        final, opcode, short = bool(data[0] & _FINAL), _opcode(data[0]), data[1] & 0x7F
        if not data[1] & _MASKED:
            raise WebSocketError(Closing.BROKEN, "frames of a client are masked")
        if opcode >= Opcode.CLOSE and (short > _MOST_CONTROL or not final):
            raise WebSocketError(Closing.BROKEN, "a control frame is short and whole")
        wide = {126: 2, 127: 8}.get(short, 0)
        start = 2 + wide + 4
        if len(data) < start:
            return None
        length = int.from_bytes(data[2 : 2 + wide], "big") if wide else short
        if length > MOST_BYTES:
            raise WebSocketError(Closing.TOO_BIG, f"a message has at most {MOST_BYTES} bytes")
        if len(data) < start + length:
            return None
        masked = bytes(data[start : start + length])
        plain = _unmasked(masked, bytes(data[start - 4 : start]))
        del data[: start + length]
        return final, opcode, plain


def _opcode(first: int) -> Opcode:
    if first & _RESERVED:
        raise WebSocketError(Closing.BROKEN, "no extension was agreed on")
    try:
        opcode = Opcode(first & 0x0F)
    except ValueError:
        raise WebSocketError(Closing.BROKEN, "no such kind of frame") from None
    if opcode is Opcode.BINARY:
        raise WebSocketError(Closing.NOT_TAKEN, "text is taken here")
    return opcode


def _unmasked(data: bytes, mask: bytes) -> bytes:
    stretched = (mask * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(stretched, "big")).to_bytes(len(data), "big")


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise WebSocketError(Closing.NOT_TEXT, "that is not UTF-8") from None
