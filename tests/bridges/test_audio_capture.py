from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from repetiteur.bridges.audio_capture import AudioListener
from repetiteur.bridges.chunks import ChunkMaker
from repetiteur.realtime.inputs import Chunk


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
