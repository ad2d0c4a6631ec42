"""OSC over UDP: events out to subscribers, control in.

Events leave from the thread that calls ``send`` without ever waiting: a datagram the system
will not take at once is kept in the receiver's outbox. Everything that comes in, leases and
outboxes are the business of the server's own thread.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from repetiteur.bridges.wire import osc, osc_packets
from repetiteur.bridges.wire.admission import TOKEN, Admission
from repetiteur.bridges.wire.control import (
    Answer,
    ButtonReleased,
    Controls,
    ListenProperty,
    LoadScore,
    PropertyValue,
    RefusedError,
    Request,
    ScoreInfo,
    Subscribe,
    Unsubscribe,
    perform,
)
from repetiteur.bridges.wire.endpoint import resolved
from repetiteur.bridges.wire.errors import WireError
from repetiteur.bridges.wire.score_loading import ScoreLoading
from repetiteur.bridges.wire.socket_loop import SocketLoop, bound
from repetiteur.bridges.wire.subscribers import Address, Subscriber, Subscribers
from repetiteur.bridges.wire.verbs import EVENT_WORDS, by_place
from repetiteur.realtime.events import Event, Hello, Position, StateChanged

DEFAULT_PORT = 7110
LEASE_S = 60.0
BIGGEST_DATAGRAM = 65536
PACKETS_PER_PASS = 64  # then the others get their turn
FAULTS_PER_S = 100  # answered; the rest are only counted, so that two programs cannot shout for ever

_ROOT = osc.ROOT + "/"
_OWN_WORDS = EVENT_WORDS | {"pong"}  # what we say ourselves is never answered


@dataclass(frozen=True, slots=True)
class OscCounts:
    received: int  # packets
    refused: int  # requests and packets that could not be used
    sent: int  # datagrams with events
    dropped: int  # events that no receiver got: overtaken positions, full outboxes, dead networks


class OscServer:
    """A sink of events. ``targets`` get everything for ever; others subscribe. ``token``: what other
    machines must say before they may steer.

    Raises ``InputError`` where the port or a target cannot be used.
    """

    def __init__(
        self,
        controls: Controls,
        port: int = DEFAULT_PORT,
        lan: bool = False,
        targets: Sequence[tuple[str, int]] = (),
        clock: Callable[[], float] = time.monotonic,
        lease_s: float = LEASE_S,
        token: str | None = None,
    ) -> None:
        self._controls = controls
        self._clock = clock
        self._loading = ScoreLoading(controls)
        self._admission = Admission(token)
        self._subscribers = Subscribers(lease_s)
        for target in targets:
            self._subscribers.add_fixed(resolved(target), EVENT_WORDS)
        self._lock = threading.Lock()  # around subscribers, outboxes and counts; held for moments
        self._latest: dict[type[Event], Event] = {}
        self._received = self._refused = self._sent = self._dropped = 0
        self._fault_second, self._faults_in_second = 0, 0
        self._open = True
        self._socket = bound(socket.SOCK_DGRAM, port, lan)
        self.port: int = self._socket.getsockname()[1]
        self._loop = SocketLoop("osc", self._ready, self._each_pass)
        self._loop.watch(self._socket, for_reading=True, for_writing=False)
        self._loop.start()

    def send(self, events: Sequence[Event]) -> None:
        """Tell these events to whoever wants them. Any one thread; never waits, never raises."""
        if not self._open:
            return
        with self._lock:
            now_s = self._controls.now_s()
            for event in events:
                if isinstance(event, (Hello, StateChanged)):
                    self._latest[type(event)] = event
                wanting = [item for item in self._subscribers if event.type in item.types]
                if wanting:
                    packet = osc.encode(event, now_s)
                    for subscriber in wanting:
                        self._offer(subscriber, packet, isinstance(event, Position))

    def counts(self) -> OscCounts:
        with self._lock:
            return OscCounts(self._received, self._refused, self._sent, self._dropped)

    def subscriber_count(self) -> int:
        with self._lock:
            return len(self._subscribers)

    def close(self) -> None:
        self._open = False
        self._loop.close()
        with self._lock:
            self._socket.close()

    # -- sending, under the lock --

    def _offer(self, subscriber: Subscriber, packet: bytes, is_position: bool) -> None:
        outbox = subscriber.outbox
        if not len(outbox) and self._deliver(subscriber.target, packet):
            return
        if is_position:
            before = outbox.overtaken
            outbox.put_position(packet)
            self._dropped += outbox.overtaken - before
        elif not outbox.put(packet):
            self._dropped += 1
        self._loop.wake()

    def _deliver(self, target: Address, packet: bytes) -> bool:
        """False when the system cannot take it now; a network that refuses it loses it."""
        try:
            self._socket.sendto(packet, target)
            self._sent += 1
        except BlockingIOError:
            return False
        except OSError:
            self._dropped += 1
        return True

    def _flush(self) -> None:
        for subscriber in self._subscribers:
            outbox = subscriber.outbox
            while (packet := outbox.first()) is not None and self._deliver(subscriber.target, packet):
                outbox.take()

    # -- the server's own thread --

    def _ready(self, item: socket.socket, mask: int) -> None:
        del item, mask  # one socket, reading; a writable one only had to wake the pass below
        for _ in range(PACKETS_PER_PASS):
            try:
                packet, sender = self._socket.recvfrom(BIGGEST_DATAGRAM)
            except BlockingIOError:
                return
            except OSError:  # some systems tell here that an earlier datagram found nobody
                continue
            self._take_packet(packet, sender)

    def _each_pass(self) -> None:
        with self._lock:
            self._subscribers.drop_expired(self._clock())
            self._flush()
            waiting = any(len(item.outbox) for item in self._subscribers)
            listeners = [item for item in self._subscribers if item.listened]
        self._loop.watch(self._socket, for_reading=True, for_writing=waiting)
        self._tell_changed(listeners)

    def _take_packet(self, packet: bytes, sender: Address) -> None:
        with self._lock:
            self._received += 1
            self._subscribers.renew(sender, self._clock())
        try:
            for message in osc_packets.decode(packet):
                self._take_message(message, sender)
        except WireError as error:
            self._refuse(sender, f"bad OSC packet: {error}", "send OSC 1.0 with arguments i f s d h T F only")

    def _take_message(self, message: osc_packets.Message, sender: Address) -> None:
        word = message.address.removeprefix(_ROOT).lstrip("/")
        if word in _OWN_WORDS:
            with self._lock:
                self._refused += 1
            return
        try:
            if word == TOKEN:
                self._admission.offer(sender[0], *message.arguments[:1] or ("",))
                return
            self._carry_out(by_place(word, message.arguments, self._controls.now_s()), sender)
        except RefusedError as refused:
            self._refuse(sender, refused.what, refused.remedy)
        except Exception as error:  # the session must outlive whatever a request uncovers
            self._refuse(sender, f"{word} failed: {error}", "please report this")

    def _carry_out(self, request: Request, sender: Address) -> None:
        self._admission.check(sender[0], request)
        match request:
            case ButtonReleased():
                pass
            case Subscribe(port, types):
                self._subscribe((sender[0], port or sender[1]), sender, types)
            case Unsubscribe(port):
                with self._lock:
                    self._subscribers.remove((sender[0], port or sender[1]))
            case ListenProperty(name):
                with self._lock:
                    listener = self._subscribers.add(self._told_at(sender), sender, None, self._clock())
                    listener.listened[name] = None
            case LoadScore(path):
                self._loading.begin(path, lambda outcome: self._tell_outcome(sender, outcome))
            case _:
                answer = perform(request, self._controls)
                if answer is not None:
                    self._answer(sender, answer)

    def _subscribe(self, target: Address, sender: Address, types: frozenset[str]) -> None:
        """The newcomer is told at once where things stand."""
        with self._lock:
            subscriber = self._subscribers.add(target, sender, types, self._clock())
            for event in self._latest.values():
                if event.type in subscriber.types:
                    self._offer(subscriber, osc.encode(event), is_position=False)

    def _told_at(self, sender: Address) -> Address:
        """Where this sender listens: the port it subscribed, else the one it sends from."""
        return next((item.target for item in self._subscribers if item.sender == sender), sender)

    def _tell_changed(self, listeners: list[Subscriber]) -> None:
        for listener in listeners:
            for name, told in list(listener.listened.items()):
                value = self._controls.property(name)
                if value != told:
                    listener.listened[name] = value
                    self._say(listener.target, osc.encode_answer(PropertyValue(name, value)))

    def _tell_outcome(self, sender: Address, outcome: ScoreInfo | RefusedError) -> None:
        if isinstance(outcome, RefusedError):
            self._refuse(sender, outcome.what, outcome.remedy)
        else:
            self._answer(sender, outcome)

    def _answer(self, sender: Address, answer: Answer) -> None:
        self._say(sender, osc.encode_answer(answer))

    def _refuse(self, sender: Address, what: str, remedy: str) -> None:
        second = int(self._clock())
        with self._lock:
            self._refused += 1
            if second != self._fault_second:
                self._fault_second, self._faults_in_second = second, 0
            self._faults_in_second += 1
            too_many = self._faults_in_second > FAULTS_PER_S
        if not too_many:
            self._say(sender, osc.encode_fault(what, remedy))

    def _say(self, address: Address, packet: bytes) -> None:
        """An answer, to where it was asked from, and to the port that sender subscribed if it
        is another: Pd and Max do not hear what comes back to the port they send from."""
        with self._lock:
            if self._open:
                for target in {address, self._told_at(address)}:
                    self._deliver(target, packet)
