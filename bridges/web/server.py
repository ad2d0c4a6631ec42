"""The page's server: HTTP for what it is made of, a WebSocket for what happens. A sink of events.

``send`` only hands events to the server's thread, which owns all connections. Long work (engraving,
reports, loading a score) is done elsewhere; its results come back over the same bell.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from repetiteur.bridges.web.answers import Answers, Reply
from repetiteur.bridges.web.connection import BODY_S, Connection, Feed
from repetiteur.bridges.web.desk import Desk, answer_id
from repetiteur.bridges.web.draw import Wish, draw_apart
from repetiteur.bridges.web.engraver import Engraver, Key
from repetiteur.bridges.web.errands import Errands
from repetiteur.bridges.web.gate import Access, Gate
from repetiteur.bridges.web.http import BadRequestError, Head, Request
from repetiteur.bridges.web.performance import Performance
from repetiteur.bridges.web.present import Words
from repetiteur.bridges.web.rows import Rows
from repetiteur.bridges.web.sheet import Sheet
from repetiteur.bridges.web.stage import Stage
from repetiteur.bridges.web.websocket import Closing, Message, Opcode, WebSocketError, frame
from repetiteur.bridges.wire.control import RefusedError
from repetiteur.bridges.wire.handed_over import HandedOver
from repetiteur.bridges.wire.socket_loop import SocketLoop, can_read, listening
from repetiteur.realtime.events import Event, Position

DEFAULT_PORT = 7112
MOST_CONNECTIONS = 64
MOST_VIEWERS = 16
ALIVE_S = 2.0  # so often a viewer hears something
LEVEL_S = 0.1  # so often, of the sound that comes in

_compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class PageCounts:
    dropped: int  # events lost before any viewer
    refused: int  # requests, messages and bytes that could not be used
    sent_away: int  # viewers closed from here


class PageServer:
    """Raises ``InputError`` where the port cannot be used."""

    def __init__(
        self,
        performance: Performance,
        port: int = DEFAULT_PORT,
        gate: Gate | None = None,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[Wish], Sheet | None] = draw_apart,
    ) -> None:
        self.gate = gate or Gate(lan=False, token=None, guests=False)
        self._clock = clock
        self._performance = performance
        self._stage = Stage(performance)
        self._rows = Rows()
        self._desk = Desk(performance, self._stage.folder())
        self._pending = HandedOver()
        self._results: deque[Callable[[], None]] = deque()  # of long work, for the loop to run
        self._connections: dict[socket.socket, Connection] = {}
        self._alive_at_s = self._level_at_s = 0.0
        self._refused = self._sent_away = 0
        self._open = True
        self.seen = threading.Event()  # set once the first viewer is there
        self._engraver = Engraver(lambda _: self._post(lambda: self._errands.engraved()), draw)
        self._answers = Answers(self.gate, self._engraver)
        self._errands = Errands(
            self._stage, self._desk, self._answers, self._engraver, self._post, clock, self._tell_scores
        )
        self._listening = listening(port, self.gate.lan, MOST_CONNECTIONS)
        self.port: int = self._listening.getsockname()[1]
        self._loop = SocketLoop("page", self._ready, self._each_pass)
        self._loop.watch(self._listening, for_reading=True, for_writing=False)
        self._loop.start()

    def send(self, events: Sequence[Event]) -> None:
        """Tell these events to every viewer. Any one thread; never waits, never raises."""
        if not self._open:
            return
        self._pending.add(events)
        if self._connections:  # else the next pass is soon enough
            self._loop.wake()

    def counts(self) -> PageCounts:
        return PageCounts(self._pending.dropped, self._refused, self._sent_away)

    def viewer_count(self) -> int:
        return sum(connection.is_viewer for connection in tuple(self._connections.values()))

    def close(self) -> None:
        """What is still pending is told as far as it goes at once; then everybody hears the end."""
        if not self._open:
            return
        self._open = False
        self._loop.close()
        now_s = self._clock()
        self._distribute(now_s)
        for connection in self._connections.values():
            connection.leave(Closing.GOING_AWAY, "the session has ended", now_s)
            connection.flush(now_s)
            connection.sock.close()
        self._connections.clear()
        self._listening.close()
        self._engraver.close()
        self._desk.close()

    # -- everything below: the server's own thread --

    def _ready(self, item: socket.socket, mask: int) -> None:
        if item is self._listening:
            self._welcome()
        elif can_read(mask) and item in self._connections:
            connection = self._connections[item]
            data = connection.receive()
            if data is None:
                self._end(connection)
            elif data and connection.asks():
                self._take(connection, data)

    def _each_pass(self) -> None:
        now_s = self._clock()
        self._distribute(now_s)
        while self._results:
            self._results.popleft()()
        self._tell_alive(now_s)
        self._tell_level(now_s)
        for connection in list(self._connections.values()):
            if connection.flush(now_s) and not connection.is_over(now_s):
                self._loop.watch(connection.sock, for_reading=True, for_writing=connection.waiting)
            else:
                self._end(connection)

    def _welcome(self) -> None:
        try:
            sock, _ = self._listening.accept()
        except OSError:  # gone again before it was let in
            return
        if len(self._connections) >= MOST_CONNECTIONS:
            self._refused += 1
            sock.close()
            return
        connection = Connection(sock, self._most_body, self._clock())
        self._connections[sock] = connection

    def _end(self, connection: Connection) -> None:
        self._errands.forget(connection)
        self._loop.watch(connection.sock, for_reading=False, for_writing=False)
        self._connections.pop(connection.sock, None)
        connection.sock.close()

    def _post(self, result: Callable[[], None]) -> None:
        """From a thread that did long work."""
        self._results.append(result)
        if self._open:
            self._loop.wake()

    # What viewers are told

    def _distribute(self, now_s: float) -> None:
        """Say everything once and queue it for everybody; a position for itself, as it may be overtaken."""
        told: list[str] = []
        rows: list[str] = []
        position: str | None = None
        for event in self._pending.taken():
            key = self._stage.key
            row = self._rows.take(event)
            if not isinstance(event, Position):
                rows.append(row)
            for words in self._stage.take(event):
                if isinstance(event, Position) and words["type"] == "position":
                    position = row
                else:
                    told.append(_compact(words))
            if self._stage.key != key:
                self._engraver.forget_all_but(self._stage.key)
        told += map(_compact, self._stage.news())
        self._tell_all(told, now_s)
        self._tell_all(rows, now_s, Feed.EVENTS)
        if position is not None:
            data = _text_frame([position])
            for connection in self._connections.values():
                connection.tell_position(data)

    def _tell_all(self, told: Sequence[str], now_s: float, feed: Feed = Feed.PAGE) -> None:
        if not told:
            return
        data = _text_frame(told)
        for connection in self._connections.values():
            if connection.feed is feed:
                was = connection.is_viewer
                connection.tell(data, now_s)
                self._sent_away += was and not connection.is_viewer

    def _tell_level(self, now_s: float) -> None:
        """To who keeps up: nobody misses one."""
        level_dbfs = self._performance.level_dbfs()
        if level_dbfs is None or now_s < self._level_at_s:
            return
        self._level_at_s = now_s + LEVEL_S
        data = _text_frame([_compact({"type": "level", "dbfs": round(level_dbfs, 1)})])
        for connection in self._connections.values():
            if connection.feed is Feed.PAGE and not connection.waiting:
                connection.tell(data, now_s)

    def _tell_alive(self, now_s: float) -> None:
        if now_s >= self._alive_at_s:
            self._alive_at_s = now_s + ALIVE_S
            self._tell_all([_compact({"type": "alive", "now": round(self._performance.now_s(), 3)})], now_s)

    # What they ask

    def _most_body(self, head: Head) -> int:
        return self._answers.most_body(head)

    def _take(self, connection: Connection, data: bytes) -> None:
        now_s = self._clock()
        try:
            if connection.reader is not None:
                request = connection.reader.feed(data)
                if connection.reader.head is not None and request is None:
                    connection.grant(BODY_S - (now_s - connection.begun_s), now_s)
                if request is not None:
                    rest = connection.reader.rest
                    connection.work_begins(now_s)
                    self._take_request(connection, request, rest, now_s)
            elif connection.frames is not None:
                connection.frames.feed(data)
                self._take_frames(connection, now_s)
        except BadRequestError as error:
            self._refused += 1
            connection.answer(self._answers.refusal(error), now_s)
        except WebSocketError as error:
            self._refused += 1
            connection.leave(error.closing, str(error), now_s)

    def _take_request(self, connection: Connection, request: Request, rest: bytes, now_s: float) -> None:
        match self._answers.reply(request, self._stage.key):
            case bytes() as data:
                connection.answer(data, now_s)
            case Reply.VIEWER:
                self._admit(connection, request.head, rest, Feed.PAGE, now_s)
            case Reply.LISTENER:
                self._admit(connection, request.head, rest, Feed.EVENTS, now_s)
            case Reply.NEWS:
                connection.answer(self._answers.news(request.head, self._rows), now_s)
            case Reply.REPORT:
                self._errands.report(connection)
            case Reply.UPLOAD:
                self._errands.take_in(connection, request)
            case Key() as key:
                self._errands.sheet(connection, request, key)

    def _admit(self, connection: Connection, head: Head, rest: bytes, feed: Feed, now_s: float) -> None:
        acceptance = self._answers.acceptance(head)
        access = self.gate.access(head) if feed is Feed.PAGE else Access.WATCH
        connection.become_viewer(acceptance, rest, access, feed)
        if self.viewer_count() > MOST_VIEWERS:
            self._sent_away += 1
            connection.leave(Closing.TRY_LATER, "too many viewers; close one of them", now_s)
            return
        connection.tell(_text_frame(self._greeting(connection)), now_s)
        self.seen.set()
        self._take_frames(connection, now_s)

    def _greeting(self, connection: Connection) -> list[str]:
        if connection.feed is Feed.EVENTS:
            return self._rows.greeting()
        you = {"type": "you", "steer": connection.access is Access.STEER}
        return [_compact(words) for words in (you, *self._stage.greeting(), self._desk.scores())]

    def _take_frames(self, connection: Connection, now_s: float) -> None:
        for message in connection.frames or ():
            if connection.is_viewer:
                self._take_message(connection, message, now_s)

    def _take_message(self, connection: Connection, message: Message, now_s: float) -> None:
        match message.opcode:
            case Opcode.PING:
                connection.tell(frame(Opcode.PONG, message.data), now_s)
            case Opcode.CLOSE:
                connection.leave(Closing.DONE, "", now_s)
            case Opcode.TEXT:
                self._take_words(connection, message.text)

    def _take_words(self, connection: Connection, text: str) -> None:
        id_ = answer_id(text)

        def later(outcome: Words | RefusedError) -> None:
            if isinstance(outcome, RefusedError):
                self._post(lambda: self._answer(connection, id_, {}, outcome))
            else:
                self._post(lambda: self._answer(connection, id_, outcome, None))

        try:
            told = self._desk.take(text, connection.access, later)
            if told is not None:
                self._answer(connection, id_, told, None)
        except RefusedError as refused:
            self._answer(connection, id_, {}, refused)
        except Exception as error:  # the session must outlive whatever a request uncovers
            self._answer(connection, id_, {}, RefusedError(f"that failed: {error}", "please report this"))

    def _answer(
        self, connection: Connection, id_: int | str | None, told: Words, refused: RefusedError | None
    ) -> None:
        words: Words = {"type": "answer", "re": id_, "ok": refused is None, **told}
        if refused is not None:
            self._refused += 1
            words |= {"fault": refused.what, "remedy": refused.remedy}
        connection.tell(_text_frame([_compact(words)]), self._clock())

    def _tell_scores(self) -> None:
        self._tell_all([_compact(self._desk.scores())], self._clock())


def _text_frame(told: Sequence[str]) -> bytes:
    """Several messages at once: a list."""
    return frame(Opcode.TEXT, f"[{','.join(told)}]".encode("utf-8", "replace"))
