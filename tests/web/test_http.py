"""Requests from bytes: what is read, and that nothing else is ever raised than a refusal."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repetiteur.bridges.web.http import (
    MOST_HEAD,
    MOST_HEADERS,
    BadRequestError,
    Request,
    RequestReader,
    answer,
)

GET = b"GET /page.css?x=1 HTTP/1.1\r\nHost: localhost:7112\r\nAccept-Encoding: gzip\r\n\r\n"
POST = b"POST /score?a.mid HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"


def reader(most: int = 100) -> RequestReader:
    return RequestReader(lambda head: most)


def refused(data: bytes, most: int = 100) -> HTTPStatus:
    with pytest.raises(BadRequestError) as refusal:
        reader(most).feed(data)
    return refusal.value.status


def test_a_request_is_read() -> None:
    request = reader().feed(GET)
    assert isinstance(request, Request)
    assert (request.head.method, request.head.path, request.head.query) == ("GET", "/page.css", "x=1")
    assert request.head.header("host") == "localhost:7112"
    assert request.head.header("nothing") == ""


@pytest.mark.parametrize("data", [GET, POST])
def test_byte_by_byte_is_the_same_as_at_once(data: bytes) -> None:
    slowly = reader()
    *early, last = (slowly.feed(data[k : k + 1]) for k in range(len(data)))
    assert not any(early)
    assert last == reader().feed(data)


def test_the_body_is_what_was_announced_and_the_rest_is_kept() -> None:
    posting = reader()
    request = posting.feed(POST + b"more")
    assert request is not None
    assert (request.body, posting.rest) == (b"hello", b"more")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\r\n\r\n", HTTPStatus.BAD_REQUEST),  # TLS
        (b"GET / HTTP/2\r\n\r\n", HTTPStatus.BAD_REQUEST),
        (b"GET /a b HTTP/1.1\r\n\r\n", HTTPStatus.BAD_REQUEST),
        (b"DELETE / HTTP/1.1\r\n\r\n", HTTPStatus.METHOD_NOT_ALLOWED),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", HTTPStatus.BAD_REQUEST),
        (b"GET / HTTP/1.1\r\n folded: x\r\n\r\n", HTTPStatus.BAD_REQUEST),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", HTTPStatus.BAD_REQUEST),
        (b"GET / HTTP/1.1\r\nX: a\x00b\r\n\r\n", HTTPStatus.BAD_REQUEST),
        (b"POST /score HTTP/1.1\r\nHost: a\r\n\r\n", HTTPStatus.LENGTH_REQUIRED),
        (b"POST /score HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", HTTPStatus.LENGTH_REQUIRED),
        (b"POST /score HTTP/1.1\r\nContent-Length: -5\r\n\r\n", HTTPStatus.BAD_REQUEST),
        (b"POST /score HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", HTTPStatus.BAD_REQUEST),
        (b"POST /score HTTP/1.1\r\nContent-Length: 101\r\n\r\n", HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * (MOST_HEADERS + 1) + b"\r\n",
         HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
        (b"G" * (MOST_HEAD + 1), HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused(data: bytes, status: HTTPStatus) -> None:
    assert refused(data) is status


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_nothing_else_is_raised_on_any_bytes(chunks: list[bytes]) -> None:
    reading = reader()
    try:
        for chunk in chunks:
            if reading.feed(chunk) is not None:
                break
    except BadRequestError:
        pass


@given(st.binary(max_size=200), st.integers(0, len(POST)))
def test_nor_on_a_request_with_something_strange_in_it(strange: bytes, at: int) -> None:
    with suppress(BadRequestError):
        reader().feed(POST[:at] + strange + POST[at:])


def test_an_answer_tells_its_length_and_keeps_the_page_to_itself() -> None:
    head, _, body = answer(HTTPStatus.OK, b"hello", "text/plain").partition(b"\r\n\r\n")
    assert body == b"hello"
    lines = head.split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 200 OK"
    assert b"Content-Length: 5" in lines
    policy = next(line for line in lines if line.startswith(b"Content-Security-Policy"))
    assert b"default-src 'none'" in policy and b"script-src 'self'" in policy
    assert b"frame-ancestors 'none'" in policy
