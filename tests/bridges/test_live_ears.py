from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from repetiteur.bridges.live_ears import LiveEars
from repetiteur.realtime.events import NoteStatus
from repetiteur.realtime.hearing.ears import Ears
from repetiteur.realtime.inputs import FaultSeen, HeardEnd, HeardNote, Input

ON_A_CARD = {"hostApi": 0, "maxOutputChannels": 0, "defaultLowInputLatency": 0.01}

RATE_HZ = 16_000.0


class Device:
    """PyAudio with one input, which is played by hand and may be pulled out."""

    paFloat32, paInputOverflow, paContinue = 1, 2, 0  # noqa: N815
    there = True

    def PyAudio(self) -> Device:  # noqa: N802
        return self

    def get_device_count(self) -> int:
        return int(self.there)

    def get_device_info_by_index(self, number: int) -> dict[str, Any]:
        return {"name": "Piano", "maxInputChannels": 1, "defaultSampleRate": RATE_HZ, "index": number,
                **ON_A_CARD}  # fmt: skip

    def get_host_api_info_by_index(self, number: int) -> dict[str, Any]:
        return {"name": "ALSA"}

    def get_default_input_device_info(self) -> dict[str, Any]:
        raise OSError("none")

    get_default_output_device_info = get_default_input_device_info

    def open(self, **how: Any) -> Device:
        self.heard = how["stream_callback"]
        return self

    def start_stream(self) -> None: ...

    def close(self) -> None: ...

    def terminate(self) -> None: ...

    def play(self, seconds: float) -> None:
        for _ in range(round(seconds * 100)):
            now_s[0] += 0.01
            times = {"input_buffer_adc_time": 0.0, "current_time": 0.0}
            self.heard(np.zeros(160, np.float32).tobytes(), 160, times, 0)


now_s = [0.0]


@pytest.fixture
def told() -> list[Input]:
    now_s[0] = 0.0
    return []


def listening(device: Device, ears: Ears, told: list[Input]) -> LiveEars:
    live = LiveEars(device, ears, told.append, lambda: now_s[0])
    live.open("piano")
    return live


def test_what_is_heard_is_handed_on_and_settled_at_the_end(ideal_encoder: Any, told: list[Input]) -> None:
    device = Device()
    notes = [(60, 0.5, 0.8, 80), (64, 0.99, 3.0, 40)]
    live = listening(device, Ears(ideal_encoder(notes, 4.0), lambda rate_hz: None), told)  # pyright: ignore
    device.play(1.1)
    live.close()
    live.close()
    heard = [(item.id, item.status) for item in told if isinstance(item, HeardNote)]
    assert (0, NoteStatus.CONFIRMED) in heard and (1, NoteStatus.PROVISIONAL) in heard
    assert {item.id for item in told if isinstance(item, HeardEnd)} == {
        note for note, status in heard if status is NoteStatus.CONFIRMED}  # fmt: skip
    assert [item.t_s for item in told] == sorted(item.t_s for item in told)


def test_a_device_that_goes_is_a_fault_and_its_notes_end(ideal_encoder: Any, told: list[Input]) -> None:
    device = Device()
    live = listening(device, Ears(ideal_encoder([(60, 0.5, 1.5, 80)], 4.0), lambda rate_hz: None), told)  # pyright: ignore
    device.play(1.0)
    device.there, now_s[0] = False, now_s[0] + 1.5
    assert live.look() == "audio input Piano is gone"
    device.there = True
    assert live.look() == "audio input Piano is back"
    live.close()
    faults = [item.what for item in told if isinstance(item, FaultSeen)]
    assert faults == ["audio input Piano is gone", "sound was lost: 1500 ms"]
    assert sum(isinstance(item, HeardEnd) for item in told) == 1


def test_ears_that_fail_are_a_fault_and_nothing_raises(ideal_encoder: Any, told: list[Input]) -> None:
    device, encoder = Device(), ideal_encoder([], 1.0)
    live = listening(device, Ears(encoder, lambda rate_hz: None), told)  # pyright: ignore
    encoder.hear = lambda samples: 1 / 0
    device.play(0.1)
    live.close()
    assert [type(item) for item in told] == [FaultSeen]
    assert isinstance(told[0], FaultSeen) and "ZeroDivisionError" in told[0].what
