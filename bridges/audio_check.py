"""Recording an input for a while, and playing a test sound into the room meanwhile: for ``calibrate``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from repetiteur.bridges.audio_capture import AudioListener
from repetiteur.bridges.audio_ports import AudioPort
from repetiteur.bridges.quiet import quiet_stderr
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Chunk

OUT_BLOCK_S = 0.01
PATIENCE_S = 3.0  # for a device that is slow to begin


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    sound: np.ndarray  # one channel, float32
    rate_hz: float
    begun_s: float  # of the listener's clock
    clipped: int  # places, before the channels were mixed
    lost: int  # samples


class Recorder:
    """One input. Everything but ``_take`` belongs to one thread."""

    def __init__(self, pyaudio: Any, now_s: Callable[[], float]) -> None:
        self._chunks: list[Chunk] = []
        self._arrived = threading.Condition()
        self._wanted = False
        self._listener = AudioListener(pyaudio, self._take, now_s)

    @property
    def name(self) -> str:
        return self._listener.name

    @property
    def rate_hz(self) -> float:
        return self._listener.rate_hz

    def open(self, name: str) -> None:
        """Raises InputError."""
        self._listener.open(name)
        self._listener.start()

    def record(self, seconds: float) -> Recording:
        """From now on. Raises InputError where nothing comes."""
        with self._arrived:
            self._chunks.clear()
            self._wanted = True
            samples = 0
            while samples < seconds * self.rate_hz:
                if not self._arrived.wait(PATIENCE_S):
                    remedy = "unplug it and plug it in again, or choose another"
                    raise InputError(f"audio input {self.name}", "no sound comes from it", remedy)
                samples = sum(len(chunk.samples) for chunk in self._chunks)
            self._wanted = False
            chunks = tuple(self._chunks)
        sound = np.concatenate([np.zeros(0, np.float32), *(chunk.samples for chunk in chunks)])
        return Recording(
            sound, self.rate_hz, _begun_s(chunks), sum(chunk.clipped for chunk in chunks),
            sum(chunk.lost for chunk in chunks[1:]),
        )  # fmt: skip

    def close(self) -> None:
        self._listener.close()

    def _take(self, chunk: Chunk) -> bool:
        """On the device library's thread."""
        with self._arrived:
            if self._wanted:
                self._chunks.append(chunk)
                self._arrived.notify()
        return True


class Player:
    """One output, playing one sound at a time."""

    def __init__(self, pyaudio: Any, port: AudioPort, now_s: Callable[[], float]) -> None:
        """Raises InputError where it cannot be opened."""
        self._pyaudio = pyaudio
        self._now_s = now_s
        self._rate_hz = port.rate_hz
        self._channels = min(2, port.channels)
        self._playing = np.zeros(0, np.float32)
        self._place = 0
        self._handed_s: list[float] = []  # when the sound would have begun, by each block of it
        self._leaves_s: list[float] = []  # the same, with what the device says it needs
        with quiet_stderr():
            self._system = pyaudio.PyAudio()
            try:
                self._stream = self._system.open(
                    format=pyaudio.paFloat32, channels=self._channels, rate=int(port.rate_hz), output=True,
                    output_device_index=port.number, frames_per_buffer=round(port.rate_hz * OUT_BLOCK_S),
                    stream_callback=self._more,
                )  # fmt: skip
            except (OSError, ValueError) as error:
                self._system.terminate()
                remedy = "close other programs that use it, or choose another output"
                raise InputError(f"audio output {port.name}", f"cannot be opened ({error})", remedy) from None

    @property
    def rate_hz(self) -> float:
        return self._rate_hz

    def play(self, sound: np.ndarray) -> None:
        """One channel, float32; returns at once."""
        self._handed_s, self._leaves_s = [], []
        self._place = 0
        self._playing = sound

    def stop(self) -> None:
        """What the device has already got still sounds."""
        self._playing = np.zeros(0, np.float32)

    def handed_s(self) -> float | None:
        """When the sound played last was handed to the device: its first sample."""
        return float(np.median(self._handed_s)) if self._handed_s else None

    def left_s(self) -> float | None:
        """When it left, going by what the device says of itself."""
        return float(np.median(self._leaves_s)) if self._leaves_s else None

    def close(self) -> None:
        with quiet_stderr():
            self._stream.close()
            self._system.terminate()

    def _more(self, _data: object, frames: int, times: Any, _flags: int) -> tuple[bytes, int]:
        """On the device library's thread."""
        now_s = self._now_s()
        out = np.zeros((frames, self._channels), np.float32)
        sound, place = self._playing, self._place
        piece = sound[place : place + frames]
        if len(piece):
            out[: len(piece)] = piece[:, None]
            begun_s = now_s - place / self._rate_hz
            later_s = times["output_buffer_dac_time"] - times["current_time"]
            self._handed_s.append(begun_s)
            self._leaves_s.append(begun_s + (later_s if 0.0 < later_s < 1.0 else 0.0))
            self._place = place + len(piece)
        return out.tobytes(), self._pyaudio.paContinue


def _begun_s(chunks: tuple[Chunk, ...]) -> float:
    """When the first sample was captured; the middle of what all the blocks say of it."""
    if not chunks:
        return 0.0
    before = np.concatenate([[0], np.cumsum([len(chunk.samples) for chunk in chunks])[:-1]])
    begun = [chunk.t_s - n / chunk.rate_hz for chunk, n in zip(chunks, before, strict=True)]
    return float(np.median(begun))
