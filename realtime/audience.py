"""Everybody who listens to a session, and its recorder. One who fails is cut off; the others go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from repetiteur.realtime.events import Event
from repetiteur.realtime.inputs import Input


class Sink(Protocol):
    """Somebody who listens. Called on the engine's thread; should not wait for anything."""

    def send(self, events: Sequence[Event]) -> None: ...

    def close(self) -> None: ...


class _Dropped(Protocol):
    @property
    def dropped(self) -> int: ...


@runtime_checkable
class CountingSink(Sink, Protocol):
    """A sink that knows how many events did not get through."""

    def counts(self) -> _Dropped: ...


class Recorder(Protocol):
    """Keeps what happened so that it can happen again. Called on the engine's thread."""

    def record(self, item: Input | None, events: Sequence[Event]) -> None:
        """An input as it was pushed (None: the opening) and the events it caused, maybe none."""
        ...

    def record_score(self, t_s: float, source: str | None, events: Sequence[Event]) -> None:
        """Another score was taken up, read from the file ``source``; None: the former one, afresh."""
        ...

    def close(self) -> None: ...


class Audience:
    """On the engine's thread, once it runs. ``fault`` is told of whoever failed."""

    def __init__(self, fault: Callable[[str, str], None]) -> None:
        self._fault = fault
        self._sinks: list[Sink] = []
        self._recorder: Recorder | None = None

    def add(self, sink: Sink) -> None:
        self._sinks.append(sink)

    def record_with(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @property
    def dropped(self) -> int:
        """Events that did not get through, as far as the sinks know."""
        return sum(sink.counts().dropped for sink in self._sinks if isinstance(sink, CountingSink))

    def tell(self, events: Sequence[Event]) -> None:
        """Every sink in turn."""
        if not events:
            return
        for sink in tuple(self._sinks):
            try:
                sink.send(events)
            except Exception as error:
                self._sinks.remove(sink)
                what = f"the output {type(sink).__name__} failed and was cut off: {error}"
                self._fault(what, "restart to get it back; everything else goes on")
                _close_quietly(sink)

    def record(self, item: Input | None, events: Sequence[Event]) -> None:
        if self._recorder is not None:
            try:
                self._recorder.record(item, events)
            except Exception as error:
                self._stop_recording(error)

    def record_score(self, t_s: float, source: str | None, events: Sequence[Event]) -> None:
        if self._recorder is not None:
            try:
                self._recorder.record_score(t_s, source, events)
            except Exception as error:
                self._stop_recording(error)

    def close(self) -> None:
        for sink in self._sinks:
            _close_quietly(sink)
        if self._recorder is not None:
            _close_quietly(self._recorder)

    def _stop_recording(self, error: Exception) -> None:
        recorder, self._recorder = self._recorder, None
        self._fault(f"the journal stopped: {error}", "free some space and restart to keep a journal again")
        if recorder is not None:
            _close_quietly(recorder)


def _close_quietly(thing: Sink | Recorder) -> None:
    """There is nobody left to tell of a failure."""
    try:
        thing.close()
    except Exception:
        return
