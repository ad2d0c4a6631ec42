"""Audio inputs and outputs there are. The device library is imported only when asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from repetiteur.bridges.quiet import quiet_stderr
from repetiteur.realtime.errors import InputError

# In the names of inputs that hear what other programs play.
_LOOPBACKS = (
    "monitor", "loopback", "stereo mix", "what u hear", "blackhole", "soundflower", "vb-audio", "cable output"
)  # fmt: skip
# Of the same device under several systems the quickest is taken; what is not named here comes before these.
_SLOW_SYSTEMS = ("Windows DirectSound", "MME", "OSS")


@dataclass(frozen=True, slots=True)
class AudioPort:
    """One direction of one device."""

    number: int  # the library's; another one the next time
    name: str
    system: str  # ALSA, JACK, Core Audio and so on
    channels: int
    rate_hz: float  # the one it prefers
    latency_s: float  # as it says itself, for short blocks
    default: bool  # of its direction

    @property
    def loopback(self) -> bool:
        """Whether it hears what this computer plays, going by its name."""
        return any(word in self.name.casefold() for word in _LOOPBACKS)

    @property
    def full_name(self) -> str:
        return f"{self.name} ({self.system})"


@dataclass(frozen=True, slots=True)
class AudioPorts:
    inputs: tuple[AudioPort, ...]
    outputs: tuple[AudioPort, ...]


def pyaudio_library() -> Any:
    """PyAudio. Raises InputError where it is not installed."""
    try:
        return import_module("pyaudio")
    except ImportError:
        remedy = "install gcc and portaudio19-dev, then pip install PyAudio (or make devices in a checkout)"
        raise InputError("audio", "PyAudio is not installed", remedy) from None


def audio_ports(pyaudio: Any) -> AudioPorts:
    """Everything there is now."""
    with quiet_stderr():
        portaudio = pyaudio.PyAudio()
        try:
            return ports_of(portaudio)
        finally:
            portaudio.terminate()


def ports_of(portaudio: Any) -> AudioPorts:
    """What an opened library knows; it looks for devices only when it is opened."""
    found = [portaudio.get_device_info_by_index(k) for k in range(portaudio.get_device_count())]
    systems = {info["hostApi"]: portaudio.get_host_api_info_by_index(info["hostApi"]) for info in found}
    default = {direction: _default(portaudio, direction) for direction in ("Input", "Output")}

    def of(direction: str) -> tuple[AudioPort, ...]:
        return tuple(
            AudioPort(
                int(info["index"]), _one_line(info["name"]), systems[info["hostApi"]]["name"],
                int(info[f"max{direction}Channels"]), float(info["defaultSampleRate"]),
                float(info[f"defaultLow{direction}Latency"]), info["index"] == default[direction],
            )
            for info in found
            if info[f"max{direction}Channels"] > 0
        )  # fmt: skip

    return AudioPorts(of("Input"), of("Output"))


def find_port(wanted: str, ports: Sequence[AudioPort]) -> AudioPort | None:
    """The one of exactly that name (with or without its system), else the first that contains it.
    Case does not matter. Of equally good ones the quicker system's, then the first."""
    key = wanted.casefold().strip()
    best: tuple[int, int] = (3, 0)
    chosen = None
    for port in ports:
        full = port.full_name.casefold()
        rank = 0 if key in (full, port.name.casefold()) else 1 if key in full else 3
        slow = _SLOW_SYSTEMS.index(port.system) + 1 if port.system in _SLOW_SYSTEMS else 0
        if (rank, slow) < best:
            best, chosen = (rank, slow), port
    return chosen


def the_port(wanted: str, ports: Sequence[AudioPort], direction: str) -> AudioPort:
    """As ``find_port``. Raises InputError where there is none such."""
    port = find_port(wanted, ports)
    if port is None:
        there = ", ".join(words_for(each, ports) for each in ports)
        remedy = f"there are: {there}" if there else f"no audio {direction} is there: plug one in"
        raise InputError(f"audio {direction} {wanted}", "not found", remedy)
    return port


def words_for(port: AudioPort, ports: Sequence[AudioPort]) -> str:
    """What finds exactly this one: its name, with its system where several have that name."""
    several = Counter(each.name.casefold() for each in ports)[port.name.casefold()] > 1
    return port.full_name if several else port.name


def _default(portaudio: Any, direction: str) -> int | None:
    try:
        return int(getattr(portaudio, f"get_default_{direction.lower()}_device_info")()["index"])
    except OSError:
        return None  # there is none


def _one_line(name: str | bytes) -> str:
    """PyAudio gives bytes where a driver's name is no proper text."""
    text = name.decode("utf-8", "replace") if isinstance(name, bytes) else name
    return " ".join(text.split())
