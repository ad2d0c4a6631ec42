"""Answers that take long to make: a sheet, a report, a score that was handed in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http import HTTPStatus

from repetiteur.bridges.web.answers import Answers
from repetiteur.bridges.web.connection import Connection
from repetiteur.bridges.web.desk import Desk
from repetiteur.bridges.web.engraver import Engraver, Key
from repetiteur.bridges.web.http import BadRequestError, Request
from repetiteur.bridges.web.so_far import report_apart
from repetiteur.bridges.web.stage import Stage
from repetiteur.bridges.wire.control import RefusedError, ScoreInfo

Post = Callable[[Callable[[], None]], None]  # from any thread: run this on the server's


class Errands:
    """Every method is called on the server's thread. ``taken_in`` is called when the list of scores
    has grown."""

    def __init__(
        self,
        stage: Stage,
        desk: Desk,
        answers: Answers,
        engraver: Engraver,
        post: Post,
        clock: Callable[[], float],
        taken_in: Callable[[], None],
    ) -> None:
        self._stage, self._desk = stage, desk
        self._answers, self._engraver = answers, engraver
        self._post, self._clock = post, clock
        self._taken_in = taken_in
        self._waiting: dict[Connection, Request] = {}  # for a sheet
        self._reporting = False

    def sheet(self, connection: Connection, request: Request, key: Key) -> None:
        """When it is drawn."""
        self._waiting[connection] = request
        self._engraver.ask(key, self._stage.wish(key.width))

    def engraved(self) -> None:
        """One more sheet is there: whoever waited is asked for again."""
        for connection, request in list(self._waiting.items()):
            try:
                reply = self._answers.reply(request, self._stage.key)
            except BadRequestError as error:
                reply = self._answers.refusal(error)
            if isinstance(reply, bytes):
                del self._waiting[connection]
                connection.answer(reply, self._clock())

    def forget(self, connection: Connection) -> None:
        """It has gone."""
        self._waiting.pop(connection, None)

    def report(self, connection: Connection) -> None:
        """One at a time."""
        if self._reporting:
            busy = BadRequestError(HTTPStatus.SERVICE_UNAVAILABLE, "a report is being made; ask again soon")
            connection.answer(self._answers.refusal(busy), self._clock())
            return
        self._reporting = True
        played = self._stage.played()

        def done(page: bytes | None) -> None:
            self._reporting = False
            connection.answer(self._answers.report(page, played.score.id), self._clock())

        def work() -> None:
            page = report_apart(played)
            self._post(lambda: done(page))

        threading.Thread(target=work, name="page-report", daemon=True).start()

    def take_in(self, connection: Connection, request: Request) -> None:
        """A score that was handed in: kept, read, followed."""

        def done(outcome: ScoreInfo | RefusedError) -> None:
            connection.answer(self._answers.loaded(outcome), self._clock())
            self._taken_in()

        try:
            self._desk.take_in(
                request.head.query, request.body, lambda outcome: self._post(lambda: done(outcome))
            )
        except RefusedError as refused:
            connection.answer(self._answers.loaded(refused), self._clock())
