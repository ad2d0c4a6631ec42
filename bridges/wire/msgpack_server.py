"""msgpack over TCP: events out to whoever connects, commands in, an answer to each.

Hello goes first, each way. ``send`` only hands events to the server's thread, which owns
all clients; a slow client loses positions first, then its connection.
"""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from repetiteur.bridges.wire import msgpack_codec as codec
from repetiteur.bridges.wire.admission import TOKEN, Admission
from repetiteur.bridges.wire.control import (
    Answer,
    ButtonReleased,
    Controls,
    ListenProperty,
    LoadScore,
    PropertyValue,
    RefusedError,
    ScoreInfo,
    Subscribe,
    Unsubscribe,
    perform,
)
from repetiteur.bridges.wire.errors import WireError
from repetiteur.bridges.wire.handed_over import HandedOver
from repetiteur.bridges.wire.msgpack_client import MsgpackClient
from repetiteur.bridges.wire.score_loading import ScoreLoading
from repetiteur.bridges.wire.socket_loop import SocketLoop, can_read, listening
from repetiteur.bridges.wire.verbs import by_name
from repetiteur.realtime.events import WIRE_VERSION, Event, Hello, Position, StateChanged

DEFAULT_PORT = 7111
MOST_CLIENTS = 16


@dataclass(frozen=True, slots=True)
class MsgpackCounts:
    received: int  # commands
    refused: int  # commands and bytes that could not be used
    dropped: int  # events lost before any client
    sent_away: int  # clients closed from here: too slow, not understood, one too many


