"""What a live session listens to: a MIDI input, an audio input, or both; exchanged while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from repetiteur.realtime.errors import InputError

T = TypeVar("T")

_CLOSING_S = 10.0  # for an exchange that is going on
_NOT_NOW = "the session is not running", "wait until it is"


class Kind(StrEnum):
    MIDI = "midi"
    AUDIO = "audio"


class Source(Protocol):
    """One input, open."""

    @property
    def name(self) -> str: ...

    @property
    def connected(self) -> bool:
        """False while it is gone and waited for."""
        ...

    def look(self) -> str | None:
        """What has changed, if anything."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class InUse:
    kind: Kind
    name: str
    connected: bool


Open = Callable[[Kind, str], Source]  # the first with that in its name, listening. Raises InputError


class LiveInputs:
    """Every method may be called from any thread; inputs are opened, looked at and closed one at a time."""

    def __init__(self, open_: Open) -> None:
        self._open = open_
        self._lock = threading.Lock()
        self._running = False  # from ``begin`` until ``close``
        # Both are replaced, never changed: who asks need not wait for an exchange.
        self._names: Mapping[Kind, str] = {}  # what is listened to, or waited for
        self._sources: Mapping[Kind, Source] = {}

    def begin(self, wanted: Mapping[Kind, str]) -> None:
        """Raises InputError."""
        with self._lock:
            for kind, name in wanted.items():
                self._take_up(kind, name)
            self._running = True

    def in_use(self) -> tuple[InUse, ...]:
        """What is listened to now, or would be if it were there."""
        names, sources = self._names, self._sources
        return tuple(
            InUse(kind, name, kind in sources and sources[kind].connected) for kind, name in names.items()
        )

    def choose(self, kind: Kind, name: str | None) -> tuple[str, str] | None:
        """Listen to this one instead, or to none of its kind. Takes as long as devices take. None, or what
        was wrong and a remedy: then the former one goes on."""
        with self._lock:
            if not self._running:
                return _NOT_NOW
            former = self._sources.get(kind)
            if name is None:
                self._leave(kind)
            elif former is None or not former.connected or former.name != name:
                return self._exchange(kind, name, former)
            return None

    def look(self) -> list[str]:
        """Notice what went or came back. Call it about twice a second; says what changed."""
        if not self._lock.acquire(blocking=False):
            return []  # somebody is exchanging one
        try:
            changes = [source.look() for source in self._sources.values()]
            waited_for = [kind for kind in self._names if kind not in self._sources]
            changes += map(self._look_for, waited_for)
            return [change for change in changes if change is not None]
        finally:
            self._lock.release()

    def close(self) -> None:
        """Harmless twice."""
        calm = self._lock.acquire(timeout=_CLOSING_S)
        self._running = False
        for kind in tuple(self._sources):
            self._leave(kind)
        if calm:
            self._lock.release()

    def _exchange(self, kind: Kind, name: str, former: Source | None) -> tuple[str, str] | None:
        """PortAudio sees what is new only when nothing of it is open, so of sound the former is left first;
        another keyboard is taken up before the former is let go."""
        if former is not None and kind is Kind.AUDIO:
            former.close()
            self._sources = _without(self._sources, kind)
            former = None
        try:
            self._take_up(kind, name)
        except InputError as error:
            if former is None and kind in self._names:
                self._look_for(kind)
            return f"{error.where}: {error.problem}", error.remedy
        if former is not None:
            former.close()
        return None

    def _take_up(self, kind: Kind, name: str) -> None:
        source = self._open(kind, name)
        self._sources = {**self._sources, kind: source}
        self._names = {**self._names, kind: source.name}

    def _look_for(self, kind: Kind) -> str | None:
        """One that is waited for."""
        try:
            self._take_up(kind, self._names[kind])
        except InputError:
            return None
        return f"{self._names[kind]} is back"

    def _leave(self, kind: Kind) -> None:
        source = self._sources.get(kind)
        self._sources, self._names = _without(self._sources, kind), _without(self._names, kind)
        if source is not None:
            source.close()


def _without(items: Mapping[Kind, T], kind: Kind) -> Mapping[Kind, T]:
    return {key: item for key, item in items.items() if key is not kind}
