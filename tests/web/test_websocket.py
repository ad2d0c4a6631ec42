"""Frames from bytes: those of the standard's examples, fragments, and everything a stranger may send."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repetiteur.bridges.web.http import Head
from repetiteur.bridges.web.websocket import (
    MOST_BYTES,
    Closing,
    Frames,
    Message,
    Opcode,
    WebSocketError,
    accept,
    close_frame,
    frame,
)

MASK = b"\x37\xfa\x21\x3d"


def masked(first: int, data: bytes, mask: bytes = MASK) -> bytes:
    size = len(data)
    length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    hidden = bytes(byte ^ mask[k % 4] for k, byte in enumerate(data))
    return bytes((first,)) + length + mask + hidden


def messages(data: bytes) -> list[Message]:
    frames = Frames()
    frames.feed(data)
    return list(frames)


def closing(data: bytes) -> Closing:
    with pytest.raises(WebSocketError) as error:
        messages(data)
    return error.value.closing


def test_the_examples_of_the_standard() -> None:
    hello = bytes.fromhex("818537fa213d7f9f4d5158")
    assert messages(hello) == [Message(Opcode.TEXT, "Hello", b"")]
    assert frame(Opcode.TEXT, b"Hello") == bytes.fromhex("810548656c6c6f")
    headers = {
        "upgrade": "websocket", "connection": "keep-alive, Upgrade", "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in (accept(Head("GET", "/live", "", headers)) or b"")


@pytest.mark.parametrize(
    "change",
    [{"sec-websocket-key": "short"}, {"sec-websocket-version": "8"}, {"upgrade": "h2c"},
     {"connection": "close"}, {"sec-websocket-key": "ä" * 16}],
)  # fmt: skip
def test_what_is_no_handshake_is_none(change: dict[str, str]) -> None:
    headers = {
        "upgrade": "websocket", "connection": "Upgrade", "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    assert accept(Head("GET", "/live", "", headers)) is not None
    assert accept(Head("GET", "/live", "", headers | change)) is None


@given(st.text(max_size=400), st.integers(1, 40), st.binary(min_size=4, max_size=4))
def test_a_text_arrives_in_whatever_pieces(text: str, size: int, mask: bytes) -> None:
    data = text.encode()
    half = len(data) // 2
    sent = masked(0x01, data[:half], mask) + masked(0x89, b"?") + masked(0x80, data[half:], mask)
    frames, got = Frames(), []
    for k in range(0, len(sent), size):
        frames.feed(sent[k : k + size])
        got += frames
    assert got == [Message(Opcode.PING, "", b"?"), Message(Opcode.TEXT, text, b"")]


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_lengths_are_written_as_the_standard_has_them(size: int) -> None:
    data = frame(Opcode.TEXT, b"x" * size)
    head = {0: 2, 125: 2, 126: 4, 65535: 4, 65536: 10}[size]
    assert len(data) == head + size
    assert len(close_frame(Closing.DONE, "y" * 500)) == 127


def test_what_breaks_the_rules_ends_the_connection() -> None:
    assert closing(bytes.fromhex("810548656c6c6f")) is Closing.BROKEN  # not masked
    assert closing(masked(0xC1, b"x")) is Closing.BROKEN  # an extension nobody agreed on
    assert closing(masked(0x83, b"x")) is Closing.BROKEN  # no such frame
    assert closing(masked(0x82, b"x")) is Closing.NOT_TAKEN  # binary
    assert closing(masked(0x80, b"x")) is Closing.BROKEN  # goes on with nothing
    assert closing(masked(0x01, b"x") + masked(0x01, b"y")) is Closing.BROKEN  # begins in the middle
    assert closing(masked(0x09, b"x")) is Closing.BROKEN  # a ping in pieces
    assert closing(masked(0x81, b"\xff\xfe")) is Closing.NOT_TEXT


def test_no_message_grows_without_end() -> None:
    assert closing(b"\x81\xff" + (1 << 62).to_bytes(8, "big") + MASK) is Closing.TOO_BIG
    piece = masked(0x01, b"x" * 5000)
    more = masked(0x00, b"x" * 5000)
    assert closing(piece + more * (MOST_BYTES // 5000 + 1)) is Closing.TOO_BIG
    assert closing(masked(0x01, b"") + masked(0x00, b"") * 100) is Closing.TOO_BIG


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_nothing_else_is_raised_on_any_bytes(chunks: list[bytes]) -> None:
    frames = Frames()
    try:
        for chunk in chunks:
            frames.feed(chunk)
            list(frames)
    except WebSocketError:
        pass


def test_nor_on_frames_with_something_strange_in_them() -> None:
    for _ in range(2000):
        data = bytearray(masked(0x81, os.urandom(20)))
        data[os.urandom(1)[0] % len(data)] ^= os.urandom(1)[0]
        try:
            messages(bytes(data))
        except WebSocketError:
            continue
