"""An audio input heard live: a thread of its own takes the sound and hands on the notes in it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from repetiteur.bridges.audio_capture import PLAIN, AudioListener, Capture
from repetiteur.bridges.kept_ears import Hearing, KeptEars
from repetiteur.bridges.urgency import hurried
from repetiteur.realtime.inputs import FaultSeen, Input
from repetiteur.realtime.sound_ring import SoundRing

_CLOSING_S = 5.0
_LOOK_EVERY_S = 0.1  # whether it is over

Deliver = Callable[[Input], None]


class LiveEars:
    """One audio input. All methods belong to one thread, not the engine's."""

    def __init__(
        self,
        pyaudio: Any,
        ears: Hearing,
        deliver: Deliver,
        now_s: Callable[[], float],
        capture: Capture = PLAIN,
        hurry: Callable[[], None] = lambda: None,
    ) -> None:
        """``hurry`` is called once on the device's thread and on the one that hears, to make them quick."""
        self._ears = ears
        self._deliver = deliver
        self._now_s = now_s
        self._hurry = hurry
        self._ring = SoundRing()
        self._listener = AudioListener(pyaudio, hurried(self._ring.put, hurry), now_s, capture)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="repetiteur ears", daemon=True)

    @property
    def name(self) -> str:
        return self._listener.name

    @property
    def connected(self) -> bool:
        return self._listener.connected

    @property
    def overflows(self) -> int:
        """Times the device had no room."""
        return self._listener.overflows

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
        self._hurry()
        ears = KeptEars(self._ears)
        while True:
            chunk = self._ring.take(_LOOK_EVERY_S)
            if chunk is not None:
                for item in ears.push(chunk):
                    self._deliver(item)
            elif self._over.is_set():
                break
        for item in ears.finish():
            self._deliver(item)
