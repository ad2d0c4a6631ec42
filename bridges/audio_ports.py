"""Audio inputs there are. The device library is imported only when asked for."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from repetiteur.bridges.quiet import quiet_stderr
from repetiteur.realtime.errors import InputError


@dataclass(frozen=True, slots=True)
class AudioInput:
    name: str
    system: str  # ALSA, JACK, Core Audio and so on
    channels: int
    rate_hz: float  # the one it prefers


def pyaudio_library() -> Any:
    """PyAudio. Raises InputError where it is not installed."""
    try:
        return import_module("pyaudio")
    except ImportError:
        remedy = "install gcc and portaudio19-dev, then pip install PyAudio (or make devices in a checkout)"
        raise InputError("audio", "PyAudio is not installed", remedy) from None


def audio_inputs() -> tuple[AudioInput, ...]:
    """Every audio input. Raises InputError where PyAudio is not installed."""
    pyaudio = pyaudio_library()
    with quiet_stderr():
        portaudio = pyaudio.PyAudio()
        try:
            found = [portaudio.get_device_info_by_index(k) for k in range(portaudio.get_device_count())]
            return tuple(_described(info, portaudio) for info in found if info["maxInputChannels"] > 0)
        finally:
            portaudio.terminate()


def _described(info: Any, portaudio: Any) -> AudioInput:
    system = portaudio.get_host_api_info_by_index(info["hostApi"])["name"]
    return AudioInput(info["name"], system, int(info["maxInputChannels"]), float(info["defaultSampleRate"]))
