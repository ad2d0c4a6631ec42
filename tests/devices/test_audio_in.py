"""Capture through a real PortAudio stream: by name, at the device's own rate and channels, in small blocks,
with losses counted, and through a device that goes and comes back."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest

from repetiteur.bridges.audio_capture import AudioListener, Capture
from repetiteur.bridges.audio_ports import audio_ports, words_for
from repetiteur.realtime.clock import LiveClock
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Chunk


class Heard:
    """Chunks as they come."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.hold = threading.Event()
        self.hold.set()

    def take(self, chunk: Chunk) -> bool:
        self.hold.wait(5.0)
        self.chunks.append(chunk)
        return True

    def sound(self) -> np.ndarray:
        return np.concatenate([np.zeros(0, np.float32), *(chunk.samples for chunk in tuple(self.chunks))])


@pytest.fixture
def heard() -> Heard:
    return Heard()


def listener(pyaudio: Any, heard: Heard, block_s: float = 0.01) -> AudioListener:
    return AudioListener(pyaudio, heard.take, LiveClock().now_s, Capture(block_s))


def two_channels(seconds: float, rate_hz: int) -> np.ndarray:
    sound = np.random.default_rng(7).uniform(-0.5, 0.5, (round(seconds * rate_hz), 2))
    sound[0] = 0.25  # so that its beginning is seen
    return sound.astype(np.float32)


@pytest.mark.parametrize("block_s", [0.0025, 0.01])
def test_every_sample_of_a_named_device_arrives(
    jack: Any, pyaudio: Any, heard: Heard, until: Any, block_s: float
) -> None:
    sound = two_channels(1.5, jack.rate_hz)
    jack.card("Other", "loop", "0", "1")
    jack.player("Studio Piano", sound, "fast")
    there = listener(pyaudio, heard, block_s)
    there.open("studio")
    try:
        there.start()
        assert (there.name, there.rate_hz) == ("Studio Piano", jack.rate_hz)
        expected = sound.mean(axis=1)
        until(lambda: np.count_nonzero(heard.sound()) >= np.count_nonzero(expected), "the sound")
    finally:
        there.close()
    got = heard.sound()
    first = int(np.flatnonzero(got)[0])
    assert np.array_equal(got[first : first + len(expected)], expected)
    assert {len(chunk.samples) for chunk in heard.chunks} == {round(block_s * jack.rate_hz)}
    assert all(np.diff([chunk.t_s for chunk in heard.chunks]) > -0.05)


def test_what_is_held_up_too_long_is_counted(
    jack: Any, pyaudio: Any, heard: Heard, until: Any
) -> None:
    there = listener(pyaudio, heard)
    jack.card("Piano", "loop", "0", "1")
    there.open("piano")
    try:
        there.start()
        until(lambda: len(heard.chunks) > 3, "sound")

        longer_s = iter((0.4, 0.8, 1.6, 3.2, *[4.0] * 20))  # many periods: JACK notices sooner or later

        def held_up() -> bool:
            heard.hold.clear()
            time.sleep(next(longer_s))
            heard.hold.set()
            time.sleep(0.3)
            return there.overflows > 0

        until(held_up, "an overflow")  # whether anything is lost by it depends on how long JACK waits
    finally:
        there.close()


def test_names(jack: Any, pyaudio: Any, heard: Heard) -> None:
    jack.card("Piano Two", "loop", "0", "1")
    jack.card("Piano", "loop", "0", "1")
    ports = audio_ports(pyaudio)
    names = [port.name for port in ports.inputs]
    assert "Piano" in names and "Piano Two" in names
    for port in ports.inputs:
        there = listener(pyaudio, heard)
        there.open(words_for(port, ports.inputs))
        there.close()
        assert there.name == port.name
    piano = next(port for port in ports.outputs if port.name == "Piano")
    assert (piano.system, piano.channels, piano.rate_hz) == ("JACK Audio Connection Kit", 1, jack.rate_hz)
    with pytest.raises(InputError, match=r"audio input Organ: not found \(there are: .*Piano Two"):
        listener(pyaudio, heard).open("Organ")


def test_unplugged_and_back(pulse: Any, pyaudio: Any, heard: Heard, until: Any) -> None:
    there = listener(pyaudio, heard)
    there.open(pulse.microphone)
    try:
        there.start()
        assert there.rate_hz == 44_100.0
        until(lambda: len(heard.chunks) > 10, "sound")
        pulse.unplug()
        assert until(there.look, "the loss") == f"audio input {pulse.microphone} is gone"
        assert not there.connected and there.look() is None
        gone = heard.chunks[-1]
        assert len(gone.samples) == 0 and gone.lost > 0.5 * there.rate_hz, "what sounded ends in silence"
        pulse.begin()
        assert until(there.look, "the return") == f"audio input {pulse.microphone} is back"
        so_far = len(heard.chunks)
        until(lambda: len(heard.chunks) > so_far + 10, "sound again")
        assert heard.chunks[so_far].lost > 0, "and the time between is told"
    finally:
        there.close()


def test_nothing_is_written_between_our_lines(
    pulse: Any, pyaudio: Any, heard: Heard, until: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    """PortAudio complains on a thread of its own when a device is pulled out."""
    import sys

    from repetiteur.bridges.quiet import python_alone_on_stderr

    there = listener(pyaudio, heard)
    with python_alone_on_stderr():
        there.open(pulse.microphone)
        try:
            there.start()
            until(lambda: len(heard.chunks) > 3, "sound")
            pulse.unplug()
            until(there.look, "the loss")
            print("ours", file=sys.stderr)
        finally:
            there.close()
    assert capfd.readouterr().err == "ours\n"
