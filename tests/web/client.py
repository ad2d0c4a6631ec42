"""A viewer over a plain socket, and patience."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

PATIENCE_S = 60.0  # on a busy machine


def wait_for(true: Callable[[], bool]) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end_s
        time.sleep(0.01)


class Client:
    """A viewer over a plain socket, or whatever a stranger sends."""

    def __init__(self, port: int, receive_bytes: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_bytes is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(("127.0.0.1", port))
        self.port = port
        self.data = b""

    def request(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """Status, and head and body of the answer."""
        lines = {"Host": f"localhost:{self.port}", **({"Content-Length": str(len(body))} if body else {})}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\n{text}\r\n".encode() + body)
        data = self.everything()
        return int(data[9:12] or b"0"), data

    def everything(self) -> bytes:
        """Until the other side ends."""
        parts = [self.data]
        try:
            while part := self.socket.recv(65536):
                parts.append(part)
        except ConnectionError:
            pass
        return b"".join(parts)

    def watch(self, path: str = "/live", **headers: str) -> int:
        """Become a viewer; the status of the answer."""
        lines = {
            "Host": f"localhost:{self.port}", "Origin": f"http://localhost:{self.port}",
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        } | {name.replace("_", "-"): value for name, value in headers.items()}  # fmt: skip
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\n{text}\r\n".encode())
        while b"\r\n\r\n" not in self.data:
            part = self.socket.recv(65536)
            assert part, "the server has gone"
            self.data += part
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        return int(head[9:12])

    def frame(self) -> tuple[int, bytes]:
        head = self._take(2)
        size = head[1]
        if size > 125:
            size = int.from_bytes(self._take(2 if size == 126 else 8), "big")
        return head[0] & 15, self._take(size)

    def messages(self) -> list[dict[str, Any]]:
        """Of the next text."""
        while True:
            opcode, data = self.frame()
            assert opcode != 8, f"closed: {data!r}"
            if opcode == 1:
                return json.loads(data)

    def until(self, kind: str) -> dict[str, Any]:
        """The next message of this type; those before it are let go."""
        end_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < end_s:
            for message in self.messages():
                if message["type"] == kind:
                    return message
        raise AssertionError(f"no {kind} came")

    def say(self, words: object) -> None:
        self.say_bytes(0x81, json.dumps(words).encode())

    def say_bytes(self, first: int, data: bytes) -> None:
        mask = os.urandom(4)
        hidden = bytes(byte ^ mask[k % 4] for k, byte in enumerate(data))
        size = bytes((0x80 | len(data),)) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
        self.socket.sendall(bytes((first,)) + size + mask + hidden)

    def ask(self, words: Mapping[str, object]) -> dict[str, Any]:
        self.say({**words, "id": 7})
        return self.until("answer")

    def close(self) -> None:
        self.socket.close()

    def _take(self, size: int) -> bytes:
        while len(self.data) < size:
            part = self.socket.recv(65536)
            assert part, "the server has gone"
            self.data += part
        taken, self.data = self.data[:size], self.data[size:]
        return taken


Connect = Callable[[], Client]
