"""Just enough of HTTP/1.1 for one page: a request read from bytes, an answer made into bytes. No sockets.

Everything a stranger may send passes through ``RequestReader``; what cannot be used raises
``BadRequestError`` with the status to answer, and nothing else is ever raised.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

MOST_HEAD = 8 * 1024  # bytes of request line and headers together
MOST_HEADERS = 64
_LINE = re.compile(rb"([A-Z]{1,16}) ([!-~]{1,2048}) HTTP/1\.[01]")
_HEADER = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*")
_LENGTH = re.compile(r"[0-9]{1,10}")


class BadRequestError(Exception):
    """What came cannot be answered but with this status. The message says why."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Head:
    """The request without its body; names of headers in small letters."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True)
class Request:
    head: Head
    body: bytes


class RequestReader:
    """Fed with bytes until there is a request. ``most_body`` tells for a head how many bytes may
    follow it, and may raise ``BadRequestError`` itself. ``rest`` is what came after the request."""

    def __init__(self, most_body: Callable[[Head], int]) -> None:
        self._most_body = most_body
        self._data = bytearray()
        self._length = 0
        self.head: Head | None = None

    def feed(self, data: bytes) -> Request | None:
        """The request when it is complete. Not to be fed again then."""
        self._data += data
        if self.head is None:
            end = self._data.find(b"\r\n\r\n", 0, MOST_HEAD + 4)
            if end < 0:
                if len(self._data) > MOST_HEAD:
                    raise BadRequestError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the head is too long")
                return None
            self.head = _head(bytes(self._data[:end]))
            del self._data[: end + 4]
            self._length = _length(self.head, self._most_body)
        if len(self._data) < self._length:
            return None
        body = bytes(self._data[: self._length])
        del self._data[: self._length]
        return Request(self.head, body)

    @property
    def rest(self) -> bytes:
        return bytes(self._data)


def answer(
    status: HTTPStatus, body: bytes = b"", kind: str = "text/plain; charset=utf-8", *more: tuple[str, str]
) -> bytes:
    """The whole answer; the connection ends after it."""
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in (*_ALWAYS, *more)),
    ]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


# The page runs its own scripts only, talks to us only, and cannot be put into another page.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src data:; "
    "img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_ALWAYS = (
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)


def _head(data: bytes) -> Head:
    first, *lines = data.split(b"\r\n")
    line = _LINE.fullmatch(first)
    if line is None:
        raise BadRequestError(HTTPStatus.BAD_REQUEST, "not a request of ours")
    if line[1] not in (b"GET", b"POST"):
        raise BadRequestError(HTTPStatus.METHOD_NOT_ALLOWED, "GET and POST are understood")
    if len(lines) > MOST_HEADERS:
        raise BadRequestError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "too many headers")
    headers: dict[str, str] = {}
    for text in lines:
        found = _HEADER.fullmatch(text)
        if found is None:
            raise BadRequestError(HTTPStatus.BAD_REQUEST, "a header cannot be read")
        name, value = found[1].decode("ascii").lower(), found[2].decode("latin-1")
        if name in headers and name in ("host", "origin", "content-length", "cookie"):
            raise BadRequestError(HTTPStatus.BAD_REQUEST, f"{name} comes twice")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    path, _, query = line[2].decode("ascii").partition("?")
    return Head(line[1].decode("ascii"), path, query, headers)


def _length(head: Head, most_body: Callable[[Head], int]) -> int:
    if "transfer-encoding" in head.headers:
        raise BadRequestError(HTTPStatus.LENGTH_REQUIRED, "say how long it is")
    text = head.headers.get("content-length")
    if text is None:
        if head.method == "POST":
            raise BadRequestError(HTTPStatus.LENGTH_REQUIRED, "say how long it is")
        return 0
    if _LENGTH.fullmatch(text) is None:
        raise BadRequestError(HTTPStatus.BAD_REQUEST, "content-length is no number")
    if int(text) > most_body(head):
        raise BadRequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "that is more than is taken here")
    return int(text)
