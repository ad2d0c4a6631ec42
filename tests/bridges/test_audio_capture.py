from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from repetiteur.bridges.audio_capture import AudioListener
from repetiteur.bridges.chunks import ChunkMaker
from repetiteur.realtime.inputs import Chunk

ON_A_CARD = {"hostApi": 0, "maxOutputChannels": 0, "defaultLowInputLatency": 0.01}


class Library:
    paFloat32, paInputOverflow, paContinue = 1, 2, 0  # noqa: N815


@pytest.fixture
def heard() -> list[Chunk]:
    return []


def listening(heard: list[Chunk], room: int = 1000) -> AudioListener:
    def take(chunk: Chunk) -> bool:
        if len(heard) >= room:
            return False
        heard.append(chunk)
        return True

    listener = AudioListener(Library(), take, lambda: listener_now[0])
    listener.rate_hz = 48_000.0
    listener._chunks = ChunkMaker(2, 48_000.0)
    return listener


listener_now = [0.0]


def call(listener: AudioListener, now_s: float, flags: int = 0, adc_s: float = 0.0) -> Any:
    listener_now[0] = now_s
    frames = np.tile(np.array([0.2, 0.4], np.float32), 480)
    times = {"input_buffer_adc_time": adc_s, "current_time": adc_s + 0.013}
    return listener._heard(frames.tobytes(), 480, times, flags)


def test_a_chunk_is_one_channel_and_begins_when_it_was_captured(heard: list[Chunk]) -> None:
    listener = listening(heard)
    assert call(listener, 1.0) == (None, 0)
    call(listener, 1.01, adc_s=7.0)
    assert heard[0].samples == pytest.approx(np.full(480, 0.3), abs=1e-6)
    assert heard[0].t_s == pytest.approx(0.99)
    assert heard[1].t_s == pytest.approx(1.01 - 0.013)
    assert (heard[0].rate_hz, heard[0].lost) == (48_000.0, 0)


def test_what_the_device_lost_is_told_by_its_length(heard: list[Chunk]) -> None:
    listener = listening(heard)
    call(listener, 1.0)
    call(listener, 1.03, Library.paInputOverflow)
    assert heard[1].lost == pytest.approx(960, abs=1)
    assert listener.overflows == 1


def test_what_nobody_had_room_for_is_lost_before_the_next(heard: list[Chunk]) -> None:
    listener = listening(heard, room=1)
    for number in range(3):
        call(listener, 1.0 + number / 100)
    assert len(heard) == 1
    heard.clear()
    call(listener, 1.03)
    assert heard[0].lost == 960
    assert listener.overflows == 2


class Device(Library):
    """PyAudio with one input that may be pulled out."""

    def __init__(self) -> None:
        self.there = True

    def PyAudio(self) -> Device:  # noqa: N802
        return self

    def get_device_count(self) -> int:
        return int(self.there)

    def get_device_info_by_index(self, number: int) -> dict[str, Any]:
        return {"name": "Piano", "maxInputChannels": 2, "defaultSampleRate": 48_000.0, "index": number,
                **ON_A_CARD}  # fmt: skip

    def get_host_api_info_by_index(self, number: int) -> dict[str, Any]:
        return {"name": "ALSA"}

    def get_default_input_device_info(self) -> dict[str, Any]:
        raise OSError("none")

    get_default_output_device_info = get_default_input_device_info

    def open(self, **how: Any) -> Device:
        return self

    def start_stream(self) -> None: ...

    def close(self) -> None: ...

    def terminate(self) -> None: ...


def test_a_device_that_goes_is_told_and_taken_up_when_it_is_back(heard: list[Chunk]) -> None:
    device = Device()
    listener = AudioListener(device, lambda chunk: heard.append(chunk) or True, lambda: listener_now[0])
    listener_now[0] = 0.0
    listener.open("piano")
    listener.start()
    call(listener, 0.5)
    listener_now[0] = 1.4
    assert listener.look() is None and listener.connected
    device.there, listener_now[0] = False, 1.6
    assert listener.look() == "audio input Piano is gone" and not listener.connected
    assert len(heard[-1].samples) == 0, "what sounded ends in as much silence"
    assert heard[-1].lost == round(1.1 * 48_000) and heard[-1].t_s == 1.6
    assert listener.look() is None
    device.there, listener_now[0] = True, 5.0
    assert listener.look() == "audio input Piano is back" and listener.connected
    call(listener, 5.02)
    assert heard[-1].lost == pytest.approx((5.01 - 1.6) * 48_000, abs=1)
    assert listener.look() is None


def test_what_is_clipped_and_what_is_no_number_is_counted(heard: list[Chunk]) -> None:
    listener = listening(heard)
    listener_now[0] = 1.0
    frames = np.zeros((480, 2), np.float32)
    frames[100:110, 0] = 1.0
    frames[300, 1] = np.nan
    for _ in range(2):
        listener._heard(frames.tobytes(), 480, {"input_buffer_adc_time": 0.0, "current_time": 0.0}, 0)
    assert [(chunk.clipped, chunk.scrubbed) for chunk in heard] == [(1, 1), (1, 1)]
    assert np.isfinite(heard[0].samples).all()