class MsgpackServer:
    """A sink of events. Raises ``InputError`` where the port cannot be used. ``token``: what programs on
    other machines must say in their hello before they may steer."""

    def __init__(
        self,
        controls: Controls,
        port: int = DEFAULT_PORT,
        lan: bool = False,
        clock: Callable[[], float] = time.monotonic,
        token: str | None = None,
    ) -> None:
        self._controls = controls
        self._admission = Admission(token)
        self._clock = clock
        self._loading = ScoreLoading(controls)
        self._pending = HandedOver()
        self._outcomes: deque[tuple[MsgpackClient, codec.Id, ScoreInfo | RefusedError]] = deque()
        self._latest: dict[type[Event], Event] = {}
        self._clients: dict[socket.socket, MsgpackClient] = {}
        self._received = self._refused = self._sent_away = 0
        self._open = True
        self._listening = listening(port, lan, MOST_CLIENTS)
        self.port: int = self._listening.getsockname()[1]
        self._loop = SocketLoop("msgpack", self._ready, self._each_pass)
        self._loop.watch(self._listening, for_reading=True, for_writing=False)
        self._loop.start()

    def send(self, events: Sequence[Event]) -> None:
        """Tell these events to every client. Any one thread; never waits, never raises."""
        if not self._open:
            return
        self._pending.add(events)
        if self._clients:  # else the next pass is soon enough
            self._loop.wake()

    def counts(self) -> MsgpackCounts:
        leaving = sum(client.gone_at_s is not None for client in tuple(self._clients.values()))
        return MsgpackCounts(self._received, self._refused, self._pending.dropped, self._sent_away + leaving)

    def client_count(self) -> int:
        return len(self._clients)

    def close(self) -> None:
        """What is still pending is sent as far as it goes at once; then everybody hears bye."""
        if not self._open:
            return
        self._open = False
        self._loop.close()
        now_s = self._clock()
        self._distribute(now_s)
        for client in self._clients.values():
            client.leave("the session has ended", "connect again when it is back", now_s)
            client.flush()
            client.connection.close()
        self._clients.clear()
        self._listening.close()

    # -- everything below: the server's own thread --

    def _ready(self, item: socket.socket, mask: int) -> None:
        if item is self._listening:
            self._welcome()
        elif can_read(mask):
            client = self._clients[item]
            data = client.receive()
            if data is None:
                self._end(client)
            elif client.gone_at_s is None:
                self._take(client, data)

    def _each_pass(self) -> None:
        now_s = self._clock()
        self._distribute(now_s)
        while self._outcomes:
            client, id_, outcome = self._outcomes.popleft()
            self._tell_outcome(client, id_, outcome)
        for client in list(self._clients.values()):
            self._tell_changed(client, now_s)
            if client.flush() and not client.is_gone(now_s):
                self._watch(client)
            else:
                self._end(client)

    def _welcome(self) -> None:
        try:
            connection, (address, _) = self._listening.accept()
        except OSError:  # gone again before it was let in
            return
        client = MsgpackClient(connection, address)
        now_s = self._clock()
        self._clients[connection] = client
        if len(self._clients) > MOST_CLIENTS:
            client.leave("too many clients", "end one of them first", now_s)
        elif Hello in self._latest:
            client.greeted = True
            for event in self._latest.values():
                client.tell(codec.encode(event), False, now_s)
        self._watch(client)

    def _distribute(self, now_s: float) -> None:
        """Encode each event once and queue it for everybody who wants it. Before the first
        hello of the stream nobody is greeted and nothing is read from anybody."""
        for event in self._pending.taken():
            if isinstance(event, (Hello, StateChanged)):
                self._latest[type(event)] = event
            data: bytes | None = None
            for client in self._clients.values():
                client.greeted = client.greeted or isinstance(event, Hello)
                if client.greeted and event.type in client.types:
                    data = data or codec.encode(event)
                    client.tell(data, isinstance(event, Position), now_s)

    def _take(self, client: MsgpackClient, data: bytes) -> None:
        now_s = self._clock()
        try:
            client.maps.feed(data)
            for words in client.maps:
                self._received += 1
                if client.said_hello:
                    self._take_command(client, words)
                else:
                    self._take_hello(client, words, now_s)
        except WireError as error:
            self._refused += 1
            client.leave(f"cannot read this: {error}", "send msgpack maps, hello first", now_s)

    def _take_hello(self, client: MsgpackClient, words: dict[str, Any], now_s: float) -> None:
        if words.get("type") != "hello" or words.get("wire") != WIRE_VERSION:
            self._refused += 1
            hello = f'{{"type": "hello", "wire": {WIRE_VERSION}}}'
            client.leave("the first message was no hello of this wire version", f"send {hello} first", now_s)
        if TOKEN in words:
            try:
                self._admission.offer(client.address, words[TOKEN])
            except RefusedError as refused:
                self._refused += 1
                client.leave(refused.what, refused.remedy, now_s)
        client.said_hello = True

    def _take_command(self, client: MsgpackClient, words: dict[str, Any]) -> None:
        id_ = codec.command_id(words)
        try:
            self._carry_out(client, id_, words)
        except RefusedError as refused:
            self._refuse(client, id_, refused)
        except Exception as error:  # the session must outlive whatever a request uncovers
            self._refuse(client, id_, RefusedError(f"that failed: {error}", "please report this"))

    def _carry_out(self, client: MsgpackClient, id_: codec.Id, words: dict[str, Any]) -> None:
        request = by_name(words, self._controls.now_s())
        self._admission.check(client.address, request)
        answer: Answer | None = None
        match request:
            case ButtonReleased():
                pass
            case Subscribe(_, types):
                client.types = types
            case Unsubscribe():
                client.types = frozenset()
            case ListenProperty(name):
                answer = PropertyValue(name, self._controls.property(name))
                client.listened[name] = answer.value
            case LoadScore(path):
                self._loading.begin(path, lambda outcome: self._post(client, id_, outcome))
                return
            case _:
                answer = perform(request, self._controls)
        client.tell(codec.encode_done(id_, answer), False, self._clock())

    def _refuse(self, client: MsgpackClient, id_: codec.Id, refused: RefusedError) -> None:
        self._refused += 1
        client.tell(codec.encode_refused(id_, refused.what, refused.remedy), False, self._clock())

    def _post(self, client: MsgpackClient, id_: codec.Id, outcome: ScoreInfo | RefusedError) -> None:
        """From the loading thread."""
        self._outcomes.append((client, id_, outcome))
        self._loop.wake()

    def _tell_outcome(self, client: MsgpackClient, id_: codec.Id, outcome: ScoreInfo | RefusedError) -> None:
        if isinstance(outcome, RefusedError):
            self._refuse(client, id_, outcome)
        else:
            client.tell(codec.encode_done(id_, outcome), False, self._clock())

    def _tell_changed(self, client: MsgpackClient, now_s: float) -> None:
        for name, told in client.listened.items():
            value = self._controls.property(name)
            if value != told:
                client.listened[name] = value
                client.tell(codec.encode_changed(PropertyValue(name, value)), False, now_s)

    def _watch(self, client: MsgpackClient) -> None:
        reading = client.greeted or client.gone_at_s is not None
        self._loop.watch(client.connection, for_reading=reading, for_writing=client.waiting)

    def _end(self, client: MsgpackClient) -> None:
        self._sent_away += client.gone_at_s is not None
        self._loop.watch(client.connection, for_reading=False, for_writing=False)
        del self._clients[client.connection]
        client.connection.close()
