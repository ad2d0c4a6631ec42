"""Listening to an audio input: chunks of one channel, stamped when they were captured.

PortAudio calls on a thread of its own: it copies, stamps, counts, hands over and returns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from repetiteur.bridges.audio_ports import ports_of, the_port, words_for
from repetiteur.bridges.chunks import ChunkMaker
from repetiteur.bridges.quiet import quiet_stderr
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Chunk

GONE_AFTER_S = 1.0  # without a single block: a device that is there sends silence

Deliver = Callable[[Chunk], bool]  # False where it had no room


@dataclass(frozen=True, slots=True)
class Capture:
    """How to listen."""

    block_s: float = 0.01  # asked of the device; it gives what it can
    late_s: float = 0.0  # what comes was captured so much earlier than the device says


PLAIN = Capture()


class AudioListener:
    """One audio input. ``open``, ``start``, ``look`` and ``close`` belong to one thread."""

    def __init__(
        self,
        pyaudio: Any,
        deliver: Deliver,
        now_s: Callable[[], float],
        capture: Capture = PLAIN,
    ) -> None:
        self._pyaudio = pyaudio
        self._deliver = deliver
        self._now_s = now_s
        self._capture = capture
        self._system: Any = None
        self._stream: Any = None
        self._chunks: ChunkMaker | None = None
        self._channels = 1
        self._called_s = 0.0  # when a block came last
        self._next_s = 0.0  # when the next chunk should begin
        self._missed = False  # what lies before the next chunk
        self._lost = 0  # samples since the last chunk that was taken
        self.name = ""
        self.rate_hz = 0.0
        self.overflows = 0  # times the device, or we, had no room

    @property
    def connected(self) -> bool:
        return self._stream is not None

    def open(self, name: str) -> None:
        """Get ready to listen to the first input with ``name`` in its name, at the rate it prefers.
        Raises InputError."""
        with quiet_stderr():
            self._system = self._pyaudio.PyAudio()
            inputs = ports_of(self._system).inputs
        try:
            chosen = the_port(name, inputs, "input")
        except InputError:
            self.close()
            raise
        self.name, self.rate_hz = words_for(chosen, inputs), chosen.rate_hz
        self._channels = min(2, chosen.channels)
        self._chunks = ChunkMaker(self._channels, self.rate_hz)
        try:
            with quiet_stderr():
                self._stream = self._system.open(
                    format=self._pyaudio.paFloat32, channels=self._channels, rate=int(self.rate_hz),
                    input=True, input_device_index=chosen.number, start=False,
                    frames_per_buffer=round(self.rate_hz * self._capture.block_s),
                    stream_callback=self._heard,
                )  # fmt: skip
        except (OSError, ValueError) as error:
            self.close()
            remedy = "close other programs that use it, or choose another input"
            raise InputError(f"audio input {name}", f"cannot be opened ({error})", remedy) from None

    def start(self) -> None:
        """Chunks come from here on. Raises InputError."""
        self._called_s = self._now_s()
        try:
            self._stream.start_stream()
        except OSError as error:
            self.close()
            remedy = "plug it in again, or choose another input"
            raise InputError(f"audio input {self.name}", f"does not begin ({error})", remedy) from None

    def look(self) -> str | None:
        """Notice a device that went or came back. Call it about twice a second; says what changed."""
        if not self.name:
            return None
        if self._stream is None:
            return f"audio input {self.name} is back" if self._taken_up() else None
        if self._now_s() - self._called_s < GONE_AFTER_S:
            return None
        self.close()
        self._fall_silent(self._now_s())
        return f"audio input {self.name} is gone"

    def close(self) -> None:
        """Harmless twice."""
        stream, self._stream = self._stream, None
        system, self._system = self._system, None
        with quiet_stderr():
            if stream is not None:
                stream.close()
            if system is not None:
                system.terminate()

    def _taken_up(self) -> bool:
        try:
            self.open(self.name)
            self.start()
        except InputError:
            return False
        return True

    def _fall_silent(self, now_s: float) -> None:
        """The device is gone: what sounded ends."""
        if self._next_s:
            gone = max(0, round((now_s - self._next_s) * self.rate_hz))
            self._deliver(Chunk(now_s, np.zeros(0, np.float32), self.rate_hz, self._lost + gone))
            self._next_s, self._lost, self._missed = now_s, 0, True

    def _heard(self, data: bytes, frames: int, times: Any, flags: int) -> tuple[None, int]:
        """On PortAudio's thread."""
        now_s = self._called_s = self._now_s()
        lasts_s = frames / self.rate_hz
        begun_s = times["input_buffer_adc_time"]
        age_s = times["current_time"] - begun_s if begun_s > 0 else lasts_s
        t_s = now_s - max(age_s, lasts_s) - self._capture.late_s
        if flags & self._pyaudio.paInputOverflow:
            self.overflows += 1
            self._missed = True
        if self._missed and self._next_s:
            self._lost += max(0, round((t_s - self._next_s) * self.rate_hz))
        self._missed = False
        self._next_s = t_s + lasts_s
        assert self._chunks is not None
        if self._deliver(self._chunks.make(np.frombuffer(data, np.float32), t_s, self._lost)):
            self._lost = 0
        else:
            self.overflows += 1
            self._lost += frames
        return None, self._pyaudio.paContinue
