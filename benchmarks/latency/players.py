"""A keyboard and a sound card made of a file: threads that call what a device's driver would call, at real
pace, as late as one asks them to be. The lateness comes from a seed, so that it is the same every time."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np

from repetiteur.realtime.inputs import Input, Performed, Reset

_BEFORE_S = 0.3  # of silence
_AGAIN_AFTER_S = 1.0
_ALMOST_S = 1e-4
_LONGER_S = 10.0


class Keyboard:
    """Plays a performance again and again. ``submit`` is what MIDI's callback would call."""

    def __init__(
        self,
        performed: tuple[Performed, ...],
        submit: Callable[[Input], None],
        now_s: Callable[[], float],
        jitter_s: float,
        seed: int,
        hurry: Callable[[], None],
    ) -> None:
        self._performed, self._submit, self._now_s = performed, submit, now_s
        self._jitter_s, self._chance = jitter_s, Random(seed)
        self._hurry = hurry  # drivers do
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._play, name="keyboard", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join()

    def _play(self) -> None:
        self._hurry()
        first_s = self._performed[0].t_s
        while not self._over.is_set():
            begun_s = self._now_s() + _BEFORE_S - first_s
            for item in self._performed:
                late_s = self._chance.uniform(0.0, self._jitter_s)
                if self._over.wait(max(0.0, begun_s + item.t_s + late_s - self._now_s())):
                    return
                self._submit(replace(item, t_s=self._now_s()))
            self._over.wait(_AGAIN_AFTER_S)
            self._submit(Reset(self._now_s()))


class SoundCard:
    """Stands in for PyAudio, with one input that plays a recording again and again.

    A block is delivered when its last sample would have been captured, or later by chance. ``drift_ppm``:
    how much slower than it says the card is. When blocks were delivered is remembered for so many seconds.
    """

    paFloat32, paInputOverflow, paContinue = 1, 2, 0  # noqa: N815

    def __init__(
        self,
        samples: np.ndarray,
        rate_hz: float,
        block: int,
        now_s: Callable[[], float],
        jitter_s: float,
        seed: int,
        hurry: Callable[[], None],
        seconds: float,
        drift_ppm: float = 0.0,
        again: Callable[[], None] = lambda: None,
    ) -> None:
        self._sound = np.require(samples[: len(samples) // block * block], np.float32, "C")
        self._rate_hz, self._block, self._now_s = rate_hz, block, now_s
        self.stretched = 1.0 + drift_ppm * 1e-6  # what a second of its own takes
        self._block_s = block / rate_hz * self.stretched
        self._jitter_s, self._chance = jitter_s, Random(seed)
        self._again = again
        self._delivered_s = np.full(int((seconds + _LONGER_S) / self._block_s), math.nan)
        self.begun_s = 0.0  # the first sample
        self._hurry = hurry  # drivers do
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self.late_blocks = 0  # that came after the next one was due

    def delivered_s(self, captured_s: float) -> float:
        """When the block with the sample captured at that time was delivered."""
        number = int((captured_s - self.begun_s - _ALMOST_S) / self._block_s)
        return float(self._delivered_s[min(max(number, 0), len(self._delivered_s) - 1)])

    def sounded_s(self, file_s: np.ndarray, near_s: float) -> np.ndarray:
        """When what is there in the recording was to be heard, of all times those nearest to ``near_s``."""
        once_s = len(self._sound) / self._rate_hz * self.stretched
        first_s = self.begun_s + file_s * self.stretched
        return first_s + np.round((near_s - first_s) / once_s) * once_s

    # What a listener asks of PyAudio

    def PyAudio(self) -> SoundCard:  # noqa: N802
        return self

    def get_device_count(self) -> int:
        return 1

    def get_device_info_by_index(self, number: int) -> dict[str, Any]:
        return {
            "name": "file", "index": number, "hostApi": 0, "defaultSampleRate": self._rate_hz,
            "maxInputChannels": 1, "maxOutputChannels": 0, "defaultLowInputLatency": 0.0,
        }  # fmt: skip

    def get_host_api_info_by_index(self, number: int) -> dict[str, Any]:
        return {"name": "none"}

    def get_default_input_device_info(self) -> dict[str, Any]:
        return self.get_device_info_by_index(0)

    def get_default_output_device_info(self) -> dict[str, Any]:
        raise OSError("there is none")

    def open(self, **how: Any) -> SoundCard:
        self._heard = how["stream_callback"]
        return self

    def start_stream(self) -> None:
        self._thread = threading.Thread(target=self._play, name="sound card", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def terminate(self) -> None: ...

    def _play(self) -> None:
        self._hurry()
        blocks = self._sound.reshape(-1, self._block)
        self.begun_s = self._now_s()
        number = 0
        while not self._over.is_set():
            captured_s = self.begun_s + number * self._block_s
            due_s = captured_s + self._block_s
            wait_s = due_s + self._chance.uniform(0.0, self._jitter_s) - self._now_s()
            if wait_s > 0:
                time.sleep(wait_s)
            now_s = self._now_s()
            self.late_blocks += now_s > due_s + self._block_s
            self._delivered_s[min(number, len(self._delivered_s) - 1)] = now_s
            times = {"input_buffer_adc_time": captured_s, "current_time": now_s}
            self._heard(blocks[number % len(blocks)].tobytes(), self._block, times, 0)
            number += 1
            if number % len(blocks) == 0:
                self._again()
