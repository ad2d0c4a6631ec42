"""What waits, and who is still there: without sockets and without real time."""

from __future__ import annotations

import pytest

from repetiteur.bridges.wire.control import RefusedError
from repetiteur.bridges.wire.outbox import Outbox
from repetiteur.bridges.wire.subscribers import MOST_SUBSCRIBERS, Subscribers
from repetiteur.bridges.wire.verbs import EVENT_WORDS

HERE = ("127.0.0.1", 9000)
SENDER = ("127.0.0.1", 50000)
ALL = frozenset(EVENT_WORDS)


def emptied(outbox: Outbox) -> list[bytes]:
    out = []
    while (data := outbox.take()) is not None:
        out.append(data)
    return out


def test_order_is_kept_and_only_the_newest_position() -> None:
    outbox = Outbox()
    outbox.put_position(b"p1")
    outbox.put(b"a")
    outbox.put_position(b"p2")
    outbox.put_position(b"p3")
    outbox.put(b"b")
    assert len(outbox) == 3
    assert outbox.overtaken == 2
    assert emptied(outbox) == [b"a", b"p3", b"b"]
    assert len(outbox) == 0


def test_many_positions_take_no_room() -> None:
    outbox = Outbox(limit=2)
    for index in range(10_000):
        outbox.put_position(b"%d" % index)
    assert outbox.put(b"a") and outbox.put(b"b") and not outbox.put(b"c")
    assert emptied(outbox) == [b"9999", b"a", b"b"]


def test_looking_takes_nothing() -> None:
    outbox = Outbox()
    assert outbox.first() is None
    outbox.put_position(b"p")
    outbox.put(b"a")
    assert (outbox.first(), outbox.first(), len(outbox)) == (b"p", b"p", 2)
    outbox.put_position(b"q")  # also one that was looked at is overtaken
    assert emptied(outbox) == [b"a", b"q"]


def test_a_lease_runs_out_unless_its_sender_speaks() -> None:
    subscribers = Subscribers(lease_s=60.0)
    subscribers.add(HERE, SENDER, ALL, 0.0)
    subscribers.drop_expired(59.9)
    assert len(subscribers) == 1
    subscribers.renew(SENDER, 59.9)
    subscribers.renew(("127.0.0.1", 50001), 100.0)  # somebody else
    subscribers.drop_expired(119.8)
    assert len(subscribers) == 1
    subscribers.drop_expired(119.9)
    assert len(subscribers) == 0


def test_subscribing_again_replaces() -> None:
    subscribers = Subscribers(lease_s=60.0)
    subscribers.add(HERE, SENDER, ALL, 0.0)
    subscribers.add(HERE, ("127.0.0.1", 50001), frozenset({"beat"}), 30.0)
    (only,) = subscribers
    assert (only.types, only.expires_s) == (frozenset({"beat"}), 90.0)


def test_fixed_targets_stay() -> None:
    subscribers = Subscribers(lease_s=60.0)
    subscribers.add_fixed(HERE, ALL)
    subscribers.add(HERE, SENDER, None, 0.0)
    subscribers.remove(HERE)
    subscribers.drop_expired(1e9)
    assert len(subscribers) == 1


def test_there_is_a_limit() -> None:
    subscribers = Subscribers(lease_s=60.0)
    for port in range(MOST_SUBSCRIBERS):
        subscribers.add(("127.0.0.1", 9000 + port), SENDER, ALL, 0.0)
    with pytest.raises(RefusedError):
        subscribers.add(("127.0.0.1", 8000), SENDER, ALL, 0.0)
    subscribers.add(HERE, SENDER, ALL, 1.0)  # one that is there may renew
