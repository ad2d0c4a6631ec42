"""Who gets OSC events: fixed targets, and subscribers whose lease runs out. No sockets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from repetiteur.bridges.wire.control import RefusedError
from repetiteur.bridges.wire.outbox import Outbox

Address = tuple[str, int]  # numeric host, port
MOST_SUBSCRIBERS = 32


@dataclass(slots=True)
class Subscriber:
    """One receiver. ``sender`` is where its requests come from; any of them renews its lease."""

    target: Address
    sender: Address | None  # None: a fixed target, for ever
    types: frozenset[str]
    expires_s: float
    outbox: Outbox
    listened: dict[str, float | str | None] = field(default_factory=dict)  # property: value last told


class Subscribers:
    """At most ``MOST_SUBSCRIBERS``, one for each target."""

    def __init__(self, lease_s: float) -> None:
        self._lease_s = lease_s
        self._by_target: dict[Address, Subscriber] = {}

    def __iter__(self) -> Iterator[Subscriber]:
        return iter(tuple(self._by_target.values()))

    def __len__(self) -> int:
        return len(self._by_target)

    def add_fixed(self, target: Address, types: frozenset[str]) -> None:
        self._by_target[target] = Subscriber(target, None, types, float("inf"), Outbox())

    def add(
        self, target: Address, sender: Address, types: frozenset[str] | None, now_s: float
    ) -> Subscriber:
        """A new subscriber, or the one there already is, renewed.

        ``types`` None leaves what it had, which is nothing for a new one."""
        known = self._by_target.get(target)
        if known is None:
            if len(self._by_target) >= MOST_SUBSCRIBERS:
                raise RefusedError("too many subscribers", "end one of them, or wait for a lease to run out")
            known = Subscriber(target, sender, frozenset(), 0.0, Outbox())
            self._by_target[target] = known
        if types is not None:
            known.types = types
        if known.sender is not None:
            known.sender, known.expires_s = sender, now_s + self._lease_s
        return known

    def remove(self, target: Address) -> None:
        known = self._by_target.get(target)
        if known is not None and known.sender is not None:
            del self._by_target[target]

    def renew(self, sender: Address, now_s: float) -> None:
        for subscriber in self._by_target.values():
            if subscriber.sender == sender:
                subscriber.expires_s = now_s + self._lease_s

    def drop_expired(self, now_s: float) -> None:
        for target in [item.target for item in self if item.expires_s <= now_s]:
            del self._by_target[target]
