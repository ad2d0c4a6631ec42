"""An audio input heard live: a thread of its own takes the sound and hands on the notes in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from repetiteur.bridges.audio_capture import PLAIN, AudioListener, Capture
from repetiteur.realtime.hearing.as_inputs import inputs_of_sound
from repetiteur.realtime.hearing.ears import Ears
from repetiteur.realtime.inbox import Inbox
from repetiteur.realtime.inputs import Chunk, FaultSeen, Input, Tick

WAITING_CHUNKS = 1000  # about 10 s; what does not fit is lost, counted and told
_CLOSING_S = 5.0

Deliver = Callable[[Input], None]


class LiveEars:
    """One audio input. ``open``, ``look`` and ``close`` belong to one thread (not the engine's)."""

    def __init__(
        self,
        pyaudio: Any,
        ears: Ears,
        deliver: Deliver,
        now_s: Callable[[], float],
        capture: Capture = PLAIN,
    ) -> None:
        self._ears = ears
        self._deliver = deliver
        self._now_s = now_s
        self._inbox: Inbox[Chunk] = Inbox(WAITING_CHUNKS)
        self._listener = AudioListener(pyaudio, self._inbox.put, now_s, capture)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="repetiteur ears", daemon=True)

    @property
    def name(self) -> str:
        return self._listener.name

    def open(self, name: str) -> None:
        """Listen to the first input with ``name`` in its name. Raises InputError."""
        self._listener.open(name)
        self._ears.warm_up(self._listener.rate_hz)
        self._thread.start()
        self._listener.start()

    def look(self) -> str | None:
        """Notice a device that went or came back. Call it about twice a second; says what changed."""
        change = self._listener.look()
        if change is not None and not self._listener.connected:
            remedy = "plug it in again; it is taken up by itself"
            self._deliver(FaultSeen(self._now_s(), change, remedy))
        return change

    def close(self) -> None:
        """Hear what has arrived, and settle every note. Harmless twice."""
        self._listener.close()
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(_CLOSING_S)

    def _listen(self) -> None:
        try:
            for item in inputs_of_sound(self._ears, self._arriving()):
                if not isinstance(item, Tick):  # a live session has its own
                    self._deliver(item)
        except Exception as error:
            what = f"the ears failed: {type(error).__name__}: {error}"
            self._deliver(FaultSeen(self._now_s(), what, "please report this; restart to hear again"))

    def _arriving(self) -> Iterator[Chunk]:
        while True:
            chunk = self._inbox.take(0.1)
            if chunk is not None:
                yield chunk
            elif self._over.is_set():
                return
