"""What is answered to each request: a fixed table, the sheets of the score in use, the report. No sockets."""

from __future__ import annotations

import gzip
import json
import re
from enum import Enum, auto
from http import HTTPStatus

from repetiteur.bridges.web.engraver import WIDTHS, Engraver, Key
from repetiteur.bridges.web.gate import Access, Gate
from repetiteur.bridges.web.http import BadRequestError, Head, Request, answer
from repetiteur.bridges.web.resources import resources
from repetiteur.bridges.web.rows import Rows
from repetiteur.bridges.web.shelf import MOST_BYTES
from repetiteur.bridges.web.websocket import accept
from repetiteur.bridges.wire.control import RefusedError, ScoreInfo

JSON = "application/json"
EVENTS = "/events"
_SINCE = re.compile(r"(?:^|&)since=(-?[0-9]{1,15})(?:&|$)")
_SHEET = re.compile(r"/sheet/([0-9a-f]{8}-[0-9]{1,6})/([0-9]{1,5})/(layout|[0-9]{1,6})")
_FRESH = ("Cache-Control", "no-store")
_KEPT = ("Cache-Control", "private, max-age=86400, immutable")
_PACKED = ("Content-Encoding", "gzip")


class Reply(Enum):
    """What is not answered at once."""

    VIEWER = auto()
    LISTENER = auto()
    NEWS = auto()
    REPORT = auto()
    UPLOAD = auto()


class Answers:
    """Used by the server's thread alone."""

    def __init__(self, gate: Gate, engraver: Engraver) -> None:
        self._gate = gate
        self._engraver = engraver
        self._resources = resources()

    def most_body(self, head: Head) -> int:
        """How much may come with a request. Who may not hand in a score is told before it comes."""
        self._check(head)
        if head.method != "POST":
            return 0
        self._must(head, Access.STEER)
        return MOST_BYTES

    def reply(self, request: Request, score: str) -> bytes | Reply | Key:
        """The answer, or what must be done for it; a key: the sheet to draw. ``score``: key of the
        one in use. Raises ``BadRequestError``."""
        head = request.head
        self._check(head)
        if head.method == "POST":
            self._must(head, Access.STEER)
            if head.path == "/score":
                return Reply.UPLOAD
        elif head.path == "/" and head.query:
            return self._invitation(head)
        elif head.path in self._resources:
            found = self._resources[head.path]
            return _sent(head, found.packed, found.kind, ("Cache-Control", "no-cache"))
        elif head.path == "/live":
            self._must(head, Access.WATCH)
            if accept(head) is not None and self._gate.is_own_page(head, must=True):
                return Reply.VIEWER
            raise BadRequestError(HTTPStatus.FORBIDDEN, "this is for our own page")
        elif head.path == EVENTS:
            if not self._gate.invited(head):
                self._must(head, Access.WATCH)
            return Reply.NEWS if accept(head) is None else Reply.LISTENER
        elif head.path == "/report.html":
            self._must(head, Access.WATCH)
            return Reply.REPORT
        elif (sheet := _SHEET.fullmatch(head.path)) is not None:
            self._must(head, Access.WATCH)
            return self._sheet(head, Key(sheet[1], int(sheet[2])), sheet[3], score)
        raise BadRequestError(HTTPStatus.NOT_FOUND, "there is nothing here")

    def refusal(self, error: BadRequestError) -> bytes:
        return answer(error.status, f"{error}\n".encode(), "text/plain; charset=utf-8", _FRESH)

    def acceptance(self, head: Head) -> bytes:
        return accept(head) or b""

    def loaded(self, outcome: ScoreInfo | RefusedError) -> bytes:
        """After a score was handed in."""
        if isinstance(outcome, RefusedError):
            told = {"ok": False, "fault": outcome.what, "remedy": outcome.remedy}
            return answer(HTTPStatus.CONFLICT, json.dumps(told).encode(), JSON, _FRESH)
        told = {"ok": True, "title": outcome.title}
        return answer(HTTPStatus.OK, json.dumps(told).encode(), JSON, _FRESH)

    def news(self, head: Head, rows: Rows) -> bytes:
        """Of the event stream, what came after ``since``."""
        since = _SINCE.search(head.query)
        found = rows.after(int(since[1]) if since is not None else -1)
        return answer(HTTPStatus.OK, f"[{','.join(found)}]".encode("utf-8", "replace"), JSON, _FRESH)

    def report(self, page: bytes | None, score: str) -> bytes:
        if page is None:
            return answer(HTTPStatus.INTERNAL_SERVER_ERROR, b"The report could not be made.\n")
        name = re.sub(r"[^A-Za-z0-9._-]", "_", score.rpartition(".")[0] or score)
        how = ("Content-Disposition", f'attachment; filename="{name}-report.html"')
        return answer(HTTPStatus.OK, page, "text/html; charset=utf-8", how, _FRESH)

    def _check(self, head: Head) -> None:
        if not self._gate.knows_host(head):
            raise BadRequestError(HTTPStatus.MISDIRECTED_REQUEST, "use this machine's address in figures")
        if head.path == EVENTS:
            ours = self._gate.may_hear(head)
        else:
            ours = self._gate.is_own_page(head, must=head.method == "POST")
        if not ours:
            raise BadRequestError(HTTPStatus.FORBIDDEN, "this is for our own page")

    def _must(self, head: Head, least: Access) -> None:
        access = self._gate.access(head)
        if access is Access.NONE or (least is Access.STEER and access is not Access.STEER):
            raise BadRequestError(HTTPStatus.UNAUTHORIZED, "open the link that was printed: it has the token")

    def _invitation(self, head: Head) -> bytes:
        """The link with the token: it becomes a cookie, and leaves the address line."""
        more = [("Location", "/"), _FRESH]
        if self._gate.invited(head):
            more.append(("Set-Cookie", self._gate.cookie(head)))
        return answer(HTTPStatus.SEE_OTHER, b"", "text/plain; charset=utf-8", *more)

    def _sheet(self, head: Head, key: Key, piece: str, score: str) -> bytes | Key:
        if key.score != score or key.width not in WIDTHS:
            raise BadRequestError(HTTPStatus.NOT_FOUND, "there is nothing here")
        if not self._engraver.is_done(key):
            return key
        sheet = self._engraver.get(key)
        if sheet is None:
            raise BadRequestError(HTTPStatus.INTERNAL_SERVER_ERROR, "the score could not be drawn")
        if piece == "layout":
            return _sent(head, sheet.layout, JSON, _KEPT)
        if int(piece) >= len(sheet.lines):
            raise BadRequestError(HTTPStatus.NOT_FOUND, "there is nothing here")
        return _sent(head, sheet.lines[int(piece)], "image/svg+xml", _KEPT)


def _sent(head: Head, packed: bytes, kind: str, *more: tuple[str, str]) -> bytes:
    if "gzip" in head.header("accept-encoding"):
        return answer(HTTPStatus.OK, packed, kind, _PACKED, *more)
    return answer(HTTPStatus.OK, gzip.decompress(packed), kind, *more)
